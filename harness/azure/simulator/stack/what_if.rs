//! What a deployment without a stack would change.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployments/what-if>

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::delta::{Outlook, capital};

/// How long it takes.
const LOOK: Duration = Duration::from_secs(12);

impl Cloud {
    /// Reads a deployment as a PUT would; what it would change is at the `Location` later.
    pub(super) fn what_if(
        &mut self,
        now: Timestamp,
        request: &Request,
        scope: &ResourceId,
        name: &str,
    ) -> Result<Response, Refusal> {
        let (id, body, plan) = self.read_deployment(request, scope, name)?;
        self.registered_for(&plan)?;
        let format = &body["properties"]["whatIfSettings"]["resultFormat"];
        let with_properties = !format
            .as_str()
            .is_some_and(|format| format.eq_ignore_ascii_case("ResourceIdOnly"));
        let outlooks = self.outlooks(&id, &plan)?;
        let named: Vec<String> = outlooks
            .iter()
            .map(|one| ResourceId::parse(&one.id).key())
            .collect();
        let mut changes: Vec<Value> = outlooks
            .into_iter()
            .map(|one| self.told(one, with_properties))
            .collect();
        // What stands beside it is left alone.
        let beside = self.state.below(scope);
        let beside = beside.filter(|one| !named.contains(&ResourceId::parse(&one.id).key()));
        changes.extend(beside.map(|one| {
            let mut change = json!({"resourceId": self.cased(&one.id), "changeType": "Ignore"});
            if with_properties {
                let shown = self.show(one);
                change["before"] = shown.clone();
                change["after"] = shown;
            }
            change
        }));
        let finding = json!({"status": "Succeeded", "properties": {"changes": changes}});
        Ok(self.found_later(now, request, &id, LOOK, finding))
    }

    fn told(&self, outlook: Outlook, with_properties: bool) -> Value {
        let kind = capital(outlook.kind());
        let mut change = json!({"resourceId": self.cased(&outlook.id), "changeType": kind});
        if !with_properties {
            return change;
        }
        if let Some(before) = outlook.before {
            change["before"] = before;
        }
        change["after"] = outlook.after;
        let delta = outlook.delta.into_iter().flatten();
        change["delta"] = delta.map(property_change).collect();
        change
    }
}

/// A change of a property as it is written here, where a stack's has a word less and no capitals.
fn property_change(mut change: Value) -> Value {
    let kind = change["changeType"].as_str().unwrap_or_default();
    let kind = capital(kind);
    if let Some(fields) = change.as_object_mut() {
        fields.remove("changeType");
        fields.insert("propertyChangeType".to_owned(), json!(kind));
        if let Some(children) = fields.get_mut("children").and_then(Value::as_array_mut) {
            for child in children {
                *child = property_change(child.take());
            }
        }
    }
    change
}
