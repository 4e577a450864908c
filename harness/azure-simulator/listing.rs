//! Lists of resources and groups, with filters and pages.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::group;
use super::id::ResourceId;
use super::lookup;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;
use super::show::show;
use super::state::{Resource, State};
use super::version;

/// Fields that a filter of resources can use.
const FIELDS: &[&str] = &[
    "resourcetype",
    "resourcegroup",
    "name",
    "location",
    "tagname",
    "tagvalue",
];

/// Fields that a filter of groups can use.
const TAGS: &[&str] = &["tagname", "tagvalue"];

/// The fields that a list shows of a resource.
const SHOWN: [&str; 9] = [
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "kind",
    "identity",
    "managedBy",
];

/// Lists the resources of the subscription or of a group that have a location. Child resources are
/// included.
pub(super) fn resources_of(
    settings: &Settings,
    state: &State,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    if id.group().is_some() {
        lookup::group(state, id)?;
    }
    let filter = Filter::of(request, FIELDS)?;
    let expand = request.query("$expand").unwrap_or_default().to_lowercase();
    let expand: Vec<&str> = expand.split(',').map(str::trim).collect();
    let resources = state.below(id);
    let resources = resources.filter(|one| one.document["location"].is_string());
    let shown = resources.map(|one| (one, show(settings, state, one)));
    let fitting = shown.filter(|(_, document)| {
        let filter = filter.as_ref();
        filter.is_none_or(|filter| filter.passes(&|field| value_of(document, field, filter)))
    });
    let briefs: Vec<Value> = fitting
        .map(|(one, document)| brief(one, &document, &expand))
        .collect();
    page(settings, request, briefs)
}

pub(super) fn groups(
    settings: &Settings,
    state: &State,
    request: &Request,
) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    let filter = Filter::of(request, TAGS)?;
    let groups = state.groups.values().map(group::show_group);
    let fitting = groups.filter(|document| {
        let filter = filter.as_ref();
        filter.is_none_or(|filter| filter.passes(&|field| value_of(document, field, filter)))
    });
    let fitting = fitting.collect();
    page(settings, request, fitting)
}

/// One page of a list: `$top` values from `$skiptoken`, and the address of the next page.
pub(super) fn page(
    settings: &Settings,
    request: &Request,
    values: Vec<Value>,
) -> Result<Response, Refusal> {
    let number = |name: &str| -> Result<Option<usize>, Refusal> {
        let Some(text) = request.query(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let message = format!("The value '{text}' of '{name}' is not a whole number.");
            Refusal::bad("InvalidQueryParameterValue", message)
        })
    };
    let from = number("$skiptoken")?.unwrap_or_default();
    let top = number("$top")?;
    if top == Some(0) {
        let message = "The value '0' of '$top' is not valid. It must be at least 1.";
        return Err(Refusal::bad("InvalidQueryParameterValue", message));
    }
    let Some(top) = top else {
        return Ok(Response::list(values.into_iter().skip(from)));
    };
    let more = values.len() > from.saturating_add(top);
    let values: Vec<Value> = values.into_iter().skip(from).take(top).collect();
    let mut page = json!({ "value": values });
    if more {
        page["nextLink"] = json!(next(settings, request, from + top));
    }
    Ok(Response::json(200, page))
}

fn next(settings: &Settings, request: &Request, from: usize) -> String {
    let mut url = request.url.clone();
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("$skiptoken", &from.to_string());
    let query = url.query().unwrap_or_default();
    format!("{}{}?{query}", settings.base_url, url.path())
}

fn brief(resource: &Resource, document: &Value, expand: &[&str]) -> Value {
    let fields = SHOWN
        .into_iter()
        .filter(|field| !document[*field].is_null());
    let mut brief: Map<String, Value> = fields
        .map(|field| (field.to_owned(), document[field].clone()))
        .collect();
    let time = |at: Timestamp| json!(at.to_string());
    let known = [
        ("createdTime", time(resource.created)),
        (
            "changedTime",
            time(resource.changed.unwrap_or(resource.created)),
        ),
        (
            "provisioningState",
            // Azure Resource Manager knows the state even if the type does not show it.
            json!(resource.progress),
        ),
    ];
    for (name, value) in known {
        if expand.contains(&name.to_lowercase().as_str()) {
            brief.insert(name.to_owned(), value);
        }
    }
    Value::Object(brief)
}

/// The value of a field of a resource or group. `tagvalue` is the value of the tag that the filter
/// names.
fn value_of(document: &Value, field: &str, filter: &Filter) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tag = |name: &str| {
        let tags = document["tags"].as_object()?;
        tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    match field {
        "resourcetype" => text(&document["type"]),
        "resourcegroup" => {
            let id = ResourceId::parse(document["id"].as_str()?);
            id.group().map(str::to_owned)
        }
        "location" => text(&document["location"]),
        "tagname" => filter.wanted("tagname").and_then(|name| {
            let begins = |key: &&String| key.to_lowercase().starts_with(&name.to_lowercase());
            if filter.compares_start("tagname") {
                return document["tags"].as_object()?.keys().find(begins).cloned();
            }
            tag(name).map(|(key, _)| key.clone())
        }),
        "tagvalue" => filter
            .wanted("tagname")
            .and_then(|name| tag(name)?.1.as_str().map(str::to_owned)),
        other => text(&document[other]),
    }
}
