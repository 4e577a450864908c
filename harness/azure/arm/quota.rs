//! How many cores a subscription may have in a region, and has.

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::COMPUTE;

/// What is used of one quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Which.
    pub name: UsageName,
    /// How much of it is used.
    pub current_value: i64,
    /// How much there is.
    pub limit: i64,
}

/// The name of a quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageName {
    /// Such as `cores` for all, or `standardDSv5Family`.
    pub value: String,
    /// The same for people.
    pub localized_value: Option<String>,
}

impl Usage {
    /// What is left; less than nothing is nothing, and a limit below nothing is none.
    pub fn left(&self) -> i64 {
        if self.limit < 0 {
            return i64::MAX;
        }
        (self.limit - self.current_value).max(0)
    }
}

impl Arm {
    /// The quotas of virtual machines in a region.
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
