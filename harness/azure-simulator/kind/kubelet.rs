//! The identity that a client gives to the nodes of a cluster. The control plane needs the
//! permission to assign it, and AKS checks that before it starts.

use azure::role_id;
use serde_json::{Map, Value};

use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::authorization::has_role;
use super::draft::Draft;

/// The built-in roles with `Microsoft.ManagedIdentity/userAssignedIdentities/assign/action`:
/// Managed Identity Operator, Contributor and Owner
/// (<https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>).
const MAY_ASSIGN: [&str; 3] = [
    role_id::MANAGED_IDENTITY_OPERATOR,
    role_id::CONTRIBUTOR,
    role_id::OWNER,
];

/// JSON pointer to the identity in a cluster's document.
pub(super) const IDENTITY: &str = "/properties/identityProfile/kubeletidentity/resourceId";

/// Whether the identity is the one that AKS has created. A client that writes back a cluster that
/// it has read names that identity.
pub(super) fn is_created_by_aks(draft: &Draft<'_>) -> bool {
    let before = draft.before().and_then(|it| it.document.pointer(IDENTITY));
    let (Some(asked), Some(before)) = (draft.text(IDENTITY), before.and_then(Value::as_str)) else {
        return false;
    };
    asked.eq_ignore_ascii_case(before) && draft.state.resource(asked).is_none()
}

/// Refuses a cluster whose control plane may not assign the identity of the nodes. A role
/// assignment that is not in effect yet does not count.
pub(super) fn check_assignable(draft: &Draft<'_>) -> Result<(), Refusal> {
    let Some(kubelet) = draft.text(IDENTITY).map(ResourceId::parse) else {
        return Ok(());
    };
    let control_planes = draft.body.pointer("/identity/userAssignedIdentities");
    let control_planes = control_planes.and_then(Value::as_object);
    if control_planes.is_none_or(Map::is_empty) {
        let message = "Custom kubelet identity is only supported on clusters using user-assigned managed identity.";
        let code = "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster";
        return Err(Refusal::bad(code, message).of_aks());
    }
    let mut control_planes = control_planes.into_iter().flat_map(Map::keys);
    let may = |id: &String| {
        let identity = draft.state.resource(id);
        let principal = identity.and_then(|one| one.document["properties"]["principalId"].as_str());
        principal.is_some_and(|principal| has_role(draft, principal, &MAY_ASSIGN, &kubelet))
    };
    if control_planes.all(may) {
        return Ok(());
    }
    let message = "The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity. You can run 'az role assignment create --assignee <control-plane-identity-principal-id> --role 'Managed Identity Operator' --scope <kubelet-identity-resource-id>' to grant the permission. See https://learn.microsoft.com/en-us/azure/aks/use-managed-identity#add-role-assignment";
    Err(Refusal::bad("CustomKubeletIdentityMissingPermissionError", message).of_aks())
}
