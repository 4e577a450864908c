//! The names that are unique in all of Azure.

use azure::arm::NameAvailability;

use super::check::{Check, Problem};
use super::question::Answer;

/// Whether a name is free.
pub(super) fn free(what: &str, name: &str, availability: Answer<NameAvailability>) -> Check {
    let what = format!("name of the {what} {name}");
    Check::of(what, availability, |availability| {
        let reason = availability.message.or(availability.reason);
        let reason = reason.unwrap_or_else(|| "it is taken".to_owned());
        let remedy = "it follows from subscription, resource group and profile name: change one";
        (!availability.name_available).then(|| Problem::new(reason, remedy))
    })
}
