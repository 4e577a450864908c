//! The words of Azure's in what is named after a profile.

use super::Azure;
use super::check::azure;
use crate::azure_limits::reserved_word;
use crate::document::Error;
use crate::profile::Name;
use crate::profile::layer::Layers;

/// Refuses a name that Azure would refuse: that of a resource, all of which begin with the profile's
/// name, that of the registry without `-`, or that of the group.
pub(super) fn check(layers: &Layers, name: &Name, resolved: &Azure) -> Result<(), Error> {
    let letters = name.as_str().replace('-', "");
    // What is behind it in every name; the registry's goes on with a hexadecimal digit.
    let named = [format!("{name}-"), format!("{letters}0")];
    if let Some(word) = named.iter().find_map(|named| reserved_word(named)) {
        let message = format!(
            "what is in Azure is named after the profile, and Azure reserves `{word}`{}; take \
             another `name`",
            whence(name.as_str(), word)
        );
        return Err(layers.error_at(|written| written.name.as_ref(), &message));
    }
    let group = &resolved.resource_group;
    let Some(word) = reserved_word(group) else {
        return Ok(());
    };
    let message = format!(
        "Azure reserves `{word}`: a resource group `{group}` can have no cluster; take another \
         `resource-group`"
    );
    Err(layers.error_at(|written| azure(written)?.resource_group.as_ref(), &message))
}

/// Where a word is that is not in the name as it is written.
fn whence(name: &str, word: &str) -> String {
    if name.contains(word) {
        return String::new();
    }
    format!(", which `{name}` is without `-`, as in the name of the registry")
}
