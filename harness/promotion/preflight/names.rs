//! Names that must be unique in all of Azure.

use azure::arm::NameAvailability;

use super::check::{Check, Problem};
use super::question::Answer;

/// Whether a name is available.
pub(super) fn free(what: &str, name: &str, availability: Answer<NameAvailability>) -> Check {
    let what = format!("name of the {what} {name}");
    Check::of(what, availability, |availability| {
        let reason = availability.message.or(availability.reason);
        let reason = reason.unwrap_or_else(|| "it is taken".to_owned());
        let remedy =
            "change the subscription, the resource group or the profile name, which determine it";
        (!availability.name_available).then(|| Problem::new(reason, remedy))
    })
}
