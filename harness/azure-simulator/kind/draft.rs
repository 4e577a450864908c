//! The wanted document of a resource, with checks that refuse it.

use jiff::Timestamp;
use serde_json::Value;

use super::super::circumstances::Circumstances;
use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::state::{Resource, State};

/// The wanted document of a resource, and what its checks need to know.
pub(in super::super) struct Draft<'a> {
    pub(in super::super) state: &'a State,
    pub(in super::super) settings: &'a Settings,
    pub(in super::super) circumstances: &'a Circumstances,
    pub(in super::super) id: &'a ResourceId,
    pub(in super::super) body: &'a Value,
    pub(in super::super) now: Timestamp,
}

impl Draft<'_> {
    /// The resource as it exists before the change.
    pub(super) fn before(&self) -> Option<&Resource> {
        self.state.resources.get(&self.id.key())
    }

    /// A text in the body.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer)?.as_str()
    }

    /// A value in the body. If the body leaves it out, the value before the change.
    pub(super) fn effective(&self, pointer: &str) -> Option<&Value> {
        let wanted = self.body.pointer(pointer).filter(|value| !value.is_null());
        wanted.or_else(|| self.before()?.document.pointer(pointer))
    }

    /// Refuses a body without this value.
    pub(super) fn required(&self, pointer: &str) -> Result<&Value, Refusal> {
        let value = self.body.pointer(pointer).filter(|value| !value.is_null());
        value.ok_or_else(|| {
            let name = dotted(pointer);
            let message = format!("Required parameter {name} is missing (null).");
            Refusal::bad("InvalidParameter", message).about(name)
        })
    }

    /// Refuses a body without any of these values.
    pub(super) fn all_required(&self, pointers: &[&str]) -> Result<(), Refusal> {
        pointers
            .iter()
            .try_for_each(|pointer| self.required(pointer).map(drop))
    }

    /// Refuses a value that is not in the list. A missing value is accepted.
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
            "The value {value} of {} is not one of: {allowed}.",
            dotted(pointer)
        );
        Err(Refusal::bad("InvalidParameterValue", message).about(dotted(pointer)))
    }

    /// Refuses a number outside the bounds. A missing number is accepted.
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
        let message = format!("The value {value} of {name} is not between {least} and {most}.");
        Err(Refusal::bad("InvalidParameterValue", message).about(name))
    }

    /// Refuses a name of the wrong length or with other characters.
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
            "The name '{name}' is not valid for {}. It must have {least} to {most} of the \
             allowed characters.",
            self.id.kind().unwrap_or_default()
        );
        Err(Refusal::bad("InvalidResourceName", message).about("name"))
    }

    /// The resource that a value refers to. Refuses a reference to a missing resource.
    pub(super) fn referenced(&self, pointer: &str) -> Result<Option<&Resource>, Refusal> {
        let Some(id) = self.text(pointer) else {
            return Ok(None);
        };
        match self.state.resource(id) {
            Some(found) => Ok(Some(found)),
            None => Err(self.missing_reference(id)),
        }
    }

    /// The refusal of a reference to a missing resource.
    pub(super) fn missing_reference(&self, id: &str) -> Refusal {
        let message = format!(
            "Resource {id} referenced by resource {} was not found. Please make sure that the \
             referenced resource exists, and that both resources are in the same region.",
            self.id
        );
        Refusal::bad("InvalidResourceReference", message)
    }

    /// Refuses a change of this value.
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
