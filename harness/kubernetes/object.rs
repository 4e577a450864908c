//! An object of a kind that the harness uses.

use std::fmt;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::core::ApiResource;
use serde_json::Value;

/// The replacement for a secret value.
const HIDDEN: &str = "<hidden>";

/// An object of a kind that the harness uses.
#[derive(Clone)]
pub enum Object {
    Namespace(Namespace),
    Secret(Secret),
    ConfigMap(ConfigMap),
    ServiceAccount(ServiceAccount),
    Service(Box<Service>),
    Deployment(Box<Deployment>),
    Job(Box<Job>),
    PodDisruptionBudget(PodDisruptionBudget),
    NetworkPolicy(NetworkPolicy),
    /// A policy of Cilium, for rules that a Kubernetes policy cannot express.
    CiliumNetworkPolicy(Value),
}

impl fmt::Debug for Object {
    /// As JSON, with the values of a Secret hidden.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", without_secrets(self.to_value()))
    }
}

impl Object {
    /// The object as JSON for the API server.
    pub(super) fn to_value(&self) -> Value {
        let value = match self {
            Self::Namespace(object) => serde_json::to_value(object),
            Self::Secret(object) => serde_json::to_value(object),
            Self::ConfigMap(object) => serde_json::to_value(object),
            Self::ServiceAccount(object) => serde_json::to_value(object),
            Self::Service(object) => serde_json::to_value(object),
            Self::Deployment(object) => serde_json::to_value(object),
            Self::Job(object) => serde_json::to_value(object),
            Self::PodDisruptionBudget(object) => serde_json::to_value(object),
            Self::NetworkPolicy(object) => serde_json::to_value(object),
            Self::CiliumNetworkPolicy(object) => Ok(object.clone()),
        };
        value.expect("a Kubernetes object always converts to JSON")
    }
}

/// The kinds that the harness uses, in the order in which they are listed. A cluster without Cilium
/// does not have the last one.
pub(super) fn kinds() -> [ApiResource; 10] {
    [
        ApiResource::erase::<Namespace>(&()),
        ApiResource::erase::<Secret>(&()),
        ApiResource::erase::<ConfigMap>(&()),
        ApiResource::erase::<ServiceAccount>(&()),
        ApiResource::erase::<Service>(&()),
        ApiResource::erase::<Deployment>(&()),
        ApiResource::erase::<Job>(&()),
        ApiResource::erase::<PodDisruptionBudget>(&()),
        ApiResource::erase::<NetworkPolicy>(&()),
        ApiResource {
            group: "cilium.io".to_owned(),
            version: "v2".to_owned(),
            api_version: "cilium.io/v2".to_owned(),
            kind: "CiliumNetworkPolicy".to_owned(),
            plural: "ciliumnetworkpolicies".to_owned(),
        },
    ]
}

/// An object as JSON, with the values of a Secret hidden.
pub(super) fn without_secrets(mut object: Value) -> Value {
    if object["kind"] != "Secret" {
        return object;
    }
    for place in ["data", "stringData"] {
        let data = object.get_mut(place).and_then(Value::as_object_mut);
        for value in data.into_iter().flat_map(|data| data.values_mut()) {
            *value = HIDDEN.into();
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use k8s_openapi::ByteString;

    use super::*;

    #[test]
    fn debug_output_has_the_names_of_a_secret_and_not_its_values() {
        let object = Object::Secret(Secret {
            data: Some(BTreeMap::from([(
                "password".to_owned(),
                ByteString(b"hunter2".to_vec()),
            )])),
            string_data: Some(BTreeMap::from([("user".to_owned(), "admin7".to_owned())])),
            ..Secret::default()
        });
        let shown = format!("{object:?}");
        for name in ["password", "user", HIDDEN] {
            assert!(shown.contains(name), "{shown}");
        }
        // `hunter2` as text, in base64, and as bytes.
        for value in ["hunter2", "aHVudGVyMg", "104, 117", "admin7"] {
            assert!(!shown.contains(value), "{shown}");
        }
    }
}
