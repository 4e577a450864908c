//! A resource that somebody wants, and what may be demanded of it.

use jiff::Timestamp;
use serde_json::Value;

use super::super::circumstances::Circumstances;
use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::state::{Resource, State};

/// A resource that somebody wants.
pub(in super::super) struct Draft<'a> {
    pub(in super::super) state: &'a State,
    pub(in super::super) settings: &'a Settings,
    pub(in super::super) circumstances: &'a Circumstances,
    pub(in super::super) id: &'a ResourceId,
    pub(in super::super) body: &'a Value,
    pub(in super::super) now: Timestamp,
}

impl Draft<'_> {
    /// The same resource, if it is there already.
    pub(super) fn before(&self) -> Option<&Resource> {
        self.state.resources.get(&self.id.key())
    }

    /// A text in the body.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer)?.as_str()
    }

    /// A value in the body, or what it was before where the body does not say.
    pub(super) fn standing(&self, pointer: &str) -> Option<&Value> {
        let said = self.body.pointer(pointer).filter(|value| !value.is_null());
        said.or_else(|| self.before()?.document.pointer(pointer))
    }

    /// A value that has to be there.
    pub(super) fn required(&self, pointer: &str) -> Result<&Value, Refusal> {
        let value = self.body.pointer(pointer).filter(|value| !value.is_null());
        value.ok_or_else(|| {
            let name = dotted(pointer);
            let message = format!("Required parameter {name} is missing (null).");
            Refusal::bad("InvalidParameter", message).about(name)
        })
    }

    /// Values that have to be there.
    pub(super) fn all_required(&self, pointers: &[&str]) -> Result<(), Refusal> {
        pointers
            .iter()
            .try_for_each(|pointer| self.required(pointer).map(drop))
    }

    /// A value that is one of few, if it is there.
    pub(super) fn one_of(&self, pointer: &str, allowed: &[&str]) -> Result<(), Refusal> {
        let Some(value) = self.body.pointer(pointer) else {
            return Ok(());
        };
        let text = value.as_str().unwrap_or_default();
        if allowed.iter().any(|one| one.eq_ignore_ascii_case(text)) {
            return Ok(());
        }
        let allowed = allowed.join(", ");
        let message = format!(
            "The value {value} of {} is none of: {allowed}.",
            dotted(pointer)
        );
        Err(Refusal::bad("InvalidParameterValue", message).about(dotted(pointer)))
    }

    /// A number that is within bounds, if it is there.
    pub(super) fn within(&self, pointer: &str, least: i64, most: i64) -> Result<(), Refusal> {
        let Some(value) = self.body.pointer(pointer) else {
            return Ok(());
        };
        if value
            .as_i64()
            .is_some_and(|number| (least..=most).contains(&number))
        {
            return Ok(());
        }
        let name = dotted(pointer);
        let message = format!("The value {value} of {name} is not within {least} and {most}.");
        Err(Refusal::bad("InvalidParameterValue", message).about(name))
    }

    /// A name of allowed characters and length.
    pub(super) fn name(
        &self,
        least: usize,
        most: usize,
        allowed: fn(char) -> bool,
    ) -> Result<(), Refusal> {
        let name = self.id.name();
        if (least..=most).contains(&name.len()) && name.chars().all(allowed) {
            return Ok(());
        }
        let message = format!(
            "The name '{name}' is not valid for {}: {least} to {most} characters of those that \
             are allowed.",
            self.id.kind().unwrap_or_default()
        );
        Err(Refusal::bad("InvalidResourceName", message).about("name"))
    }

    /// The resource that a value refers to, if the value is there.
    pub(super) fn referred(&self, pointer: &str) -> Result<Option<&Resource>, Refusal> {
        let Some(id) = self.text(pointer) else {
            return Ok(None);
        };
        match self.state.resource(id) {
            Some(found) => Ok(Some(found)),
            None => Err(self.dangling(id)),
        }
    }

    /// What is said of a reference to nothing.
    pub(super) fn dangling(&self, id: &str) -> Refusal {
        let message = format!(
            "Resource {id} referenced by resource {} was not found. Please make sure that the \
             referenced resource exists, and that both resources are in the same region.",
            self.id
        );
        Refusal::bad("InvalidResourceReference", message)
    }

    /// Whether it was that before, where it cannot become something else.
    pub(super) fn unchanged(&self, pointer: &str) -> Result<(), Refusal> {
        let (Some(before), Some(wanted)) = (self.before(), self.body.pointer(pointer)) else {
            return Ok(());
        };
        let same = match (before.document.pointer(pointer), wanted) {
            (Some(Value::String(was)), Value::String(is)) => was.eq_ignore_ascii_case(is),
            (Some(was), is) => was == is,
            (None, _) => true,
        };
        if same {
            return Ok(());
        }
        let name = dotted(pointer);
        let message = format!("Changing property '{name}' is not allowed.");
        Err(Refusal::conflict("PropertyChangeNotAllowed", message).about(name))
    }
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
