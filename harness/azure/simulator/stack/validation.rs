//! What is said of a stack without making it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::group::document_of;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::checked;
use crate::azure::resource_type;

/// How long it takes.
const LOOK: Duration = Duration::from_secs(8);

impl Cloud {
    /// Reads a stack as a PUT would. What is wrong with it is the answer; what is good takes time,
    /// and the resources that it would have are at the `Location` then.
    pub(super) fn validate_stack(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        let properties = &body["properties"];
        checked(id, properties)?;
        let plan = self.plan(id, properties)?;
        let resources = plan
            .steps
            .iter()
            .map(|step| json!({"id": self.cased(&step.id)}));
        let mut found = json!({
            "actionOnUnmanage": properties["actionOnUnmanage"],
            "denySettings": properties["denySettings"],
            "validatedResources": resources.collect::<Vec<Value>>(),
        });
        for field in ["description", "parameters"] {
            if let Some(value) = plan.wanted.get(field).filter(|value| !value.is_null()) {
                found[field] = value.clone();
            }
        }
        let finding = json!({
            "id": self.cased(&id.to_string()),
            "name": id.name(),
            "type": resource_type::STACK,
            "properties": found,
        });
        Ok(self.found_later(now, request, id, LOOK, finding))
    }
}
