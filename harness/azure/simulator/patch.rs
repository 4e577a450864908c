//! PATCH: a part of a resource is changed.

use jiff::Timestamp;
use serde_json::Value;

use super::cloud::Cloud;
use super::group::{document_of, unknown_method};
use super::id::ResourceId;
use super::kind::{self, Kind, Patch};
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::subnet::is_subnet;
use super::write::Pace;

impl Cloud {
    /// Changes a part of a resource: what is said is laid over what is there, and checked as if all
    /// of it had been put. Tags are replaced.
    pub(super) fn patch(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
        kind: &Kind,
    ) -> Result<Response, Refusal> {
        if kind.patch == Patch::Never || is_subnet(id) {
            return Err(unknown_method("PATCH"));
        }
        self.undenied("PUT", id)?;
        let body = document_of(request)?;
        let mut whole = self.read(id, kind)?;
        let pace = match kind.patch {
            Patch::Tags => Pace::AtOnce,
            Patch::Any | Patch::Never => Pace::Usual,
        };
        if pace == Pace::AtOnce {
            only_tags(&body)?;
        }
        if let Some(known) = self.state.resources.get(&id.key()) {
            whole.clone_from(&known.document);
        }
        kind::merge(&mut whole, &body);
        if body["tags"].is_object() {
            whole["tags"] = body["tags"].clone();
        }
        let accepted = self.write(now, id, &whole, pace)?;
        self.answer_of_put(id, kind, &accepted)
    }
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
