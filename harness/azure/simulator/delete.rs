//! DELETE: a resource goes, asked by a client or by a stack.

use jiff::Timestamp;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::Kind;
use super::message::Response;
use super::operation::Act;
use super::power;
use super::refusal::Refusal;
use super::resource::{parent_missing, unknown_kind};
use super::state::Progress;
use super::subnet::is_subnet;

impl Cloud {
    /// Takes away what a client wants gone. What is not there is gone, below something that is.
    pub(super) fn remove(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
        kind: &Kind,
    ) -> Result<Response, Refusal> {
        if id.group().is_some() {
            self.group(id)?;
        }
        if let Some(parent) = id.parent()
            && self.shown(&parent.to_string()).is_none()
        {
            return Err(parent_missing(kind.name, &parent, "delete"));
        }
        if is_subnet(id) {
            return self.drop_subnet(now, id);
        }
        if !self.state.resources.contains_key(&id.key()) {
            return Ok(Response::empty(204));
        }
        self.undenied("DELETE", id)?;
        let shown = self.show(self.found(id)?);
        let operation = self.delete(now, id)?;
        Ok(match operation {
            None if kind.tells_what_went() => Response::json(200, shown),
            None => Response::empty(200),
            Some(one) => self.announced(Response::empty(202), &one, kind.headers[1]),
        })
    }

    /// Deletes a resource that is there; nothing is returned if it is gone at once.
    pub(super) fn delete(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
    ) -> Result<Option<String>, Refusal> {
        let resource = self.found(id)?;
        let kind = Kind::of(&resource.kind).ok_or_else(|| unknown_kind(id))?;
        if resource.progress == Progress::Deleting
            && let Some(running) = self.state.running_on(id)
        {
            return Ok(Some(running.id.clone()));
        }
        self.idle(id)?;
        if let Some(parent) = id.parent() {
            power::runs(&self.state, &parent, power::CHANGE)?;
        }
        if let Some(held) = kind.held {
            held(&self.state, id)?;
        }
        let ends = now + kind.deletion();
        let operation = self.begin(now, &id.key(), Act::Delete, Some(ends));
        if kind.deletion().is_zero() {
            self.finish(&operation, now, Ok(()));
            return Ok(None);
        }
        self.arm("DELETE", &id.to_string(), &operation);
        if let Some(resource) = self.state.resources.get_mut(&id.key()) {
            resource.progress = Progress::Deleting;
        }
        Ok(Some(operation))
    }
}
