//! The sizes of virtual machines, and whether a subscription may have them in a region.
//!
//! <https://learn.microsoft.com/rest/api/compute/resource-skus/list>

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::COMPUTE_SKUS;

/// A size of virtual machines, as a region has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Machine {
    resource_type: String,
    /// Such as `Standard_D2s_v5`.
    pub name: String,
    /// What its quota is counted by, such as `standardDSv5Family`. Its case is not to be relied on,
    /// and no name of a size tells it.
    pub family: String,
    capabilities: Vec<Capability>,
    /// Why not everybody may have it.
    pub restrictions: Vec<Restriction>,
}

/// Something that is said of a size, always as text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Capability {
    name: String,
    value: String,
}

/// What keeps a subscription from having a size.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Restriction {
    /// `Location` for the whole region, or `Zone`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `NotAvailableForSubscription` or `QuotaId`.
    pub reason_code: String,
}

impl Machine {
    /// How many vCPUs it has.
    pub fn cores(&self) -> Option<i64> {
        self.capability("vCPUs")?.parse().ok()
    }

    /// Its memory in GiB.
    pub fn memory_gib(&self) -> Option<f64> {
        self.capability("MemoryGB")?.parse().ok()
    }

    /// What its processors are: `x64` or `Arm64`.
    pub fn architecture(&self) -> Option<&str> {
        self.capability("CpuArchitectureType")
    }

    /// Why the subscription may not have it in the region, if so. That it may not have it in some
    /// zone is no matter to whoever names none.
    pub fn refusal(&self) -> Option<&str> {
        let mut whole = self.restrictions.iter();
        let whole = whole.find(|it| it.kind.eq_ignore_ascii_case("Location"));
        whole.map(|it| it.reason_code.as_str())
    }

    fn capability(&self, name: &str) -> Option<&str> {
        let mut all = self.capabilities.iter();
        let found = all.find(|it| it.name.eq_ignore_ascii_case(name));
        found.map(|it| it.value.trim())
    }
}

impl Arm {
    /// The sizes of virtual machines that a region has. The answer is long: it cannot be asked for
    /// one size, nor for machines alone.
    pub async fn machines(&self, subscription: &str, region: &str) -> Result<Vec<Machine>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Compute/skus");
        let here = format!("location eq '{region}'");
        let target = Target::new(path, COMPUTE_SKUS).query("$filter", here);
        let mut all: Vec<Machine> = self.list(&target).await?;
        all.retain(|it| it.resource_type.eq_ignore_ascii_case("virtualMachines"));
        Ok(all)
    }
}
