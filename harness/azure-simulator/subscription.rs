//! Routes requests about the subscription: groups, lists, providers and offers.

use jiff::Timestamp;

use super::cloud::Cloud;
use super::group::group_api;
use super::id::ResourceId;
use super::listing;
use super::message::{Request, Response};
use super::offer::offer_api;
use super::provider;
use super::refusal::Refusal;

/// Answers a request about the subscription or a provider. Returns `None` for another path.
pub(super) fn subscription_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    segments: &[String],
) -> Option<Result<Response, Refusal>> {
    let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let id = ResourceId::of(segments);
    let method = request.method.as_str();
    if let Err(refusal) = provider::check_question(&cloud.settings, &cloud.state, &lower) {
        return Some(Err(refusal));
    }
    match (method, lower.as_slice()) {
        ("GET", ["subscriptions", _, "resourcegroups"]) => {
            Some(listing::groups(&cloud.settings, &cloud.state, request))
        }
        (_, ["subscriptions", _, "resourcegroups", _]) => Some(group_api(cloud, now, request, &id)),
        (
            "GET",
            ["subscriptions", _, "resources"]
            | ["subscriptions", _, "resourcegroups", _, "resources"],
        ) => Some(listing::resources_of(
            &cloud.settings,
            &cloud.state,
            request,
            &id.without_last(),
        )),
        ("GET", ["subscriptions", _, "providers"] | ["subscriptions", _, "providers", _])
        | (
            "POST",
            [
                "subscriptions",
                _,
                "providers",
                _,
                "register" | "unregister",
            ],
        ) => {
            let path = segments.get(3..).unwrap_or_default();
            Some(provider::provider_api(
                &cloud.settings,
                &mut cloud.state,
                now,
                request,
                path,
            ))
        }
        _ => offer_api(
            &cloud.settings,
            &cloud.state,
            cloud.script.circumstances(),
            request,
            &lower,
            &id,
        ),
    }
}
