//! Assignments of Azure's built-in roles, each on the smallest scope that works.

use serde::Serialize;

use super::deployment_scope::Caller;
use super::inputs::{Inputs, child};
use super::resource::{Resource, reference};
use super::{identity, kubernetes, names, network, registry};
use crate::api_version;
use crate::resource_type;
use crate::role_id::{
    ACR_PULL, ACR_PUSH, AKS_RBAC_CLUSTER_ADMIN, MANAGED_IDENTITY_OPERATOR, NETWORK_CONTRIBUTOR,
};

pub(super) const KIND: &str = resource_type::ROLE_ASSIGNMENT;

/// The ids and names of the roles that are assigned.
const NAMES: [(&str, &str); 5] = [
    (ACR_PULL, "AcrPull"),
    (ACR_PUSH, "AcrPush"),
    (
        AKS_RBAC_CLUSTER_ADMIN,
        "Azure Kubernetes Service RBAC Cluster Admin",
    ),
    (MANAGED_IDENTITY_OPERATOR, "Managed Identity Operator"),
    (NETWORK_CONTRIBUTOR, "Network Contributor"),
];

/// The name of a role, by the id of its definition. `None` if templates do not assign it.
pub fn role_name(definition: &str) -> Option<&'static str> {
    let id = definition.rsplit('/').next()?;
    let known = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(id));
    known.map(|(_, name)| *name)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Assignment {
    properties: AssignmentProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentProperties {
    role_definition_id: String,
    principal_id: String,
    principal_type: &'static str,
}

/// The roles that the control plane needs before the cluster exists: to assign the kubelet identity
/// to nodes, and to join nodes to the network.
pub(super) fn of_control_plane(inputs: &Inputs<'_>) -> [Resource; 2] {
    let names = inputs.names;
    let kubelet = inputs.id(identity::KIND, &names.kubelet);
    let nodes = names.id(network::SUBNETS, &[&names.network, network::NODES]);
    let principal = &names.control_plane;
    [
        of_identity(
            inputs,
            principal,
            MANAGED_IDENTITY_OPERATOR,
            &kubelet,
            &kubelet,
        ),
        of_identity(
            inputs,
            principal,
            NETWORK_CONTRIBUTOR,
            &nodes,
            &inputs.id(network::KIND, &names.network),
        ),
    ]
}

/// The role that nodes need: to pull images.
pub(super) fn of_kubelet(inputs: &Inputs<'_>) -> Resource {
    let registry = inputs.id(registry::KIND, &inputs.names.registry);
    of_identity(
        inputs,
        &inputs.names.kubelet,
        ACR_PULL,
        &registry,
        &registry,
    )
}

/// The roles of the principal that promotes: to push the worker's image, and to apply objects.
pub(super) fn of_caller(inputs: &Inputs<'_>, caller: &Caller) -> [Resource; 2] {
    let registry = inputs.id(registry::KIND, &inputs.names.registry);
    let cluster = inputs.id(kubernetes::KIND, &inputs.names.cluster);
    [(ACR_PUSH, registry), (AKS_RBAC_CLUSTER_ADMIN, cluster)].map(|(role, scope)| {
        assignment(
            role,
            &scope,
            &caller.object_id,
            AssignmentProperties {
                role_definition_id: definition(inputs, role),
                principal_id: caller.object_id.clone(),
                principal_type: caller.kind.principal_type(),
            },
            vec![scope.clone()],
        )
    })
}

/// The assignment of a role to one of the template's identities.
fn of_identity(
    inputs: &Inputs<'_>,
    principal: &str,
    role: &str,
    scope: &str,
    on: &str,
) -> Resource {
    let identity = inputs.id(identity::KIND, principal);
    let mut depends_on = vec![identity.clone(), on.to_owned()];
    depends_on.dedup();
    assignment(
        role,
        scope,
        &identity,
        AssignmentProperties {
            role_definition_id: definition(inputs, role),
            principal_id: reference(&identity, api_version::IDENTITY, "principalId"),
            // Set explicitly, because a new identity takes minutes to propagate.
            principal_type: "ServicePrincipal",
        },
        depends_on,
    )
}

fn assignment(
    role: &str,
    scope: &str,
    principal: &str,
    properties: AssignmentProperties,
    depends_on: Vec<String>,
) -> Resource {
    Resource {
        scope: Some(scope.to_owned()),
        depends_on,
        ..child(
            KIND,
            api_version::AUTHORIZATION,
            names::assignment(scope, role, principal),
            Assignment { properties },
        )
    }
}

fn definition(inputs: &Inputs<'_>, role: &str) -> String {
    let subscription = &inputs.scope.subscription;
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    )
}

/// The id of an assignment, which is a child of the resource in its scope.
pub(super) fn id(assignment: &Resource) -> String {
    let scope = assignment.scope.as_deref().unwrap_or_default();
    format!("{scope}/providers/{KIND}/{}", assignment.name)
}
