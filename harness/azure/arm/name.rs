//! Checks of names that must be unique in all of Azure.

use serde::Deserialize;
use serde_json::json;

use super::{Arm, Error, Target};
use crate::api_version::{MYSQL, REGISTRY};
use crate::resource_type;

/// Whether a name is available.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameAvailability {
    pub name_available: bool,
    /// Why it is not available, such as `AlreadyExists` or `Invalid`.
    pub reason: Option<String>,
    /// The reason as a sentence.
    pub message: Option<String>,
}

impl Arm {
    /// Whether a name is available for a registry.
    pub async fn registry_name(
        &self,
        subscription: &str,
        name: &str,
    ) -> Result<NameAvailability, Error> {
        self.name(subscription, name, resource_type::REGISTRY, REGISTRY)
            .await
    }

    /// Whether a name is available for a MySQL server.
    pub async fn server_name(
        &self,
        subscription: &str,
        name: &str,
    ) -> Result<NameAvailability, Error> {
        self.name(subscription, name, resource_type::SERVER, MYSQL)
            .await
    }

    async fn name(
        &self,
        subscription: &str,
        name: &str,
        kind: &str,
        version: &'static str,
    ) -> Result<NameAvailability, Error> {
        let namespace = kind.split('/').next().unwrap_or_default();
        let path = format!("/subscriptions/{subscription}/providers/{namespace}");
        let target = Target::new(path, version).below("/checkNameAvailability");
        let question = json!({"name": name, "type": kind});
        self.post(&target, Some(question)).await?.json()
    }
}
