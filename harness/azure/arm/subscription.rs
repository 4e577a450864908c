//! Subscriptions: who pays, and in which tenant.

use serde::Deserialize;

use super::{Arm, Error, Target};

/// The version of this API, which the contract tests do not cover.
const VERSION: &str = "2022-12-01";

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id.
    pub subscription_id: String,
    /// What people call it.
    pub display_name: String,
    /// Its tenant.
    pub tenant_id: String,
    /// Such as `Enabled` or `Disabled`.
    pub state: String,
}

impl Arm {
    /// A subscription. One that these credentials do not reach is an error.
    pub async fn subscription(&self, id: &str) -> Result<Subscription, Error> {
        self.get(&target(&format!("/subscriptions/{id}"))).await
    }

    /// The subscriptions that these credentials reach.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        self.list(&target("/subscriptions")).await
    }
}

fn target(path: &str) -> Target {
    Target::new(path, VERSION)
}
