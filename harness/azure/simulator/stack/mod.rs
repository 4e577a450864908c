//! Deployment stacks: a template, what came of it, and what goes when it no longer says so.

mod delta;
mod deployment;
mod engine;
mod expression;
mod loose;
mod plain;
mod preview;
mod removal;
mod show;
mod template;
mod validation;
mod what_if;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::cloud::Cloud;
use super::group::{document_of, unknown_method};
use super::id::ResourceId;
use super::message::{Request, Response};
use super::operation::{Act, Headers};
use super::refusal::Refusal;
use super::version;
use template::Step;

pub(super) use preview::Preview;
pub(super) use template::secure;

/// Values of parameters by stack, those that nobody may read among them; never saved.
#[derive(Clone, Default)]
pub(super) struct Secrets(BTreeMap<String, Map<String, Value>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secrets(..)")
    }
}

/// A deployment stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stack {
    pub(super) id: String,
    /// Its properties as they were sent, without values that nobody may read.
    pub(super) wanted: Value,
    pub(super) tags: Value,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) phase: Phase,
    /// What is deployed.
    pub(super) steps: Vec<Step>,
    /// What is to go.
    pub(super) leaving: Vec<Leaving>,
    /// What it manages, by key.
    pub(super) managed: BTreeMap<String, Managed>,
    pub(super) detached: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) outputs: Value,
    pub(super) operation: String,
    pub(super) deployment: String,
    /// When that began.
    #[serde(default)]
    pub(super) began: Timestamp,
    /// Whether it goes when what it manages is gone.
    pub(super) ending: bool,
    /// Whether it lets go of what cannot be deleted by itself, instead of failing.
    #[serde(default)]
    pub(super) lets_go: bool,
}

/// Whether a word has a stack let go of what cannot be deleted by itself. Where nothing is said, the
/// stack fails, as one that was recorded says of itself.
fn lets_go(word: Option<&str>) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case("detach"))
}

/// How far a stack is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    Initializing,
    Deploying,
    DeletingResources,
    Succeeded,
    Failed(Refusal),
    Canceled,
}

impl Phase {
    fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_) | Self::Canceled)
    }

    /// As messages have it.
    fn name(&self) -> &'static str {
        match self {
            Self::Initializing => "Initializing",
            Self::Deploying => "Deploying",
            Self::DeletingResources => "DeletingResources",
            Self::Succeeded => "Succeeded",
            Self::Failed(_) => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

/// Something that a stack manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Managed {
    id: String,
    /// Why it could not be deleted.
    not_deleted: Option<Refusal>,
}

/// Something that a stack gets rid of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Leaving {
    key: String,
    operation: Option<String>,
    over: bool,
}

impl Cloud {
    /// The answer of deployment stacks and of their previews, if the id is of one.
    pub(super) fn stack_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Option<Result<Response, Refusal>> {
        let kind = id.kind()?.to_lowercase();
        if let Some(rest) = kind.strip_prefix("microsoft.resources/deploymentstackswhatifresults") {
            return Some(self.preview_api(now, request, id, rest));
        }
        let asks = kind == "microsoft.resources/deploymentstacks/validate";
        if !asks && kind != "microsoft.resources/deploymentstacks" {
            return None;
        }
        let version = version::provided(request, "deploymentStacks", version::STACKS);
        if let Err(refusal) = version.and_then(|()| self.group(id).map(drop)) {
            return Some(Err(refusal));
        }
        if asks {
            return Some(match request.method.as_str() {
                "POST" => self.validate_stack(now, request, &id.without_last()),
                method => Err(unknown_method(method)),
            });
        }
        let listed = (request.method == "GET" && !id.is_resource()).then(|| {
            let prefix = format!("{}/", id.key());
            let all = self
                .state
                .stacks
                .iter()
                .filter(|(key, _)| key.starts_with(&prefix));
            Self::list(all.map(|(_, stack)| self.show_stack(stack)))
        });
        Some(listed.map_or_else(
            || match request.method.as_str() {
                "PUT" => self.put_stack(now, request, id),
                "GET" => Ok(Response::json(200, self.show_stack(self.stack(id)?))),
                "DELETE" => self.delete_stack(now, request, id),
                method => Err(unknown_method(method)),
            },
            Ok,
        ))
    }

    /// Refuses what the deny settings of a stack keep anybody but the stack itself from doing.
    pub(super) fn undenied(&self, method: &str, id: &ResourceId) -> Result<(), Refusal> {
        let key = id.key();
        let client = super::entra::object_of(&self.settings);
        let denies = |stack: &&Stack| {
            let settings = &stack.wanted["denySettings"];
            let mode = settings["mode"].as_str().unwrap_or_default().to_lowercase();
            let excluded = settings["excludedPrincipals"]
                .as_array()
                .into_iter()
                .flatten();
            let covers =
                mode == "denywriteanddelete" || (mode == "denydelete" && method == "DELETE");
            covers
                && stack.managed.contains_key(&key)
                && !excluded.into_iter().any(|one| *one == client)
        };
        let Some(stack) = self.state.stacks.values().find(denies) else {
            return Ok(());
        };
        let action = if method == "DELETE" {
            "delete"
        } else {
            "write"
        };
        let message = format!(
            "The client '{}' has permission to perform action '{}/{action}' on scope '{id}'; however, the access is denied because of the deny assignment created by Deployment Stack {}.",
            self.settings.client,
            id.kind().unwrap_or_default(),
            stack.id
        );
        Err(Refusal::new(
            403,
            "DenyAssignmentAuthorizationFailed",
            message,
        ))
    }

    fn stack(&self, id: &ResourceId) -> Result<&Stack, Refusal> {
        self.state.stacks.get(&id.key()).ok_or_else(|| {
            let message = format!("The deployment stack '{id}' could not be found.");
            Refusal::missing("DeploymentStackResourceNotFound", message)
        })
    }

    fn put_stack(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        checked(id, &body["properties"])?;
        let before = self.state.stacks.get(&id.key()).cloned();
        if let Some(stack) = before.as_ref().filter(|it| !it.phase.is_terminal()) {
            return Err(busy(id, stack));
        }
        let plan = self.plan(id, &body["properties"])?;
        let key = id.key();
        let operation = self.begin(now, &key, Act::Stack, None);
        self.arm("PUT", &id.to_string(), &operation);
        let deployment = self.state.next_id("deployment");
        self.secrets.0.insert(key.clone(), plan.parameters);
        let status = if before.is_some() { 200 } else { 201 };
        let stack = Stack {
            id: before
                .as_ref()
                .map_or_else(|| id.to_string(), |stack| stack.id.clone()),
            wanted: plan.wanted,
            tags: body["tags"].clone(),
            created: before.as_ref().map_or(now, |stack| stack.created),
            modified: now,
            phase: Phase::Initializing,
            steps: plan.steps,
            leaving: Vec::new(),
            managed: before.map(|stack| stack.managed).unwrap_or_default(),
            detached: Vec::new(),
            deleted: Vec::new(),
            outputs: Value::Null,
            operation: operation.clone(),
            deployment,
            began: now,
            ending: false,
            lets_go: lets_go(
                body.pointer("/properties/actionOnUnmanage/resourcesWithoutDeleteSupport")
                    .and_then(Value::as_str),
            ),
        };
        let shown = self.show_stack(&stack);
        self.state.stacks.insert(key, stack);
        let answer = Response::json(status, shown);
        Ok(self.announced(answer, &operation, Headers::AsyncOperation))
    }

    fn delete_stack(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let key = id.key();
        let Some(stack) = self.state.stacks.get(&key) else {
            return Ok(Response::empty(204));
        };
        if !stack.phase.is_terminal() {
            return Err(busy(id, stack));
        }
        let action = request.query("unmanageAction.Resources");
        let deletes = match action.as_deref().unwrap_or("detach") {
            one if one.eq_ignore_ascii_case("delete") => true,
            one if one.eq_ignore_ascii_case("detach") => false,
            other => {
                let message = format!(
                    "The value '{other}' of unmanageAction.Resources is neither delete nor detach."
                );
                return Err(Refusal::bad("InvalidParameterValue", message));
            }
        };
        let undeletable = request.query("unmanageAction.ResourcesWithoutDeleteSupport");
        let operation = self.begin(now, &key, Act::Stack, None);
        self.arm("DELETE", &id.to_string(), &operation);
        if let Some(stack) = self.state.stacks.get_mut(&key) {
            stack.ending = true;
            stack.lets_go = lets_go(undeletable.as_deref());
            stack.modified = now;
            stack.operation.clone_from(&operation);
            stack.phase = Phase::DeletingResources;
            stack.leaving = if deletes {
                stack.managed.keys().map(|key| Leaving::new(key)).collect()
            } else {
                Vec::new()
            };
        }
        Ok(self.announced(Response::empty(202), &operation, Headers::Location))
    }
}

impl Leaving {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            operation: None,
            over: false,
        }
    }
}

fn busy(id: &ResourceId, stack: &Stack) -> Refusal {
    let state = stack.phase.name();
    let message = format!(
        "The deployment stack resource '{id}' could not be updated as it is currently in a non-terminal state '{state}'."
    );
    Refusal::conflict("DeploymentStackInNonTerminalState", message)
}

/// Refuses a stack without what a stack has to have.
fn checked(id: &ResourceId, properties: &Value) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if id.name().len() > 90 || !id.name().chars().all(allowed) {
        let message = format!(
            "The deployment stack name '{}' is not valid: at most 90 letters, digits, and -_.().",
            id.name()
        );
        return Err(Refusal::bad("InvalidDeploymentStackName", message));
    }
    let required: [(&str, &[&str]); 2] = [
        ("/actionOnUnmanage/resources", &["delete", "detach"]),
        (
            "/denySettings/mode",
            &["none", "denyDelete", "denyWriteAndDelete"],
        ),
    ];
    let undeletable = "/actionOnUnmanage/resourcesWithoutDeleteSupport";
    let said = properties.pointer(undeletable).is_some();
    let optional: Option<(&str, &[&str])> = said.then_some((undeletable, &["detach", "fail"]));
    for (pointer, words) in required.into_iter().chain(optional) {
        let word = properties
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !words.iter().any(|one| one.eq_ignore_ascii_case(word)) {
            let message = format!(
                "The property '{}' is required and is one of: {}.",
                pointer[1..].replace('/', "."),
                words.join(", ")
            );
            return Err(Refusal::bad("InvalidDeploymentStackDefinition", message));
        }
    }
    Ok(())
}
