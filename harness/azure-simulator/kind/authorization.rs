//! Role assignments.

use std::time::Duration;

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::circumstances::Arrival;
use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::rights::unauthorised;
use super::super::settings::Role;
use super::super::{role, version};
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};

/// How long a part of the directory may not know a new principal.
const REPLICATION: Duration = Duration::from_mins(2);

pub(super) const KINDS: &[Kind] = &[Kind {
    name: resource_type::ROLE_ASSIGNMENT,
    versions: version::ROLE_ASSIGNMENTS,
    location: LocationKind::Parent,
    takes: [0, 0, 0],
    accepted: 201,
    headers: [Headers::Location; 2],
    shows_progress: false,
    check,
    complete,
    patch: Patch::Never,
    deletion_check: None,
}];

fn check(draft: &Draft<'_>) -> Result<(), Refusal> {
    check_caller(draft)?;
    draft.all_required(&["/properties/roleDefinitionId", "/properties/principalId"])?;
    if !is_guid(draft.id.name()) {
        let message = format!(
            "The role assignment ID '{}' is not valid. The role assignment ID must be a GUID.",
            draft.id.name()
        );
        return Err(Refusal::bad("InvalidRoleAssignmentId", message));
    }
    let kinds = [
        "ServicePrincipal",
        "User",
        "Group",
        "ForeignGroup",
        "Device",
    ];
    draft.one_of("/properties/principalType", &kinds)?;
    let role = draft
        .text("/properties/roleDefinitionId")
        .unwrap_or_default();
    let role = ResourceId::parse(role);
    let elsewhere = role
        .subscription()
        .is_some_and(|one| one != draft.settings.subscription);
    if elsewhere || !role::exists(role.name()) {
        return Err(role::unknown(role.name()));
    }
    let same = ["/properties/roleDefinitionId", "/properties/principalId"];
    if same.iter().any(|pointer| draft.unchanged(pointer).is_err()) {
        let message =
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
        return Err(Refusal::bad("RoleAssignmentUpdateNotPermitted", message));
    }
    check_duplicate(draft)?;
    check_principal(draft)
}

fn check_caller(draft: &Draft<'_>) -> Result<(), Refusal> {
    if draft.settings.role == Role::Owner {
        return Ok(());
    }
    let action = "Microsoft.Authorization/roleAssignments/write";
    Err(unauthorised(draft.settings, action, &draft.id.scope()))
}

/// Refuses a second assignment of the same role to the same principal at the same scope.
fn check_duplicate(draft: &Draft<'_>) -> Result<(), Refusal> {
    let scope = draft.id.scope().key();
    let same = |value: &Value, pointer: &str| {
        let was = value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default();
        was.eq_ignore_ascii_case(draft.text(pointer).unwrap_or_default())
    };
    let mut others = draft.state.resources.iter().filter(|(key, one)| {
        **key != draft.id.key()
            && one.kind == resource_type::ROLE_ASSIGNMENT
            && ResourceId::parse(&one.id).scope().key() == scope
            && same(&one.document, "/properties/principalId")
            && same(&one.document, "/properties/roleDefinitionId")
    });
    others.next().map_or(Ok(()), |(_, other)| {
        let name = other
            .id
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .replace('-', "");
        let message = format!(
            "The role assignment already exists. The ID of the existing role assignment is {name}."
        );
        Err(Refusal::conflict("RoleAssignmentExists", message))
    })
}

/// Refuses an unknown service principal. Users and groups are not checked, as this cloud has none.
fn check_principal(draft: &Draft<'_>) -> Result<(), Refusal> {
    let kind = draft.text("/properties/principalType");
    let principal = draft.text("/properties/principalId").unwrap_or_default();
    if !matches!(kind, None | Some("ServicePrincipal")) || is_client(draft, principal) {
        return Ok(());
    }
    let made = principals(draft).find(|(one, _)| one.eq_ignore_ascii_case(principal));
    let replicated = |at: Timestamp| kind.is_some() || at + REPLICATION <= draft.now;
    if made.is_some_and(|(_, at)| replicated(at)) {
        return Ok(());
    }
    let message = format!(
        "Principal {} does not exist in the directory {}. Check that you have the correct \
         principal ID. If you are creating this principal and then immediately assigning a role, \
         this error might be related to a replication delay. In this case, set the role \
         assignment principalType property to a value, such as ServicePrincipal, User, or Group.",
        principal.replace('-', ""),
        draft.settings.tenant
    );
    Err(Refusal::bad("PrincipalNotFound", message))
}

/// Whether a principal has one of the roles at a scope or above it, and whether the assignment is
/// in effect.
pub(super) fn has_role(
    draft: &Draft<'_>,
    principal: &str,
    roles: &[&str],
    scope: &ResourceId,
) -> bool {
    let scope = format!("{}/", scope.key());
    let text = |one: &Value, pointer: &str| {
        let text = one.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_lowercase()
    };
    let mut all = draft.state.resources.values();
    all.any(|one| {
        let on = format!("{}/", ResourceId::parse(&one.id).scope().key());
        let role = text(&one.document, "/properties/roleDefinitionId");
        one.kind == resource_type::ROLE_ASSIGNMENT
            && scope.starts_with(&on)
            && roles.iter().any(|wanted| role.ends_with(wanted))
            && text(&one.document, "/properties/principalId") == principal.to_lowercase()
            && is_in_effect(draft, one.created)
    })
}

/// Whether an assignment of that time is in effect.
fn is_in_effect(draft: &Draft<'_>, assigned: Timestamp) -> bool {
    match draft.circumstances.arrival {
        Arrival::After(time) => assigned + time <= draft.now,
        Arrival::Never => false,
    }
}

fn is_client(draft: &Draft<'_>, principal: &str) -> bool {
    principal.eq_ignore_ascii_case(&super::super::entra::object_of(draft.settings))
}

fn principals<'a>(draft: &'a Draft<'_>) -> impl Iterator<Item = (&'a str, Timestamp)> {
    const POINTERS: [&str; 3] = [
        "/properties/principalId",
        "/properties/identityProfile/kubeletidentity/objectId",
        "/identity/principalId",
    ];
    let resources = draft.state.resources.values();
    let resources = resources.filter(|one| !one.kind.ends_with("/roleAssignments"));
    resources.flat_map(|one| {
        let texts = POINTERS
            .iter()
            .filter_map(|pointer| one.document.pointer(pointer)?.as_str());
        texts.map(|text| (text, one.created))
    })
}

fn complete(draft: &Draft<'_>, document: &mut Value) {
    let scope = draft.id.scope().to_string();
    let properties = &mut document["properties"];
    properties["scope"] = json!(scope);
    if properties["principalType"].is_null() {
        properties["principalType"] = json!("ServicePrincipal");
    }
    properties["createdOn"] = json!(draft.now.to_string());
    properties["updatedOn"] = json!(draft.now.to_string());
    properties["createdBy"] = json!(super::super::entra::object_of(draft.settings));
}

pub(super) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.concat().chars().all(|c| c.is_ascii_hexdigit())
}
