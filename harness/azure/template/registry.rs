//! The container registry of the worker's image.

use model::profile::azure::RegistrySku;
use serde::Serialize;

use super::inputs::Inputs;
use super::resource::Resource;
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::REGISTRY;

/// A registry without an admin user, so that there is no shared password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Registry {
    sku: Sku,
    properties: RegistryProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Sku {
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RegistryProperties {
    admin_user_enabled: bool,
}

pub(super) fn registry(inputs: &Inputs<'_>) -> Resource {
    let name = match inputs.azure.registry.sku {
        RegistrySku::Basic => "Basic",
        RegistrySku::Standard => "Standard",
        RegistrySku::Premium => "Premium",
    };
    let body = Registry {
        sku: Sku { name },
        properties: RegistryProperties {
            admin_user_enabled: false,
        },
    };
    inputs.resource(KIND, api_version::REGISTRY, &inputs.names.registry, body)
}
