//! Virtual machine sizes, and whether a subscription may use them in a region.
//!
//! <https://learn.microsoft.com/rest/api/compute/resource-skus/list>

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::COMPUTE_SKUS;

/// A virtual machine size that a region offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Machine {
    resource_type: String,
    /// Such as `Standard_D2s_v5`.
    pub name: String,
    /// The family whose quota it uses, such as `standardDSv5Family`. Its case varies, and it cannot
    /// be derived from the name of the size.
    pub family: String,
    capabilities: Vec<Capability>,
    /// Restrictions of the subscription.
    pub restrictions: Vec<Restriction>,
}

/// A capability of a size. The value is always text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Capability {
    name: String,
    value: String,
}

/// A restriction that keeps a subscription from using a size.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Restriction {
    /// `Location` (the whole region) or `Zone`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `NotAvailableForSubscription` or `QuotaId`.
    pub reason_code: String,
}

impl Machine {
    /// The number of vCPUs.
    pub fn cores(&self) -> Option<i64> {
        self.capability("vCPUs")?.parse().ok()
    }

    /// The memory in GiB.
    pub fn memory_gib(&self) -> Option<f64> {
        self.capability("MemoryGB")?.parse().ok()
    }

    /// The processor architecture: `x64` or `Arm64`.
    pub fn architecture(&self) -> Option<&str> {
        self.capability("CpuArchitectureType")
    }

    /// The reason code if the subscription may not use the size in the region. Restrictions of
    /// single zones are ignored, because the harness requests no zone.
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
    /// The virtual machine sizes that a region offers. The answer is long: the API can filter
    /// neither by size nor by resource type.
    pub async fn machines(&self, subscription: &str, region: &str) -> Result<Vec<Machine>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Compute/skus");
        let here = format!("location eq '{region}'");
        let target = Target::new(path, COMPUTE_SKUS).query("$filter", here);
        let mut all: Vec<Machine> = self.list(&target).await?;
        all.retain(|it| it.resource_type.eq_ignore_ascii_case("virtualMachines"));
        Ok(all)
    }
}
