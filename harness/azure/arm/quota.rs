//! The core quotas of a subscription in a region.

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::COMPUTE;

/// The usage of one quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub name: UsageName,
    /// The cores in use.
    pub current_value: i64,
    /// The quota. A negative value means no limit.
    pub limit: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageName {
    /// `cores` for the whole region, or a family such as `standardDSv5Family`.
    pub value: String,
    /// The display name.
    pub localized_value: Option<String>,
}

impl Usage {
    /// The remaining cores, at least 0; `i64::MAX` if there is no limit.
    pub fn remaining(&self) -> i64 {
        if self.limit < 0 {
            return i64::MAX;
        }
        (self.limit - self.current_value).max(0)
    }
}

impl Arm {
    /// The core quotas of virtual machines in a region.
    pub async fn compute_usages(
        &self,
        subscription: &str,
        region: &str,
    ) -> Result<Vec<Usage>, Error> {
        let path = format!(
            "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{region}/usages"
        );
        self.list(&Target::new(path, COMPUTE)).await
    }
}
