//! Managed identities and the federated credentials of workloads.

use serde_json::{Value, json};

use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::guid;
use super::super::version;
use super::{Draft, Kind, Place};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.ManagedIdentity/userAssignedIdentities",
        versions: version::IDENTITY,
        place: Place::Region,
        takes: [0, 0, 0],
        accepted: 201,
        headers: [Headers::Location; 2],
        shows_progress: false,
        check: |draft| draft.name(3, 128, |c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        complete: principal,
        held: None,
    },
    Kind {
        name: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        versions: version::IDENTITY,
        place: Place::Parent,
        takes: [0, 0, 0],
        accepted: 201,
        headers: [Headers::Location; 2],
        shows_progress: false,
        check: federation,
        complete: |_, _| {},
        held: None,
    },
];

fn principal(draft: &Draft<'_>, document: &mut Value) {
    let key = draft.id.key();
    document["properties"] = json!({
        "tenantId": draft.settings.tenant,
        "principalId": guid(&["principal", &key]),
        "clientId": guid(&["client", &key]),
    });
}

fn federation(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.all_required(&["/properties/issuer", "/properties/subject"])?;
    let audiences = draft.required("/properties/audiences")?;
    if audiences.as_array().is_some_and(|all| all.len() == 1) {
        return Ok(());
    }
    let message = "The 'audiences' property must contain exactly one value.";
    Err(Refusal::bad("BadRequest", message).about("audiences"))
}
