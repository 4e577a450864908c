//! The router passes each request to the function that answers it. Before and after each request,
//! it ends the operations that are due.

use jiff::Timestamp;

use super::account::account_api;
use super::assignment::role_api;
use super::cloud::Cloud;
use super::entra;
use super::fault::Effect;
use super::finish::finish;
use super::graph::graph;
use super::id::ResourceId;
use super::kind;
use super::message::{Body, Request, Response};
use super::metadata::metadata;
use super::poll::poll;
use super::price;
use super::refusal::Refusal;
use super::registry::{registry_api, storage};
use super::resource::resource_api;
use super::rights;
use super::settings::Settings;
use super::stack::{advance_stacks, deployment_api, stack_api};
use super::state::State;
use super::subscription::subscription_api;
use super::tag::tag_api;

impl Cloud {
    /// Answers a request. `now` must not be earlier than at the previous request.
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Response {
        self.state.asked = Some(now);
        apply_due(self, now);
        let effect = self
            .script
            .request_effect(&request.method, request.url.path());
        let answer = match effect {
            Some(Effect::Answer(answer)) => answer,
            Some(Effect::Cut) => Response {
                cut: true,
                ..route(self, now, request)
            },
            Some(Effect::Later) | None => route(self, now, request),
        };
        apply_due(self, now);
        with_common_headers(&mut self.state, now, answer, request)
    }
}

fn route(cloud: &mut Cloud, now: Timestamp, request: &Request) -> Response {
    if let Some(answer) = metadata(&cloud.settings, request) {
        return answer;
    }
    if let Some(answer) = entra::directory(&cloud.settings, &mut cloud.state, now, request) {
        return answer;
    }
    if let Some(answer) = graph(&cloud.settings, &cloud.state, now, request) {
        return answer;
    }
    if let Some(answer) = registry_api(cloud, now, request) {
        return answer;
    }
    if let Some(answer) = storage(&cloud.state, &cloud.blobs, now, request) {
        return answer;
    }
    if let Some(answer) = price::answer(request) {
        return answer;
    }
    if let Err(answer) = entra::authenticate(&cloud.settings, &cloud.state, now, request) {
        return answer;
    }
    let answer = manage(cloud, now, request);
    answer.unwrap_or_else(|refusal| refusal.response())
}

fn manage(cloud: &mut Cloud, now: Timestamp, request: &Request) -> Result<Response, Refusal> {
    let id = canonical(
        &cloud.settings,
        &cloud.state,
        &ResourceId::of(&request.segments()),
    );
    let segments = id.segments().to_vec();
    if request.query("api-version").is_none() {
        let message =
            "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(Refusal::bad("MissingApiVersionParameter", message));
    }
    if let Some(subscription) = id.subscription()
        && !subscription.eq_ignore_ascii_case(&cloud.settings.subscription)
    {
        let message = format!("The subscription '{subscription}' could not be found.");
        return Err(Refusal::missing("SubscriptionNotFound", message));
    }
    rights::authorise(&cloud.settings, request, &id)?;
    // Whoever may start an operation may poll it.
    if let Some(answer) = poll(&cloud.settings, &mut cloud.state, now, request) {
        return Ok(answer);
    }
    rights::within_reach(
        &cloud.settings,
        &cloud.state,
        cloud.script.circumstances(),
        request,
        &id,
    )?;
    if let Some(answer) = account_api(&cloud.settings, &cloud.state, request, &segments) {
        return answer;
    }
    if let Some(answer) = role_api(&cloud.settings, &cloud.state, request, &id) {
        return answer;
    }
    if let Some(answer) = tag_api(&cloud.settings, &mut cloud.state, request, &id) {
        return answer;
    }
    if let Some(answer) = subscription_api(cloud, now, request, &segments) {
        return answer;
    }
    if let Some(answer) = deployment_api(cloud, now, request, &segments) {
        return answer;
    }
    if let Some(answer) = stack_api(cloud, now, request, &id) {
        return answer;
    }
    resource_api(cloud, now, request, &id)
}

/// An id in Azure's spelling: fixed words and types in their case, names in the case of the
/// existing resource.
fn canonical(settings: &Settings, state: &State, id: &ResourceId) -> ResourceId {
    let kind = |kind: &str| kind::azure_spelling(kind);
    let mut id = id.canonical(&kind);
    let subscription = format!("/subscriptions/{}", settings.subscription);
    let subscription = ResourceId::parse(&subscription);
    let known: Vec<ResourceId> = id
        .ancestors()
        .filter_map(|one| {
            let key = one.key();
            if key == subscription.key() {
                return Some(subscription.clone());
            }
            let group = state.groups.get(&key).map(|group| &group.id);
            let resource = state.resources.get(&key).map(|one| &one.id);
            let stack = state.stacks.get(&key).map(|one| &one.id);
            group.or(resource).or(stack).map(|id| ResourceId::parse(id))
        })
        .collect();
    for above in known {
        id = id.with_spelling_of(&above);
    }
    id
}

/// Applies everything that is due by `now`, in the order of its times.
fn apply_due(cloud: &mut Cloud, now: Timestamp) {
    let mut at = None;
    loop {
        advance_stacks(cloud, at.unwrap_or(now).min(now));
        let running = cloud
            .state
            .operations
            .values()
            .filter(|one| one.is_running());
        let due = running
            .filter_map(|one| Some((one.ends?, one.id.clone())))
            .min();
        let Some((ends, id)) = due.filter(|(ends, _)| *ends <= now) else {
            break;
        };
        finish(&mut cloud.state, &id, ends, Ok(()));
        at = Some(ends);
    }
}

/// Adds the headers that every response has.
fn with_common_headers(
    state: &mut State,
    now: Timestamp,
    answer: Response,
    request: &Request,
) -> Response {
    let id = state.next_id("request");
    let correlation = request.header("x-ms-correlation-request-id");
    let correlation = correlation.map_or_else(|| id.clone(), str::to_owned);
    let mut answer = answer
        .with_header("x-ms-request-id", id.clone())
        .with_header("x-ms-correlation-request-id", correlation)
        .with_header(
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        )
        .with_header("X-Content-Type-Options", "nosniff");
    if matches!(answer.body, Body::Json(_)) {
        answer = answer.with_header("Content-Type", "application/json; charset=utf-8");
    }
    if let Some(client) = request.header("x-ms-client-request-id") {
        answer = answer.with_header("x-ms-client-request-id", client);
    }
    let managed = request.url.path().starts_with("/subscriptions");
    if !managed || answer.status == 429 {
        return answer;
    }
    let routing = format!("LOOPBACK:{}:{id}", now.strftime("%Y%m%dT%H%M%SZ"));
    let mut answer = answer.with_header("x-ms-routing-request-id", routing);
    if answer.status >= 400 {
        answer = answer.with_header("x-ms-failure-cause", "gateway");
    }
    // As recorded (azd, 2026-04): the remaining requests of a subscription without other clients.
    let (what, left, global) = match request.method.as_str() {
        "GET" | "HEAD" => ("reads", 1099, 16499),
        "DELETE" => ("deletes", 799, 11999),
        _ => ("writes", 799, 11999),
    };
    let name = |scope: &str| format!("x-ms-ratelimit-remaining-subscription-{scope}{what}");
    answer
        .with_header(&name(""), left.to_string())
        .with_header(&name("global-"), global.to_string())
}
