//! PATCH: a part of a resource is changed.

use jiff::Timestamp;
use serde_json::Value;

use super::asked::{document_of, unknown_method};
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::{Kind, Patch, is_subnet};
use super::message::{Request, Response};
use super::pools;
use super::refusal::Refusal;
use super::show;
use super::stack::deny::undenied;
use super::write::{Pace, answer_of_put, write};

/// Changes a part of a resource: what is said is laid over what is there, and checked as if all
/// of it had been put. Tags are replaced.
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
    undenied(&cloud.settings, &cloud.state, "PUT", id)?;
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

/// Refuses what a PATCH of tags alone does not have. A location may be repeated.
fn only_tags(body: &Value) -> Result<(), Refusal> {
    let fields = body.as_object().into_iter().flatten();
    let mut others = fields.filter(|(name, _)| !["tags", "location"].contains(&name.as_str()));
    let Some((name, _)) = others.next() else {
        return Ok(());
    };
    let message = format!(
        "Could not find member '{name}' on object of type 'TagsObject': a PATCH of this type changes tags alone."
    );
    Err(Refusal::bad("InvalidRequestContent", message))
}
