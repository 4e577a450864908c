//! What a stack would change: what-if results.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::super::api_version::STACK_WHAT_IF as VERSION;
use super::super::cloud::Cloud;
use super::super::group::{document_of, unknown_method};
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::operation::{Act, Headers};
use super::super::refusal::Refusal;
use super::engine::{Plan, variables};
use super::expression::{Scope, is_expression};
use super::{checked, wrong_version};

/// How long a preview takes.
const LOOK: Duration = Duration::from_secs(12);

/// A stored preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Preview {
    id: String,
    /// Its properties without values that nobody may read.
    wanted: Value,
    changes: Value,
    /// When the stack that it is about was last changed.
    #[serde(default)]
    modified: Option<Timestamp>,
}

impl Cloud {
    pub(super) fn preview_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
        rest: &str,
    ) -> Result<Response, Refusal> {
        if request.query("api-version").as_deref() != Some(VERSION) {
            return Err(wrong_version(VERSION));
        }
        self.group(id)?;
        match (request.method.as_str(), rest) {
            ("GET", "") if !id.is_resource() => {
                let prefix = format!("{}/", id.key());
                let all = self.state.previews.iter();
                let of = all.filter(|(key, _)| key.starts_with(&prefix));
                Ok(Self::list(of.map(|(_, one)| self.show_preview(one))))
            }
            ("PUT", "") => self.put_preview(now, request, id),
            ("GET", "") => Ok(Response::json(200, self.show_preview(self.preview(id)?))),
            ("DELETE", "") => {
                let there = self.state.previews.remove(&id.key()).is_some();
                Ok(Response::empty(if there { 200 } else { 204 }))
            }
            ("POST", "/whatif") => {
                let id = id.without_last();
                self.preview(&id)?;
                let operation = self.begin(now, &id.key(), Act::Preview, Some(now + LOOK));
                self.arm("POST", request.url.path(), &operation);
                Ok(self.announced(Response::empty(202), &operation, Headers::Location))
            }
            (method, _) => Err(unknown_method(method)),
        }
    }

    fn preview(&self, id: &ResourceId) -> Result<&Preview, Refusal> {
        self.state.previews.get(&id.key()).ok_or_else(|| {
            let message = format!("The what-if result '{}' could not be found.", id.name());
            Refusal::missing("DeploymentStackWhatIfResultNotFound", message)
        })
    }

    fn put_preview(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        let properties = &body["properties"];
        checked(id, properties)?;
        for field in ["deploymentStackResourceId", "retentionInterval"] {
            if !properties[field].is_string() {
                let message = format!("The property '{field}' is required.");
                return Err(Refusal::bad("InvalidDeploymentStackDefinition", message));
            }
        }
        let plan = self.plan(id, properties)?;
        let changes = self.changes(id, &plan)?;
        let stack = plan.wanted["deploymentStackResourceId"].as_str();
        let stack = stack.map(|stack| ResourceId::parse(stack).key());
        let stack = stack.and_then(|key| self.state.stacks.get(&key));
        let modified = stack.map(|stack| stack.modified);
        let status = if self.state.previews.contains_key(&id.key()) {
            200
        } else {
            201
        };
        let preview = Preview {
            id: id.to_string(),
            wanted: plan.wanted,
            changes,
            modified,
        };
        let answer = Response::json(status, self.show_preview(&preview));
        self.state.previews.insert(id.key(), preview);
        let operation = self.begin(now, &id.key(), Act::Preview, Some(now + LOOK));
        self.arm("PUT", &id.to_string(), &operation);
        Ok(self.announced(answer, &operation, Headers::AsyncOperation))
    }

    /// A preview as a GET shows it.
    pub(in super::super) fn show_preview(&self, preview: &Preview) -> Value {
        let mut properties = preview.wanted.clone();
        if let Some(all) = properties.as_object_mut() {
            all.remove("template");
        }
        properties["provisioningState"] = json!("succeeded");
        properties["changes"] = preview.changes.clone();
        if let Some(modified) = preview.modified {
            properties["deploymentStackLastModified"] = json!(modified.to_string());
        }
        json!({
            "id": self.cased(&preview.id),
            "name": ResourceId::parse(&preview.id).name(),
            "type": "Microsoft.Resources/deploymentStacksWhatIfResults",
            "properties": properties,
        })
    }

    fn changes(&self, id: &ResourceId, plan: &Plan) -> Result<Value, Refusal> {
        let stack = plan.wanted["deploymentStackResourceId"]
            .as_str()
            .unwrap_or_default();
        let stack = self.state.stacks.get(&ResourceId::parse(stack).key());
        let group = self.scope_of(id)?;
        let template = &plan.wanted["template"];
        let variables = variables(template);
        let mut parameters = plan.parameters.clone();
        // What nobody may read stays an expression, and is compared with nothing.
        for name in super::template::secure(template) {
            parameters.remove(&name);
        }
        let scope = Scope {
            parameters: &parameters,
            variables: &variables,
            group: &group,
            reference: &|_| None,
        };
        let is_managed = |key: &String| stack.is_some_and(|one| one.managed.contains_key(key));
        let deny = &plan.wanted["denySettings"]["mode"];
        let mut changes = Vec::new();
        let mut kept = Vec::new();
        for step in &plan.steps {
            let key = ResourceId::parse(&step.id).key();
            let after = scope.evaluate_known(&step.body);
            let before = self.state.resources.get(&key).map(|one| self.show(one));
            let delta = before.as_ref().map(|before| delta(before, &after, ""));
            let kind = match &delta {
                None => "create",
                Some(delta) if delta.is_empty() => "noChange",
                Some(_) => "modify",
            };
            let was = if is_managed(&key) {
                "managed"
            } else {
                "unmanaged"
            };
            let mut change = change(&self.cased(&step.id), kind, was, "managed", deny);
            change["apiVersion"] = json!(step.version);
            change["resourceConfigurationChanges"] = json!({
                "before": before,
                "after": after,
                "delta": delta.unwrap_or_default(),
            });
            changes.push(change);
            kept.push(key);
        }
        let action = plan.wanted["actionOnUnmanage"]["resources"]
            .as_str()
            .unwrap_or_default();
        let action = if action.eq_ignore_ascii_case("delete") {
            "delete"
        } else {
            "detach"
        };
        let managed = stack.into_iter().flat_map(|stack| &stack.managed);
        for (_, one) in managed.filter(|(key, _)| !kept.contains(key)) {
            let mut change = change(&self.cased(&one.id), action, "managed", "unmanaged", deny);
            let before = self.state.resource(&one.id).map(|one| self.show(one));
            change["resourceConfigurationChanges"] = json!({"before": before, "delta": []});
            changes.push(change);
        }
        let settings = &plan.wanted["denySettings"];
        let settings_before = stack.map(|stack| &stack.wanted["denySettings"]);
        Ok(json!({
            "resourceChanges": changes,
            "denySettingsChange": {"before": settings_before, "after": settings, "delta": []},
        }))
    }
}

fn change(id: &str, kind: &str, was: &str, is: &str, deny: &Value) -> Value {
    let denied = |status: &str| {
        if status == "managed" {
            deny.clone()
        } else {
            json!("none")
        }
    };
    json!({
        "id": id,
        "type": ResourceId::parse(id).kind(),
        "changeType": kind,
        "changeCertainty": "definite",
        "managementStatusChange": {"before": was, "after": is},
        "denyStatusChange": {"before": denied(was), "after": denied(is)},
    })
}

/// The properties that a PUT would change: those that it names and that differ. What only Azure
/// knows, and expressions that have no value yet, are compared with nothing.
fn delta(before: &Value, after: &Value, path: &str) -> Vec<Value> {
    let changed = |kind: &str| {
        vec![json!({"path": path, "changeType": kind, "before": before, "after": after})]
    };
    match (before, after) {
        (_, Value::String(text)) if is_expression(text) => Vec::new(),
        (Value::String(was), Value::String(is)) if was.eq_ignore_ascii_case(is) => Vec::new(),
        (Value::Null, Value::Null) => Vec::new(),
        (Value::Null, _) if path.ends_with("administratorLoginPassword") => Vec::new(),
        (Value::Null, _) => changed("create"),
        (Value::Object(was), Value::Object(is)) => is
            .iter()
            .flat_map(|(key, after)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                delta(was.get(key).unwrap_or(&Value::Null), after, &path)
            })
            .collect(),
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => was
            .iter()
            .zip(is)
            .enumerate()
            .flat_map(|(index, (was, is))| delta(was, is, &format!("{path}.{index}")))
            .collect(),
        (was, is) if was == is => Vec::new(),
        _ => changed("modify"),
    }
}
