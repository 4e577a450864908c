//! Subscriptions and their tenants.

use serde::Deserialize;

use super::{Arm, Error, Target};

/// The version of this API. The contract tests do not cover it.
const VERSION: &str = "2022-12-01";

/// A subscription: who pays, and in which tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    pub subscription_id: String,
    pub display_name: String,
    pub tenant_id: String,
    /// Such as `Enabled` or `Disabled`.
    pub state: String,
}

impl Arm {
    /// A subscription. It is an error if these credentials cannot access it.
    pub async fn subscription(&self, id: &str) -> Result<Subscription, Error> {
        self.get(&target(&format!("/subscriptions/{id}"))).await
    }

    /// The subscriptions that these credentials can access.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        self.list(&target("/subscriptions")).await
    }
}

fn target(path: &str) -> Target {
    Target::new(path, VERSION)
}
