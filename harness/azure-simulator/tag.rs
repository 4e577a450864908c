//! Tags: the list of the subscription's tags, and the tags of one scope as a resource.
//!
//! <https://learn.microsoft.com/rest/api/resources/tags>

use std::collections::BTreeMap;

use azure::resource_type;
use model::azure_limits;
use serde_json::{Map, Value, json};

use super::handler::{document_of, unknown_method};
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Settings;
use super::show::{cased, scope_exists};
use super::stack::deny::check_deny_settings;
use super::state::State;
use super::version;

type Tags = Map<String, Value>;

/// Answers a request about tags. Returns `None` for another path.
pub(super) fn tag_api(
    settings: &Settings,
    state: &mut State,
    request: &Request,
    id: &ResourceId,
) -> Option<Result<Response, Refusal>> {
    if id.is_collection_of_subscription("tagNames") {
        return Some(match request.method.as_str() {
            "GET" => tag_names(settings, state, request),
            method => Err(unknown_method(method)),
        });
    }
    let kind = id.kind()?;
    let asked =
        kind.eq_ignore_ascii_case(resource_type::TAGS) && id.name().eq_ignore_ascii_case("default");
    asked.then(|| tags_api(settings, state, request, &id.scope()))
}

/// Lists each tag in use with its values and counts.
fn tag_names(settings: &Settings, state: &State, request: &Request) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    let mut names: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    let groups = state.groups.values().map(|group| &group.tags);
    let resources = state.resources.values();
    let resources = resources.map(|one| &one.document["tags"]);
    let all = groups.chain(resources).filter_map(Value::as_object);
    for (name, value) in all.flatten().chain(&state.tags) {
        let values = names.entry(name).or_default();
        *values
            .entry(value.as_str().unwrap_or_default())
            .or_default() += 1;
    }
    let below = format!("/subscriptions/{}/tagNames", settings.subscription);
    let count = |value: u32| json!({"type": "Total", "value": value});
    let listed = names.into_iter().map(|(name, values)| {
        let total = values.values().sum();
        let values = values.into_iter().map(|(value, used)| {
            json!({
                "id": format!("{below}/{name}/tagValues/{value}"),
                "tagValue": value,
                "count": count(used),
            })
        });
        json!({
            "id": format!("{below}/{name}"),
            "tagName": name,
            "count": count(total),
            "values": values.collect::<Vec<Value>>(),
        })
    });
    Ok(Response::list(listed))
}

fn tags_api(
    settings: &Settings,
    state: &mut State,
    request: &Request,
    scope: &ResourceId,
) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    scope_exists(state, scope)?;
    let before = tags_of(state, scope);
    let tags = match request.method.as_str() {
        "GET" => return Ok(show_tags(settings, scope, &before)),
        "PUT" => tags_in(&document_of(request)?)?,
        "PATCH" => patched(before, &document_of(request)?)?,
        "DELETE" => Tags::new(),
        method => return Err(unknown_method(method)),
    };
    check(&json!(tags))?;
    check_deny_settings(settings, state, "PUT", scope)?;
    set_tags(state, scope, &tags);
    if request.method == "DELETE" {
        return Ok(Response::empty(200));
    }
    Ok(show_tags(settings, scope, &tags))
}

fn show_tags(settings: &Settings, scope: &ResourceId, tags: &Tags) -> Response {
    let id = format!("{scope}/providers/Microsoft.Resources/tags/default");
    Response::json(
        200,
        json!({
            "id": cased(settings, &id),
            "name": "default",
            "type": resource_type::TAGS,
            "properties": {"tags": tags},
        }),
    )
}

fn tags_of(state: &State, scope: &ResourceId) -> Tags {
    let key = scope.key();
    let tags = match (state.groups.get(&key), state.resources.get(&key)) {
        (Some(group), _) => group.tags.as_object(),
        (_, Some(resource)) => resource.document["tags"].as_object(),
        _ => Some(&state.tags),
    };
    tags.cloned().unwrap_or_default()
}

fn set_tags(state: &mut State, scope: &ResourceId, tags: &Tags) {
    let key = scope.key();
    if let Some(group) = state.groups.get_mut(&key) {
        group.tags = json!(tags);
    } else if let Some(resource) = state.resources.get_mut(&key) {
        resource.document["tags"] = json!(tags);
    } else {
        state.tags.clone_from(tags);
    }
}

/// Refuses invalid tags: too many, too long, or with reserved characters.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations>
pub(super) fn check(tags: &Value) -> Result<(), Refusal> {
    let Some(tags) = tags.as_object() else {
        return match tags {
            Value::Null => Ok(()),
            _ => Err(invalid_tags()),
        };
    };
    if tags.len() > azure_limits::TAGS {
        let message = format!(
            "The number of tags {} exceeds the maximum number of tags allowed, which is {}.",
            tags.len(),
            azure_limits::TAGS
        );
        return Err(Refusal::bad("TooManyTags", message));
    }
    for (name, value) in tags {
        let value = value.as_str().ok_or_else(invalid_tags)?;
        check_pair(name, value)?;
    }
    let mut names: Vec<String> = tags.keys().map(|name| name.to_lowercase()).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => {
            let message = format!("The tag name '{}' is used more than once.", two[0]);
            Err(Refusal::bad("InvalidTagName", message))
        }
        None => Ok(()),
    }
}

fn check_pair(name: &str, value: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() {
        let message = "The tag name must be non-null, non-empty and non-whitespace only. Please provide an actual value.";
        return Err(Refusal::bad("InvalidTagName", message));
    }
    if name.contains(azure_limits::is_reserved_in_tags) {
        let message = format!(
            "The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control characters."
        );
        return Err(Refusal::bad("InvalidTagNameCharacters", message));
    }
    if name.chars().count() > azure_limits::TAG_NAME {
        let message = format!(
            "Tag name too large. Following tag name '{name}' exceeded the maximum length. Maximum allowed length for tag name - '{}' characters.",
            azure_limits::TAG_NAME
        );
        return Err(Refusal::bad("InvalidTagName", message));
    }
    if value.chars().count() > azure_limits::TAG_VALUE {
        let message = format!(
            "Tag value too large. Following tag value '{value}' exceeded the maximum length. Maximum allowed length for tag value - '{}' characters.",
            azure_limits::TAG_VALUE
        );
        return Err(Refusal::bad("InvalidTagValueLength", message));
    }
    Ok(())
}

fn invalid_tags() -> Refusal {
    let message = "The request content was invalid: 'tags' must be an object with string values.";
    Refusal::bad("InvalidRequestContent", message)
}

fn tags_in(body: &Value) -> Result<Tags, Refusal> {
    let tags = &body["properties"]["tags"];
    check(tags)?;
    tags.as_object().cloned().ok_or_else(invalid_tags)
}

fn patched(mut tags: Tags, body: &Value) -> Result<Tags, Refusal> {
    let given = tags_in(body)?;
    let operation = body["operation"].as_str().unwrap_or_default();
    match operation.to_lowercase().as_str() {
        "replace" => Ok(given),
        "merge" => {
            for (name, value) in given {
                tags.retain(|key, _| !key.eq_ignore_ascii_case(&name));
                tags.insert(name, value);
            }
            Ok(tags)
        }
        "delete" => {
            tags.retain(|key, value| {
                let removed =
                    |(name, was): (&String, &Value)| name.eq_ignore_ascii_case(key) && was == value;
                !given.iter().any(removed)
            });
            Ok(tags)
        }
        _ => {
            let message = format!(
                "The value '{operation}' of 'operation' is not one of: Replace, Merge, Delete."
            );
            Err(Refusal::bad("InvalidRequestContent", message))
        }
    }
}
