//! The regions of the built-in Azure.

use super::refusal::Refusal;

/// The names of the regions.
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

/// The display name and the geography group of each region, in the order of [`REGIONS`]:
/// <https://learn.microsoft.com/azure/reliability/regions-list>.
const DESCRIBED: &[(&str, &str)] = &[
    ("Australia East", "Asia Pacific"),
    ("Central US", "US"),
    ("East US", "US"),
    ("East US 2", "US"),
    ("France Central", "Europe"),
    ("Germany West Central", "Europe"),
    ("Italy North", "Europe"),
    ("Japan East", "Asia Pacific"),
    ("North Central US", "US"),
    ("North Europe", "Europe"),
    ("Norway East", "Europe"),
    ("Poland Central", "Europe"),
    ("South Central US", "US"),
    ("Southeast Asia", "Asia Pacific"),
    ("Spain Central", "Europe"),
    ("Sweden Central", "Europe"),
    ("Switzerland North", "Europe"),
    ("UK South", "Europe"),
    ("West Europe", "Europe"),
    ("West US 2", "US"),
    ("West US 3", "US"),
];

/// Name, display name and geography group of each region.
pub(super) fn described() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let named = REGIONS.iter().zip(DESCRIBED);
    named.map(|(name, (text, geography))| (*name, *text, *geography))
}

/// The name of a region from its name or display name: `West Europe` is `westeurope`.
pub(super) fn parse(location: Option<&str>, what: &str) -> Result<String, Refusal> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_display_name_is_read_as_the_name_of_its_region() {
        assert_eq!(REGIONS.len(), DESCRIBED.len());
        for (name, text, _) in described() {
            assert_eq!(parse(Some(text), "it"), Ok(name.to_owned()));
        }
    }
}
