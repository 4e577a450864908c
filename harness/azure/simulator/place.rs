//! The regions of a simulated cloud.

use super::refusal::Refusal;

/// Regions by their names.
pub(super) const REGIONS: &[&str] = &[
    "australiaeast",
    "centralus",
    "eastus",
    "eastus2",
    "francecentral",
    "germanywestcentral",
    "italynorth",
    "japaneast",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "polandcentral",
    "southcentralus",
    "southeastasia",
    "spaincentral",
    "swedencentral",
    "switzerlandnorth",
    "uksouth",
    "westeurope",
    "westus2",
    "westus3",
];

/// The name of a region as it may be written: `West Europe` is `westeurope`.
pub(super) fn checked(location: Option<&str>, what: &str) -> Result<String, Refusal> {
    let Some(location) = location else {
        let message = format!("The location property is required for this definition: {what}.");
        return Err(Refusal::bad("LocationRequired", message));
    };
    let name = location.replace(' ', "").to_lowercase();
    if REGIONS.contains(&name.as_str()) {
        return Ok(name);
    }
    let regions = REGIONS.join(",");
    let message = format!(
        "The provided location '{location}' is not available for {what}. List of available regions is '{regions}'."
    );
    Err(Refusal::bad("LocationNotAvailableForResourceType", message))
}
