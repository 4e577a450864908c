//! The cloud as a state machine: a request at a time, and its answer.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fault::{Effect, Script};
use super::id::ResourceId;
use super::kind;
use super::message::{Body, Request, Response};
use super::operation::{Act, Operation};
use super::refusal::Refusal;
use super::registry::{Blobs, Uploads};
use super::settings::Settings;
use super::stack::Phase;
use super::state::{Progress, State};

/// A simulated Azure. It knows no network and no clock: time comes with each request.
#[derive(Debug)]
pub struct Cloud {
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) script: Script,
    /// Passwords of databases that stacks in progress will need; never saved.
    pub(super) secrets: super::stack::Secrets,
    /// What registries hold.
    pub(super) blobs: Blobs,
    /// Blobs on their way to a registry.
    pub(super) uploads: Uploads,
}

impl Cloud {
    /// A cloud as it was left.
    pub fn new(settings: Settings, mut state: State, script: Script) -> Self {
        if let Some(prepared) = &script.circumstances().prepared {
            state.prepare(&settings.subscription, prepared);
        }
        Self {
            settings,
            state,
            script,
            secrets: super::stack::Secrets::default(),
            blobs: Blobs::default(),
            uploads: Uploads::default(),
        }
    }

    /// The same with its registries' bytes elsewhere than in memory.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Blobs) -> Self {
        self.blobs = blobs;
        self
    }

    /// All that exists.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Answers a request at a time that is not before that of an earlier one.
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Response {
        self.state.asked = Some(now);
        self.settle(now);
        let effect = self.script.strike(&request.method, request.url.path());
        let answer = match effect {
            Some(Effect::Answer(answer)) => answer,
            Some(Effect::Cut) => Response {
                cut: true,
                ..self.route(now, request)
            },
            Some(Effect::Later) | None => self.route(now, request),
        };
        self.settle(now);
        self.decorated(now, answer, request)
    }

    fn route(&mut self, now: Timestamp, request: &Request) -> Response {
        if let Some(answer) = self.metadata(request) {
            return answer;
        }
        if let Some(answer) = self.directory(now, request) {
            return answer;
        }
        if let Some(answer) = self.graph(now, request) {
            return answer;
        }
        if let Some(answer) = self.registry_api(now, request) {
            return answer;
        }
        if let Some(answer) = self.storage(now, request) {
            return answer;
        }
        if let Some(answer) = super::price::answer(request) {
            return answer;
        }
        if let Err(answer) = self.authenticate(now, request) {
            return answer;
        }
        let answer = self.manage(now, request);
        answer.unwrap_or_else(|refusal| refusal.response())
    }

    fn manage(&mut self, now: Timestamp, request: &Request) -> Result<Response, Refusal> {
        let id = self.canonical(&ResourceId::of(&request.segments()));
        let segments = id.segments().to_vec();
        if request.query("api-version").is_none() {
            let message =
                "The api-version query parameter (?api-version=) is required for all requests.";
            return Err(Refusal::bad("MissingApiVersionParameter", message));
        }
        if let Some(subscription) = id.subscription()
            && !subscription.eq_ignore_ascii_case(&self.settings.subscription)
        {
            let message = format!("The subscription '{subscription}' could not be found.");
            return Err(Refusal::missing("SubscriptionNotFound", message));
        }
        self.authorise(request, &id)?;
        // Who may begin an operation may ask how far it is.
        if let Some(answer) = self.poll(now, request) {
            return Ok(answer);
        }
        self.within_reach(request, &id)?;
        if let Some(answer) = self.account_api(request, &segments) {
            return answer;
        }
        if let Some(answer) = self.role_api(request, &id) {
            return answer;
        }
        if let Some(answer) = self.tag_api(request, &id) {
            return answer;
        }
        if let Some(answer) = self.subscription_api(now, request, &segments) {
            return answer;
        }
        if let Some(answer) = self.deployment_api(now, request, &segments) {
            return answer;
        }
        if let Some(answer) = self.stack_api(now, request, &id) {
            return answer;
        }
        self.resource_api(now, request, &id)
    }

    /// An id as Azure writes it: its own words and types in their case, and names in that of what is
    /// there already.
    fn canonical(&self, id: &ResourceId) -> ResourceId {
        let kind = |kind: &str| kind::spelled(kind);
        let mut id = id.canonical(&kind);
        let subscription = format!("/subscriptions/{}", self.settings.subscription);
        let subscription = ResourceId::parse(&subscription);
        let known: Vec<ResourceId> = id
            .path_down()
            .filter_map(|one| {
                let key = one.key();
                if key == subscription.key() {
                    return Some(subscription.clone());
                }
                let group = self.state.groups.get(&key).map(|group| &group.id);
                let resource = self.state.resources.get(&key).map(|one| &one.id);
                let stack = self.state.stacks.get(&key).map(|one| &one.id);
                group.or(resource).or(stack).map(|id| ResourceId::parse(id))
            })
            .collect();
        for above in known {
            id = id.named_as(&above);
        }
        id
    }

    /// Lets happen what was to happen until now, in the order of its times.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let mut at = None;
        loop {
            self.advance_stacks(at.unwrap_or(now).min(now));
            let running = self
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
            self.finish(&id, ends, Ok(()));
            at = Some(ends);
        }
    }

    /// Begins an operation that ends by itself at a time, or when something else ends it.
    pub(super) fn begin(
        &mut self,
        now: Timestamp,
        target: &str,
        act: Act,
        ends: Option<Timestamp>,
    ) -> String {
        let id = self.state.next_id("operation");
        let operation = Operation {
            id: id.clone(),
            target: target.to_owned(),
            act,
            started: now,
            ends,
            outcome: None,
            fails: None,
            finding: None,
        };
        self.state.operations.insert(id.clone(), operation);
        id
    }

    /// Ends an operation.
    pub(super) fn finish(&mut self, id: &str, at: Timestamp, outcome: Result<(), Refusal>) {
        let Some(operation) = self.state.operations.get_mut(id) else {
            return;
        };
        operation.ends = Some(at);
        operation.outcome = Some(outcome.clone());
        let (target, act) = (operation.target.clone(), operation.act);
        match (act, outcome) {
            (Act::Put, outcome) => {
                if let Some(resource) = self.state.resources.get_mut(&target) {
                    resource.progress = outcome.map_or(Progress::Failed, |()| Progress::Succeeded);
                }
            }
            (Act::Delete, Ok(())) => self.forget(&ResourceId::parse(&target)),
            (Act::Delete, Err(_)) => {
                if let Some(resource) = self.state.resources.get_mut(&target) {
                    resource.progress = Progress::Failed;
                }
            }
            (Act::DeleteGroup, Ok(())) => {
                self.forget(&ResourceId::parse(&target));
                self.state.groups.remove(&target);
            }
            (Act::DeleteGroup, Err(_)) => {
                if let Some(group) = self.state.groups.get_mut(&target) {
                    group.deleting = false;
                }
            }
            (Act::Stack | Act::Deployment, Err(error)) if !error.is_cancellation() => {
                if let Some(stack) = self.state.stacks.get_mut(&target) {
                    stack.phase = Phase::Failed(error);
                }
            }
            (act @ (Act::Start | Act::Stop), Ok(())) => self.switched(&target, act),
            (
                Act::Stack
                | Act::Deployment
                | Act::Preview
                | Act::Look
                | Act::Restart
                | Act::Start
                | Act::Stop,
                _,
            ) => {}
        }
    }

    /// Takes something away with all that is below it.
    fn forget(&mut self, id: &ResourceId) {
        let (key, prefix) = (id.key(), format!("{}/", id.key()));
        self.state
            .resources
            .retain(|one, _| *one != key && !one.starts_with(&prefix));
        self.state.stacks.retain(|one, _| !one.starts_with(&prefix));
        self.state
            .previews
            .retain(|one, _| !one.starts_with(&prefix));
        for operation in self.state.operations.values_mut() {
            if operation.is_running() && operation.target.starts_with(&prefix) {
                let message = "The resource was deleted meanwhile.";
                operation.outcome = Some(Err(Refusal::conflict("OperationPreempted", message)));
            }
        }
    }

    /// What stands on every answer.
    fn decorated(&mut self, now: Timestamp, answer: Response, request: &Request) -> Response {
        let id = self.state.next_id("request");
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
        // As recorded (azd, 2026-04): what a subscription that nobody else uses has left.
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

    /// An answer that is a list.
    pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Response {
        let values: Vec<Value> = values.into_iter().collect();
        Response::json(200, json!({ "value": values }))
    }
}
