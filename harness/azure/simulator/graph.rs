//! Who is who in the directory, as tools ask Microsoft Graph: the one client and the identities of
//! this cloud.
//!
//! <https://learn.microsoft.com/graph/api/directoryobject-getbyids>,
//! <https://learn.microsoft.com/graph/api/serviceprincipal-list>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::entra::object_of;
use super::group::document_of;
use super::id::ResourceId;
use super::message::{Request, Response};

/// A service principal.
struct Principal {
    object: String,
    application: String,
    name: String,
}

impl Cloud {
    /// The answer of the graph, if it is asked.
    pub(super) fn graph(&self, now: Timestamp, request: &Request) -> Option<Response> {
        let segments = request.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let ["v1.0", rest @ ..] = parts.as_slice() else {
            return None;
        };
        if let Err(answer) = self.authenticate(now, request) {
            return Some(answer);
        }
        let shown = |one: &Principal| show(one, &self.settings.tenant);
        Some(match (request.method.as_str(), rest) {
            ("POST", ["directoryObjects", "getByIds"]) => {
                let body = document_of(request).unwrap_or_default();
                let ids: Vec<&str> = body["ids"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                let all = self.principals();
                let known = all.iter().filter(|one| ids.contains(&one.object.as_str()));
                Self::list(known.map(shown))
            }
            ("GET", ["servicePrincipals"]) => {
                let filter = request.query("$filter").unwrap_or_default();
                let all = self.principals();
                let fitting = all.iter().filter(|one| {
                    filter.is_empty()
                        || [&one.object, &one.application, &one.name]
                            .iter()
                            .any(|value| filter.contains(&format!("'{value}'")))
                });
                Self::list(fitting.map(shown))
            }
            ("GET", ["servicePrincipals" | "directoryObjects", id]) => {
                let all = self.principals();
                let found = all.iter().find(|one| one.object.eq_ignore_ascii_case(id));
                found.map_or_else(|| missing(id), |one| Response::json(200, shown(one)))
            }
            ("GET", ["users" | "groups" | "applications"]) => Self::list([]),
            (_, [.., last]) => missing(last),
            _ => missing(""),
        })
    }

    fn principals(&self) -> Vec<Principal> {
        let settings = &self.settings;
        let client = Principal {
            object: object_of(settings),
            application: settings.client.clone(),
            name: "rehearsal".to_owned(),
        };
        let identities = self.state.resources.values().filter_map(|one| {
            let text = |pointer| Some(one.document.pointer(pointer)?.as_str()?.to_owned());
            let is = one.kind == "Microsoft.ManagedIdentity/userAssignedIdentities";
            is.then_some(Principal {
                object: text("/properties/principalId")?,
                application: text("/properties/clientId")?,
                name: ResourceId::parse(&one.id).name().to_owned(),
            })
        });
        std::iter::once(client).chain(identities).collect()
    }
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

fn missing(id: &str) -> Response {
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    let body = json!({"error": {"code": "Request_ResourceNotFound", "message": message}});
    Response::json(404, body)
}
