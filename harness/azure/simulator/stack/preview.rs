//! What a stack would change: what-if results.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::group::{document_of, unknown_method};
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::operation::{Act, Headers};
use super::super::refusal::Refusal;
use super::super::settings::Dialect;
use super::super::version;
use super::checked;
use crate::azure::resource_type;

/// How long a preview takes.
const LOOK: Duration = Duration::from_secs(12);

/// When a stack that is not there was changed last.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// How many days a result may be kept, least and most.
const KEPT_DAYS: (f64, f64) = (1.0, 30.0);

/// A stored preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Preview {
    id: String,
    /// Its properties without values that nobody may read.
    wanted: Value,
    /// With what of each resource's properties would change.
    changes: Value,
    /// When the stack that it is about was last changed.
    #[serde(default)]
    modified: Option<Timestamp>,
    /// The operation that computes it.
    #[serde(default)]
    operation: String,
}

/// How much of a preview is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Which resources would change, as a GET and a list have it.
    Resources,
    /// What of them as well, as the POST has it.
    Properties,
}

impl Cloud {
    pub(super) fn preview_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
        rest: &str,
    ) -> Result<Response, Refusal> {
        version::provided(request, "deploymentStacksWhatIfResults", version::PREVIEWS)?;
        self.group(id)?;
        match (request.method.as_str(), rest) {
            ("GET", "") if !id.is_resource() => {
                let prefix = format!("{}/", id.key());
                let all = self.state.previews.iter();
                let of = all.filter(|(key, _)| key.starts_with(&prefix));
                Ok(Self::list(
                    of.map(|(_, one)| self.show_with(one, Detail::Resources)),
                ))
            }
            ("PUT", "") => self.put_preview(now, request, id),
            ("GET", "") => {
                let shown = self.show_with(self.preview(id)?, Detail::Resources);
                Ok(Response::json(200, shown))
            }
            ("DELETE", "") => {
                let there = self.state.previews.remove(&id.key()).is_some();
                Ok(Response::empty(if there { 200 } else { 204 }))
            }
            ("POST", "/whatif") => self.look_into_preview(now, request, &id.without_last()),
            (method, _) => Err(unknown_method(method)),
        }
    }

    /// Answers with everything: at once, as recorded, or when it has been computed, as described.
    fn look_into_preview(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let preview = self.preview(id)?;
        if self.is_computing(preview) {
            return Err(busy(id));
        }
        if self.settings.dialect == Dialect::Recorded {
            return Ok(Response::json(200, self.show_preview(preview)));
        }
        let operation = self.begin(now, &id.key(), Act::Preview, Some(now + LOOK));
        self.arm("POST", request.url.path(), &operation);
        Ok(self.announced(Response::empty(202), &operation, Headers::Location))
    }

    fn preview(&self, id: &ResourceId) -> Result<&Preview, Refusal> {
        self.state.previews.get(&id.key()).ok_or_else(|| {
            let message =
                format!("The deployment stack what-if resource '{id}' could not be found.");
            Refusal::missing("DeploymentStackWhatIfResourceNotFound", message)
        })
    }

    /// Whether what is put is not computed yet.
    fn is_computing(&self, preview: &Preview) -> bool {
        let operation = self.state.operations.get(&preview.operation);
        operation.is_some_and(|one| one.outcome.is_none())
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
        kept(&properties["retentionInterval"])?;
        let before = self.state.previews.get(&id.key());
        if before.is_some_and(|before| self.is_computing(before)) {
            return Err(busy(id));
        }
        let plan = self.plan(id, properties)?;
        self.registered_for(&plan)?;
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
        let operation = self.begin(now, &id.key(), Act::Preview, Some(now + LOOK));
        let preview = Preview {
            id: id.to_string(),
            wanted: plan.wanted,
            changes,
            modified,
            operation: operation.clone(),
        };
        let answer = Response::json(status, self.show_with(&preview, Detail::Resources));
        self.state.previews.insert(id.key(), preview);
        self.arm("PUT", &id.to_string(), &operation);
        Ok(self.announced(answer, &operation, Headers::AsyncOperation))
    }

    /// A preview with everything.
    pub(in super::super) fn show_preview(&self, preview: &Preview) -> Value {
        self.show_with(preview, Detail::Properties)
    }

    fn show_with(&self, preview: &Preview, detail: Detail) -> Value {
        let mut properties = preview.wanted.clone();
        typed(&mut properties);
        if let Some(all) = properties.as_object_mut() {
            all.remove("template");
            // They come back although nobody sent them.
            all.entry("bypassStackOutOfSyncError")
                .or_insert(json!(false));
        }
        let computing = self.is_computing(preview);
        let modified = preview.modified.filter(|_| !computing);
        let modified = modified.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
        properties["deploymentStackLastModified"] = json!(modified);
        let outcome = self.state.operations.get(&preview.operation);
        let outcome = outcome.and_then(|one| one.outcome.clone());
        let state = if computing {
            "initializing"
        } else if let Some(Err(error)) = outcome {
            properties["error"] = error.document();
            "failed"
        } else {
            properties["changes"] = shown(&preview.changes, detail);
            properties["diagnostics"] = json!([]);
            "succeeded"
        };
        properties["provisioningState"] = json!(state);
        json!({
            "id": self.cased(&preview.id),
            "name": ResourceId::parse(&preview.id).name(),
            "type": resource_type::STACK_WHAT_IF,
            "properties": properties,
        })
    }
}

fn busy(id: &ResourceId) -> Refusal {
    let message = format!(
        "The deployment stack what-if resource '{id}' could not be updated as it is currently in a non-terminal state 'Initializing'."
    );
    Refusal::conflict("DeploymentStackInNonTerminalState", message)
}

/// Parameters come back with their types.
fn typed(properties: &mut Value) {
    let types = properties["template"]["parameters"].clone();
    let given = properties["parameters"].as_object_mut();
    for (name, parameter) in given.into_iter().flatten() {
        if let Some(parameter) = parameter.as_object_mut() {
            let kind = types[name.as_str()]["type"].clone();
            parameter.insert("type".to_owned(), kind);
        }
    }
}

/// Changes, as far as they are shown.
fn shown(changes: &Value, detail: Detail) -> Value {
    let mut changes = changes.clone();
    if detail == Detail::Resources {
        let all = changes["resourceChanges"].as_array_mut().into_iter();
        for change in all.flatten().filter_map(Value::as_object_mut) {
            change.remove("resourceConfigurationChanges");
        }
    }
    changes
}

/// Refuses a time for which Azure keeps no result: it takes a day to thirty.
fn kept(interval: &Value) -> Result<(), Refusal> {
    let text = interval.as_str().unwrap_or_default();
    let days = |span: Span| {
        let exact = SpanRelativeTo::days_are_24_hours();
        span.total((Unit::Day, exact)).ok()
    };
    let span = text.parse::<Span>().ok().and_then(days);
    let (least, most) = KEPT_DAYS;
    if span.is_some_and(|days| (least..=most).contains(&days)) {
        return Ok(());
    }
    let message = format!(
        "The retention interval '{text}' is not valid. It must be an ISO 8601 duration between P1D and P30D."
    );
    Err(
        Refusal::bad("InvalidDeploymentStackWhatIfRetentionInterval", message)
            .about("retentionInterval"),
    )
}
