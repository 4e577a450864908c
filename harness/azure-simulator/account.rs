//! Tenants, the subscription, its locations and its preview features.
//!
//! <https://learn.microsoft.com/rest/api/resources/subscriptions>

use serde_json::{Value, json};

use super::message::{Request, Response};
use super::refusal::Refusal;
use super::region;
use super::settings::Settings;
use super::state::State;
use super::version;

/// Answers a request about the account. Returns `None` if the path is another one.
pub(super) fn account_api(
    settings: &Settings,
    state: &State,
    request: &Request,
    segments: &[String],
) -> Option<Result<Response, Refusal>> {
    if request.method != "GET" {
        return None;
    }
    let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let answer = |answer: &dyn Fn() -> Response| {
        let known = version::check(request, version::SUBSCRIPTIONS);
        Some(known.map(|()| answer()))
    };
    match lower.as_slice() {
        ["tenants"] => answer(&|| Response::list([tenant(settings)])),
        ["subscriptions"] => answer(&|| Response::list([subscription(settings, state)])),
        ["subscriptions", _] => answer(&|| Response::json(200, subscription(settings, state))),
        ["subscriptions", _, "locations"] => answer(&|| locations(settings)),
        // This cloud has no preview features.
        [
            "subscriptions",
            _,
            "providers",
            "microsoft.features",
            "features",
        ]
        | [
            "subscriptions",
            _,
            "providers",
            "microsoft.features",
            "providers",
            _,
            "features",
        ] => {
            let known = version::check(request, version::FEATURES);
            Some(known.map(|()| Response::list([])))
        }
        _ => None,
    }
}

fn tenant(settings: &Settings) -> Value {
    let tenant = &settings.tenant;
    json!({
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant,
        "displayName": "Simulated",
        "tenantCategory": "Home",
        "domains": [],
    })
}

fn subscription(settings: &Settings, state: &State) -> Value {
    let id = &settings.subscription;
    let mut subscription = json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": settings.tenant,
        "displayName": "Simulated",
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    });
    if !state.tags.is_empty() {
        subscription["tags"] = json!(state.tags);
    }
    subscription
}

fn locations(settings: &Settings) -> Response {
    let below = format!("/subscriptions/{}/locations", settings.subscription);
    Response::list(region::described().map(|(name, text, geography)| {
        json!({
            "id": format!("{below}/{name}"),
            "name": name,
            "type": "Region",
            "displayName": text,
            "regionalDisplayName": format!("({geography}) {text}"),
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geographyGroup": geography,
            },
        })
    }))
}
