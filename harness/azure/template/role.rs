//! Who may do what: assignments of Azure's built-in roles, each on the smallest scope that works.

use serde::Serialize;

use super::build::{Build, child};
use super::place::Caller;
use super::resource::{Resource, reference};
use super::{identity, kubernetes, names, network, registry};
use crate::api_version;
use crate::resource_type;
use crate::role_id::{
    ACR_PULL, ACR_PUSH, AKS_RBAC_CLUSTER_ADMIN, MANAGED_IDENTITY_OPERATOR, NETWORK_CONTRIBUTOR,
};

pub(super) const KIND: &str = resource_type::ROLE_ASSIGNMENT;

/// What Azure calls the roles that are assigned, by their ids.
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

/// What Azure calls a role, by the id of its definition, if it is one that templates assign.
pub fn role_name(definition: &str) -> Option<&'static str> {
    let id = definition.rsplit('/').next()?;
    let known = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(id));
    known.map(|(_, name)| *name)
}

/// An assignment of a role.
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

/// What the control plane needs before there is a cluster: to hand nodes their identity, and to
/// join them to the network.
pub(super) fn of_control_plane(build: &Build<'_>) -> [Resource; 2] {
    let names = build.names;
    let kubelet = build.id(identity::KIND, &names.kubelet);
    let nodes = names.id(network::SUBNETS, &[&names.network, network::NODES]);
    let holder = &names.control_plane;
    [
        of_identity(build, holder, MANAGED_IDENTITY_OPERATOR, &kubelet, &kubelet),
        of_identity(
            build,
            holder,
            NETWORK_CONTRIBUTOR,
            &nodes,
            &build.id(network::KIND, &names.network),
        ),
    ]
}

/// What nodes need: to pull images.
pub(super) fn of_kubelet(build: &Build<'_>) -> Resource {
    let registry = build.id(registry::KIND, &build.names.registry);
    of_identity(build, &build.names.kubelet, ACR_PULL, &registry, &registry)
}

/// What whoever promotes needs: to push the worker's image, and to apply objects to the cluster.
pub(super) fn of_caller(build: &Build<'_>, caller: &Caller) -> [Resource; 2] {
    let registry = build.id(registry::KIND, &build.names.registry);
    let cluster = build.id(kubernetes::KIND, &build.names.cluster);
    [(ACR_PUSH, registry), (AKS_RBAC_CLUSTER_ADMIN, cluster)].map(|(role, scope)| {
        assignment(
            role,
            &scope,
            &caller.object_id,
            AssignmentProperties {
                role_definition_id: definition(build, role),
                principal_id: caller.object_id.clone(),
                principal_type: caller.kind.principal_type(),
            },
            vec![scope.clone()],
        )
    })
}

/// The assignment of a role to one of our identities.
fn of_identity(build: &Build<'_>, holder: &str, role: &str, scope: &str, on: &str) -> Resource {
    let identity = build.id(identity::KIND, holder);
    let mut needs = vec![identity.clone(), on.to_owned()];
    needs.dedup();
    assignment(
        role,
        scope,
        &identity,
        AssignmentProperties {
            role_definition_id: definition(build, role),
            principal_id: reference(&identity, api_version::IDENTITY, "principalId"),
            // Said, as it takes minutes until everybody has heard of a new identity.
            principal_type: "ServicePrincipal",
        },
        needs,
    )
}

fn assignment(
    role: &str,
    scope: &str,
    holder: &str,
    properties: AssignmentProperties,
    depends_on: Vec<String>,
) -> Resource {
    Resource {
        scope: Some(scope.to_owned()),
        depends_on,
        ..child(
            KIND,
            api_version::AUTHORIZATION,
            names::assignment(scope, role, holder),
            Assignment { properties },
        )
    }
}

fn definition(build: &Build<'_>, role: &str) -> String {
    let subscription = &build.place.subscription;
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    )
}

/// The id of an assignment, which is a child of what it is an assignment on.
pub(super) fn id(assignment: &Resource) -> String {
    let scope = assignment.scope.as_deref().unwrap_or_default();
    format!("{scope}/providers/{KIND}/{}", assignment.name)
}
