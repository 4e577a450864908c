//! Lists role definitions and role assignments.
//!
//! Scopes of lists:
//! <https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope>.

use azure::resource_type;
use serde_json::{Value, json};

use super::filter::Filter;
use super::handler::unknown_method;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::role::{ROLES, Role, unknown};
use super::settings::Settings;
use super::show::{scope_exists, show};
use super::state::State;
use super::version;

/// Answers a request about role definitions or a list of role assignments. Returns `None` for
/// another path.
pub(super) fn role_api(
    settings: &Settings,
    state: &State,
    request: &Request,
    id: &ResourceId,
) -> Option<Result<Response, Refusal>> {
    let kind = id.kind()?.to_lowercase();
    match kind.as_str() {
        "microsoft.authorization/roledefinitions" => {
            Some(role_definitions(settings, state, request, id))
        }
        "microsoft.authorization/roleassignments"
            if !id.is_resource() && request.method == "GET" =>
        {
            Some(role_assignments(settings, state, request, id))
        }
        _ => None,
    }
}

fn role_definitions(
    settings: &Settings,
    state: &State,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    version::check_provider(request, "roleDefinitions", version::ROLE_DEFINITIONS)?;
    if request.method != "GET" {
        return Err(unknown_method(&request.method));
    }
    scope_exists(state, &id.scope())?;
    if id.is_resource() {
        let found = ROLES
            .iter()
            .find(|role| role.id.eq_ignore_ascii_case(id.name()));
        let found = found.ok_or_else(|| unknown(id.name()))?;
        return Ok(Response::json(200, show_role(settings, found)));
    }
    let filter = Filter::of(request, &["rolename", "type", "atscopeandbelow()"])?;
    let fitting = ROLES.iter().filter(|role| {
        let value = |field: &str| match field {
            "rolename" => Some(role.name.to_owned()),
            "type" => Some("BuiltInRole".to_owned()),
            // The built-in roles apply to every scope.
            "atscopeandbelow" => Some(String::new()),
            _ => None,
        };
        filter.as_ref().is_none_or(|filter| filter.passes(&value))
    });
    Ok(Response::list(
        fitting.map(|role| show_role(settings, role)),
    ))
}

fn show_role(settings: &Settings, role: &Role) -> Value {
    let subscription = &settings.subscription;
    json!({
        "id": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{}", role.id),
        "name": role.id,
        "type": resource_type::ROLE_DEFINITION,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [{
                "actions": role.actions,
                "notActions": role.not_actions,
                "dataActions": role.data_actions,
                "notDataActions": [],
            }],
        },
    })
}

/// Lists the assignments at, above and below a scope. The filter `atScope()` leaves out those
/// below.
fn role_assignments(
    settings: &Settings,
    state: &State,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    version::check_provider(request, "roleAssignments", version::ROLE_ASSIGNMENTS)?;
    let scope = id.scope();
    scope_exists(state, &scope)?;
    let filter = Filter::of(request, &["atscope()", "assignedto('')", "principalid"])?;
    let at = scope.key();
    let all = state.resources.iter();
    let fitting = all.filter(|(key, one)| {
        let on = ResourceId::parse(key).scope().key();
        let above = at == on || at.starts_with(&format!("{on}/"));
        let below = on.starts_with(&format!("{at}/"));
        let principal = one.document.pointer("/properties/principalId");
        let value = |field: &str| match field {
            "atscope" => above.then(String::new),
            _ => Some(principal?.as_str()?.to_owned()),
        };
        one.kind == resource_type::ROLE_ASSIGNMENT
            && (above || below)
            && filter.as_ref().is_none_or(|filter| filter.passes(&value))
    });
    Ok(Response::list(
        fitting.map(|(_, one)| show(settings, state, one)),
    ))
}
