//! Microsoft Graph: the service principals of the client and of the managed identities.
//!
//! <https://learn.microsoft.com/graph/api/directoryobject-getbyids>,
//! <https://learn.microsoft.com/graph/api/serviceprincipal-list>

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::entra::{self, object_of};
use super::filter::Filter;
use super::handler::document_of;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;
use super::state::State;

/// Fields that a filter of service principals can use.
const FIELDS: &[&str] = &["id", "appid", "serviceprincipalnames", "displayname"];

/// Fields that a filter of users, groups and applications can use. These lists are empty.
const OTHERS: &[&str] = &[
    "id",
    "appid",
    "displayname",
    "identifieruris",
    "mail",
    "mailnickname",
    "userprincipalname",
];

struct Principal {
    object: String,
    application: String,
    name: String,
}

impl Principal {
    fn value(&self, field: &str) -> &str {
        match field {
            "id" => &self.object,
            "displayname" => &self.name,
            _ => &self.application,
        }
    }
}

/// Answers a request to Microsoft Graph. Returns `None` for another path.
pub(super) fn graph(
    settings: &Settings,
    state: &State,
    now: Timestamp,
    request: &Request,
) -> Option<Response> {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["v1.0", rest @ ..] = parts.as_slice() else {
        return None;
    };
    if let Err(answer) = entra::authenticate(settings, state, now, request) {
        return Some(answer);
    }
    let shown = |one: &Principal| show(one, &settings.tenant);
    Some(match (request.method.as_str(), rest) {
        ("POST", ["directoryObjects", "getByIds"]) => {
            let body = document_of(request).unwrap_or_default();
            let ids: Vec<&str> = body["ids"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let all = principals(settings, state);
            let known = all.iter().filter(|one| ids.contains(&one.object.as_str()));
            Response::list(known.map(shown))
        }
        ("GET", ["servicePrincipals"]) => match Filter::of(request, FIELDS) {
            Err(refusal) => unsupported(refusal),
            Ok(filter) => {
                let all = principals(settings, state);
                let fitting = all.iter().filter(|one| {
                    let value = |field: &str| Some(one.value(field).to_owned());
                    filter.as_ref().is_none_or(|filter| filter.passes(&value))
                });
                Response::list(fitting.map(shown))
            }
        },
        ("GET", ["servicePrincipals" | "directoryObjects", id]) => {
            let all = principals(settings, state);
            let found = all.iter().find(|one| one.object.eq_ignore_ascii_case(id));
            found.map_or_else(|| missing(id), |one| Response::json(200, shown(one)))
        }
        ("GET", ["users" | "groups" | "applications"]) => match Filter::of(request, OTHERS) {
            Err(refusal) => unsupported(refusal),
            Ok(_) => Response::list([]),
        },
        (_, [.., last]) => missing(last),
        _ => missing(""),
    })
}

fn principals(settings: &Settings, state: &State) -> Vec<Principal> {
    let client = Principal {
        object: object_of(settings),
        application: settings.client.clone(),
        name: "rehearsal".to_owned(),
    };
    let identities = state.resources.values().filter_map(|one| {
        let text = |pointer| Some(one.document.pointer(pointer)?.as_str()?.to_owned());
        let is = one.kind == resource_type::IDENTITY;
        is.then_some(Principal {
            object: text("/properties/principalId")?,
            application: text("/properties/clientId")?,
            name: ResourceId::parse(&one.id).name().to_owned(),
        })
    });
    std::iter::once(client).chain(identities).collect()
}

fn show(principal: &Principal, tenant: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": principal.object,
        "appId": principal.application,
        "displayName": principal.name,
        "appDisplayName": principal.name,
        "appOwnerOrganizationId": tenant,
        "servicePrincipalNames": [principal.application],
        "servicePrincipalType": "Application",
        "accountEnabled": true,
    })
}

/// The refusal of an unsupported filter
/// (<https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/1726>).
fn unsupported(refusal: Refusal) -> Response {
    Refusal::bad("Request_UnsupportedQuery", refusal.message).response()
}

fn missing(id: &str) -> Response {
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    let body = json!({"error": {"code": "Request_ResourceNotFound", "message": message}});
    Response::json(404, body)
}
