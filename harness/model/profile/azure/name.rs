//! Checks names for words that Azure reserves.

use super::Azure;
use super::check::azure;
use crate::azure_limits::reserved_word;
use crate::document::Error;
use crate::profile::Name;
use crate::profile::layer::Layers;

/// Rejects names that Azure would reject: the names of resources, which start with the name of the
/// profile; the name of the registry, which has no `-`; and the name of the resource group.
pub(super) fn check(layers: &Layers, name: &Name, resolved: &Azure) -> Result<(), Error> {
    let letters = name.as_str().replace('-', "");
    // Every resource name continues with `-`, and the name of the registry with a hexadecimal
    // digit.
    let named = [format!("{name}-"), format!("{letters}0")];
    if let Some(word) = named.iter().find_map(|named| reserved_word(named)) {
        let message = format!(
            "resources in Azure are named after the profile, and Azure reserves the word \
             `{word}`{}; set another `name`",
            origin(name.as_str(), word)
        );
        return Err(layers.error_at(|written| written.name.as_ref(), &message));
    }
    let group = &resolved.resource_group;
    let Some(word) = reserved_word(group) else {
        return Ok(());
    };
    let message = format!(
        "Azure reserves the word `{word}`, so a resource group `{group}` cannot contain a cluster; \
         set another `resource-group`"
    );
    Err(layers.error_at(|written| azure(written)?.resource_group.as_ref(), &message))
}

/// Explains the word if the name does not contain it as it is written.
fn origin(name: &str, word: &str) -> String {
    if name.contains(word) {
        return String::new();
    }
    format!(", which `{name}` contains without `-`, as in the name of the registry")
}
