//! Managed identities and the federated credentials of workloads.

use azure::resource_type;
use serde_json::{Value, json};

use super::super::hash::guid;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::version;
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: resource_type::IDENTITY,
        versions: version::IDENTITY,
        location: LocationKind::Region,
        takes: [0, 0, 0],
        accepted: 201,
        headers: [Headers::Location; 2],
        shows_progress: false,
        check: |draft| draft.name(3, 128, |c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        complete: principal,
        patch: Patch::Tags,
        deletion_check: None,
    },
    Kind {
        name: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        versions: version::IDENTITY,
        location: LocationKind::Parent,
        takes: [0, 0, 0],
        accepted: 201,
        headers: [Headers::Location; 2],
        shows_progress: false,
        check: federation,
        complete: |_, _| {},
        patch: Patch::Never,
        deletion_check: None,
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

/// Refuses a second credential for the same workload, and more credentials than an identity can
/// have.
///
/// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations>
fn check_credentials(draft: &Draft<'_>) -> Result<(), Refusal> {
    const MAX_CREDENTIALS: usize = 20;
    let Some(identity) = draft.id.parent() else {
        return Ok(());
    };
    let key = draft.id.key();
    let others = draft.state.below(&identity);
    let others: Vec<&Value> = others
        .filter(|one| Some(&one.kind) == draft.id.kind().as_ref())
        .filter(|one| one.id.to_lowercase() != key)
        .map(|one| &one.document["properties"])
        .collect();
    let of = |field: &str| &draft.body["properties"][field];
    let same = |one: &&Value| {
        ["issuer", "subject"]
            .iter()
            .all(|field| one[*field] == *of(field))
    };
    if others.iter().any(same) {
        let message = format!(
            "Issuer and subject combination already exists for this Managed Identity: {} {}.",
            of("issuer"),
            of("subject")
        );
        return Err(Refusal::conflict("Conflict", message));
    }
    if others.len() >= MAX_CREDENTIALS {
        let message = format!(
            "A managed identity can have at most {MAX_CREDENTIALS} federated identity credentials."
        );
        return Err(Refusal::bad("BadRequest", message));
    }
    Ok(())
}

fn federation(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.all_required(&["/properties/issuer", "/properties/subject"])?;
    draft.name(3, 120, |c| c.is_ascii_alphanumeric() || "-_".contains(c))?;
    let audiences = draft.required("/properties/audiences")?;
    check_credentials(draft)?;
    if audiences.as_array().is_some_and(|all| all.len() == 1) {
        return Ok(());
    }
    let message = "The 'audiences' property must contain exactly one value.";
    Err(Refusal::bad("BadRequest", message).about("audiences"))
}
