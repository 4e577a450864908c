//! The what-if results of stacks.

use std::time::Duration;

use azure::resource_type;
use jiff::{Span, SpanRelativeTo, Timestamp, Unit};
use serde_json::{Value, json};

use super::super::begin::{announced, arm, begin};
use super::super::cloud::Cloud;
use super::super::handler::{document_of, unknown_method};
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::operation::{Act, Headers};
use super::super::refusal::Refusal;
use super::super::settings::{Dialect, Settings};
use super::super::show::cased;
use super::super::state::State;
use super::super::{lookup, version};
use super::delta::changes;
use super::model::Preview;
use super::plan::{check_properties, check_registered, plan};

const PREVIEW_DURATION: Duration = Duration::from_secs(12);

/// The time of the last change of a stack that does not exist.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The minimum and maximum retention in days.
const KEPT_DAYS: (f64, f64) = (1.0, 30.0);

/// How much of a what-if result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// The changed resources, in a GET and in a list.
    Resources,
    /// The changed properties as well, in the response to the POST.
    Properties,
}

pub(super) fn preview_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
    rest: &str,
) -> Result<Response, Refusal> {
    version::check_provider(request, "deploymentStacksWhatIfResults", version::PREVIEWS)?;
    lookup::group(&cloud.state, id)?;
    match (request.method.as_str(), rest) {
        ("GET", "") if !id.is_resource() => {
            let prefix = format!("{}/", id.key());
            let all = cloud.state.previews.iter();
            let of = all.filter(|(key, _)| key.starts_with(&prefix));
            Ok(Response::list(of.map(|(_, one)| {
                show_with(&cloud.settings, &cloud.state, one, Detail::Resources)
            })))
        }
        ("PUT", "") => put_preview(cloud, now, request, id),
        ("GET", "") => {
            let shown = show_with(
                &cloud.settings,
                &cloud.state,
                preview(&cloud.state, id)?,
                Detail::Resources,
            );
            Ok(Response::json(200, shown))
        }
        ("DELETE", "") => {
            let exists = cloud.state.previews.remove(&id.key()).is_some();
            Ok(Response::empty(if exists { 200 } else { 204 }))
        }
        ("POST", "/whatif") => post_what_if(cloud, now, request, &id.without_last()),
        (method, _) => Err(unknown_method(method)),
    }
}

/// Shows the whole result. The recorded dialect answers at once, the documented one with an
/// operation.
fn post_what_if(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let preview = preview(&cloud.state, id)?;
    if is_computing(&cloud.state, preview) {
        return Err(busy(id));
    }
    if cloud.settings.dialect == Dialect::Recorded {
        return Ok(Response::json(
            200,
            show_preview(&cloud.settings, &cloud.state, preview),
        ));
    }
    let operation = begin(
        &mut cloud.state,
        now,
        &id.key(),
        Act::Preview,
        Some(now + PREVIEW_DURATION),
    );
    arm(cloud, "POST", request.url.path(), &operation);
    Ok(announced(
        cloud,
        Response::empty(202),
        &operation,
        Headers::Location,
    ))
}

fn preview<'a>(state: &'a State, id: &ResourceId) -> Result<&'a Preview, Refusal> {
    state.previews.get(&id.key()).ok_or_else(|| {
        let message = format!("The deployment stack what-if resource '{id}' could not be found.");
        Refusal::missing("DeploymentStackWhatIfResourceNotFound", message)
    })
}

/// Whether the result is not computed yet.
fn is_computing(state: &State, preview: &Preview) -> bool {
    let operation = state.operations.get(&preview.operation);
    operation.is_some_and(|one| one.outcome.is_none())
}

fn put_preview(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    let properties = &body["properties"];
    check_properties(id, properties)?;
    for field in ["deploymentStackResourceId", "retentionInterval"] {
        if !properties[field].is_string() {
            let message = format!("The property '{field}' is required.");
            return Err(Refusal::bad("InvalidDeploymentStackDefinition", message));
        }
    }
    check_retention(&properties["retentionInterval"])?;
    let before = cloud.state.previews.get(&id.key());
    if before.is_some_and(|before| is_computing(&cloud.state, before)) {
        return Err(busy(id));
    }
    let plan = plan(&cloud.state, id, properties)?;
    check_registered(&cloud.state, &plan)?;
    let changes = changes(&cloud.settings, &cloud.state, id, &plan)?;
    let stack = plan.wanted["deploymentStackResourceId"].as_str();
    let stack = stack.map(|stack| ResourceId::parse(stack).key());
    let stack = stack.and_then(|key| cloud.state.stacks.get(&key));
    let modified = stack.map(|stack| stack.modified);
    let status = if cloud.state.previews.contains_key(&id.key()) {
        200
    } else {
        201
    };
    let operation = begin(
        &mut cloud.state,
        now,
        &id.key(),
        Act::Preview,
        Some(now + PREVIEW_DURATION),
    );
    let preview = Preview {
        id: id.to_string(),
        wanted: plan.wanted,
        changes,
        modified,
        operation: operation.clone(),
    };
    let answer = Response::json(
        status,
        show_with(&cloud.settings, &cloud.state, &preview, Detail::Resources),
    );
    cloud.state.previews.insert(id.key(), preview);
    arm(cloud, "PUT", &id.to_string(), &operation);
    Ok(announced(
        cloud,
        answer,
        &operation,
        Headers::AsyncOperation,
    ))
}

/// The whole result.
pub(in super::super) fn show_preview(
    settings: &Settings,
    state: &State,
    preview: &Preview,
) -> Value {
    show_with(settings, state, preview, Detail::Properties)
}

fn show_with(settings: &Settings, state: &State, preview: &Preview, detail: Detail) -> Value {
    let mut properties = preview.wanted.clone();
    add_types(&mut properties);
    if let Some(all) = properties.as_object_mut() {
        all.remove("template");
        // Azure adds this although no client sent it.
        all.entry("bypassStackOutOfSyncError")
            .or_insert(json!(false));
    }
    let computing = is_computing(state, preview);
    let modified = preview.modified.filter(|_| !computing);
    let modified = modified.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
    properties["deploymentStackLastModified"] = json!(modified);
    let outcome = state.operations.get(&preview.operation);
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
        "id": cased(settings, &preview.id),
        "name": ResourceId::parse(&preview.id).name(),
        "type": resource_type::STACK_WHAT_IF,
        "properties": properties,
    })
}

fn busy(id: &ResourceId) -> Refusal {
    let message = format!(
        "The deployment stack what-if resource '{id}' could not be updated as it is currently in a non-terminal state 'Initializing'."
    );
    Refusal::conflict("DeploymentStackInNonTerminalState", message)
}

/// Adds the type to each parameter.
fn add_types(properties: &mut Value) {
    let types = properties["template"]["parameters"].clone();
    let given = properties["parameters"].as_object_mut();
    for (name, parameter) in given.into_iter().flatten() {
        if let Some(parameter) = parameter.as_object_mut() {
            let kind = types[name.as_str()]["type"].clone();
            parameter.insert("type".to_owned(), kind);
        }
    }
}

/// The changes in the wanted detail.
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

/// Refuses a retention outside of 1 to 30 days.
fn check_retention(interval: &Value) -> Result<(), Refusal> {
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
