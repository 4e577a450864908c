//! Checks of names that must be unique in all of Azure.

use serde_json::json;

use super::super::handler::document_of;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::state::State;

/// Answers whether a name is available.
pub(super) fn name_availability(
    state: &State,
    request: &Request,
    kind: &str,
) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    let name = body["name"].as_str().unwrap_or_default();
    let wanted = body["type"].as_str().unwrap_or(kind);
    if !wanted.eq_ignore_ascii_case(kind) {
        let message = format!("The type '{wanted}' is not valid.");
        return Err(Refusal::bad("InvalidParameterValue", message));
    }
    let mut resources = state.resources.values();
    let taken = resources.any(|one| {
        one.kind == kind && ResourceId::parse(&one.id).name().eq_ignore_ascii_case(name)
    });
    let mut answer = json!({"nameAvailable": !taken});
    if taken {
        answer["reason"] = json!("AlreadyExists");
        answer["message"] = json!(format!("The name {name} is already in use."));
    }
    Ok(Response::json(200, answer))
}
