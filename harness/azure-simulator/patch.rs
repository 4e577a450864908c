//! PATCH: changes a part of a resource.

use jiff::Timestamp;
use serde_json::Value;

use super::cloud::Cloud;
use super::handler::{document_of, unknown_method};
use super::id::ResourceId;
use super::kind::{Kind, Patch, is_subnet};
use super::message::{Request, Response};
use super::pools;
use super::refusal::Refusal;
use super::show;
use super::stack::deny::check_deny_settings;
use super::write::{Pace, answer_of_put, write};

/// Changes a part of a resource. The body is merged into the existing document, and the result is
/// checked like a PUT of the whole document. Tags are replaced.
pub(super) fn patch(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
    kind: &Kind,
) -> Result<Response, Refusal> {
    if kind.patch == Patch::Never || is_subnet(id) {
        return Err(unknown_method("PATCH"));
    }
    check_deny_settings(&cloud.settings, &cloud.state, "PUT", id)?;
    let body = document_of(request)?;
    let mut whole = show::read(&cloud.settings, &cloud.state, id, kind)?;
    let pace = match kind.patch {
        Patch::Tags => Pace::AtOnce,
        Patch::Any | Patch::Never => Pace::Usual,
    };
    if pace == Pace::AtOnce {
        only_tags(&body)?;
    }
    if let Some(known) = cloud.state.resources.get(&id.key()) {
        whole.clone_from(&known.document);
    }
    pools::merge(&mut whole, &body);
    if body["tags"].is_object() {
        whole["tags"] = body["tags"].clone();
    }
    let accepted = write(cloud, now, id, &whole, pace)?;
    answer_of_put(cloud, id, kind, &accepted)
}

/// Refuses properties that a PATCH of tags does not have. A location may be repeated.
fn only_tags(body: &Value) -> Result<(), Refusal> {
    let fields = body.as_object().into_iter().flatten();
    let mut others = fields.filter(|(name, _)| !["tags", "location"].contains(&name.as_str()));
    let Some((name, _)) = others.next() else {
        return Ok(());
    };
    let message = format!(
        "Could not find member '{name}' on object of type 'TagsObject': a PATCH of this type can change only tags."
    );
    Err(Refusal::bad("InvalidRequestContent", message))
}
