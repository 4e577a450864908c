//! Resource providers: whether a subscription is registered, and which regions they offer.

use serde::Deserialize;

use super::{Arm, Error, Target};
use crate::api_version::RESOURCES;

/// A resource provider and its registration in a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Such as `Microsoft.ContainerService`.
    pub namespace: String,
    /// Such as `Registered`, `Registering` or `NotRegistered`.
    pub registration_state: String,
    #[serde(default)]
    pub resource_types: Vec<ResourceType>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceType {
    /// The type within the namespace, such as `managedClusters`.
    pub resource_type: String,
    /// The regions that offer it, by display name, such as `West Europe`.
    #[serde(default)]
    pub locations: Vec<String>,
}

impl Provider {
    pub fn is_registered(&self) -> bool {
        self.registration_state.eq_ignore_ascii_case("Registered")
    }

    /// Whether a region (`westeurope`) offers a type. True as well for a type without a list of
    /// regions, and for one that the provider does not name.
    pub fn offers(&self, kind: &str, region: &str) -> bool {
        let mut types = self.resource_types.iter();
        let found = types.find(|it| it.resource_type.eq_ignore_ascii_case(kind));
        let plain = |name: &String| name.replace(' ', "").eq_ignore_ascii_case(region);
        found.is_none_or(|it| it.locations.is_empty() || it.locations.iter().any(plain))
    }
}

impl Arm {
    pub async fn provider(&self, subscription: &str, namespace: &str) -> Result<Provider, Error> {
        self.get(&target(subscription, namespace)).await
    }

    /// Starts the registration of a provider, which takes minutes. [`Self::provider`] returns its
    /// state.
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
