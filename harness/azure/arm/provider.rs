//! Resource providers: what a subscription has switched on, and where.

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::RESOURCES;

/// A resource provider, as a subscription has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Its namespace, such as `Microsoft.ContainerService`.
    pub namespace: String,
    /// Such as `Registered`, `Registering` or `NotRegistered`.
    pub registration_state: String,
    /// Its types.
    #[serde(default)]
    pub resource_types: Vec<ResourceType>,
}

/// A type of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceType {
    /// Its name within the namespace, such as `managedClusters`.
    pub resource_type: String,
    /// Where it is to be had, by display name, such as `West Europe`.
    #[serde(default)]
    pub locations: Vec<String>,
}

impl Provider {
    /// Whether it can be used.
    pub fn is_registered(&self) -> bool {
        self.registration_state.eq_ignore_ascii_case("Registered")
    }

    /// Whether a type is to be had in a region (`westeurope`). A type without a list of regions,
    /// and one that the provider does not name, is not held against the region.
    pub fn offers(&self, kind: &str, region: &str) -> bool {
        let mut types = self.resource_types.iter();
        let found = types.find(|it| it.resource_type.eq_ignore_ascii_case(kind));
        let plain = |name: &String| name.replace(' ', "").eq_ignore_ascii_case(region);
        found.is_none_or(|it| it.locations.is_empty() || it.locations.iter().any(plain))
    }
}

impl Arm {
    /// A provider.
    pub async fn provider(&self, subscription: &str, namespace: &str) -> Result<Provider, Error> {
        self.get(&target(subscription, namespace)).await
    }

    /// Begins to register a provider, which goes on for minutes; [`Self::provider`] tells how far
    /// it is.
    pub async fn register_provider(
        &self,
        subscription: &str,
        namespace: &str,
    ) -> Result<Provider, Error> {
        let target = target(subscription, namespace).below("/register");
        self.post(&target, None).await?.json()
    }
}

fn target(subscription: &str, namespace: &str) -> Target {
    let path = format!("/subscriptions/{subscription}/providers/{namespace}");
    Target::new(path, RESOURCES)
}
