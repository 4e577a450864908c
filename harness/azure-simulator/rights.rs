//! The client's permissions and their scope.

use serde_json::json;

use super::circumstances::{Circumstances, Rights};
use super::entra::object_of;
use super::id::ResourceId;
use super::lookup;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::{Role, Settings};
use super::state::State;

/// A reader may send this `POST`: its action is a read.
const READ_BY_POST: &str = "Microsoft.ContainerRegistry/checkNameAvailability";

/// Refuses what the client's role does not permit.
pub(super) fn authorise(
    settings: &Settings,
    request: &Request,
    id: &ResourceId,
) -> Result<(), Refusal> {
    if settings.role != Role::Reader || reads(request, id) {
        return Ok(());
    }
    Err(unauthorised(settings, &action(request, id), id))
}

/// Refuses a request outside the scope of the client's role. A missing group is outside: a client
/// without read access does not learn that the group is missing.
///
/// <https://github.com/Azure/azure-rest-api-specs/issues/9549>,
/// <https://github.com/hashicorp/terraform-provider-azurerm/issues/2678>
pub(super) fn within_reach(
    settings: &Settings,
    state: &State,
    circumstances: &Circumstances,
    request: &Request,
    id: &ResourceId,
) -> Result<(), Refusal> {
    let rights = circumstances.rights;
    // Everybody with a role anywhere in a subscription can see the subscription.
    let of_subscriptions = request.segments().len() <= 2 && request.method == "GET";
    let within = id.group().is_some() && lookup::group(state, id).is_ok();
    if rights == Rights::Subscription || of_subscriptions || within {
        return Ok(());
    }
    if rights == Rights::GroupsAndReading && reads(request, id) {
        return Ok(());
    }
    Err(unauthorised(settings, &action(request, id), id))
}

/// The refusal of a client that lacks a permission.
pub(super) fn unauthorised(settings: &Settings, action: &str, scope: &ResourceId) -> Refusal {
    let (client, object) = (&settings.client, object_of(settings));
    let message = format!(
        "The client '{client}' with object id '{object}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    );
    Refusal::new(403, "AuthorizationFailed", message)
}

/// Whether the Reader role permits the request.
fn reads(request: &Request, id: &ResourceId) -> bool {
    action(request, id).ends_with("/read")
}

/// The action of a request, as role definitions name it.
fn action(request: &Request, id: &ResourceId) -> String {
    let segments: Vec<String> = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let kind = match segments.as_slice() {
        [_, _, "providers", namespace, "register"] => {
            return format!("{namespace}/register/action");
        }
        [_, _, "providers"] | [_, _, "providers", _] => {
            "Microsoft.Resources/subscriptions/providers".to_owned()
        }
        _ => id
            .kind()
            .unwrap_or_else(|| "Microsoft.Resources/subscriptions/resourceGroups".to_owned()),
    };
    let act = match request.method.as_str() {
        "GET" | "HEAD" => "read",
        "DELETE" => "delete",
        "POST" if kind == READ_BY_POST => "read",
        "POST" => "action",
        _ => "write",
    };
    format!("{kind}/{act}")
}

pub(super) fn permissions(
    settings: &Settings,
    circumstances: &Circumstances,
    id: &ResourceId,
) -> Response {
    let (actions, not_actions) = match settings.role {
        _ if id.group().is_none() && circumstances.rights != Rights::Subscription => {
            (vec!["*/read"], vec![])
        }
        Role::Owner => (vec!["*"], vec![]),
        Role::Contributor => (
            vec!["*"],
            vec![
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
            ],
        ),
        Role::Reader => (vec!["*/read"], vec![]),
    };
    let one = json!({"actions": actions, "notActions": not_actions, "dataActions": [], "notDataActions": []});
    Response::list(vec![one])
}
