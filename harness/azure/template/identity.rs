//! Managed identities: of the control plane, and of the nodes' kubelets.

use serde::Serialize;

use super::build::Build;
use super::resource::Resource;
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::IDENTITY;

/// An identity; Azure decides all that there is to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Identity {
    properties: Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Nothing {}

pub(super) fn identities(build: &Build<'_>) -> [Resource; 2] {
    let names = build.names;
    [&names.control_plane, &names.kubelet].map(|name| {
        let body = Identity {
            properties: Nothing {},
        };
        build.resource(KIND, api_version::IDENTITY, name, body)
    })
}
