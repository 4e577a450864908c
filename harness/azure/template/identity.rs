//! The managed identities of the control plane and of the kubelets.

use serde::Serialize;

use super::inputs::Inputs;
use super::resource::Resource;
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::IDENTITY;

/// An identity. It has no properties that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Identity {
    properties: NoProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct NoProperties {}

pub(super) fn identities(inputs: &Inputs<'_>) -> [Resource; 2] {
    let names = inputs.names;
    [&names.control_plane, &names.kubelet].map(|name| {
        let body = Identity {
            properties: NoProperties {},
        };
        inputs.resource(KIND, api_version::IDENTITY, name, body)
    })
}
