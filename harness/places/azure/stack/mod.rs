//! The deployment stack: everything in the resource group as one resource.

mod cancel;
mod make;
mod progress;
mod remove;
mod server_parameter;

use std::sync::Arc;

use azure::arm::{self, Outputs, ResourceGroup, StackSpec, is_terminal_state};
use azure::template::REGISTRY_OUTPUT;
use backend::Readiness;
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::topology::Topology;

use super::error::Error;
use super::group::{self, Found, Group, SEEN};
use super::reporter::Reporter;
use super::scope::{self, OVERRIDE, PROMOTER, Scope, TEMPLATE, Wish};
use super::settings::PromotionOptions;
use super::site::Site;

/// Why a command waits for the stack to be at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Make,
    Delete,
}

#[derive(Debug)]
pub struct Stack {
    pub(super) site: Arc<Site>,
    group: Arc<Group>,
}

/// The resource id of the stack.
pub(super) fn id(scope: &Scope) -> ResourceId {
    ResourceId::new(ResourceKind::Stack, &scope.names.stack)
}

impl Stack {
    pub(super) fn new(site: &Arc<Site>, group: &Arc<Group>) -> Self {
        Self {
            site: Arc::clone(site),
            group: Arc::clone(group),
        }
    }

    pub(super) fn desire(scope: &Scope, spec: &StackSpec) -> Resource {
        let digest = scope::digest_of(&spec.tags);
        Resource {
            id: id(scope),
            digest: digest.expect("a desired stack has a digest in its tags"),
            needs: vec![group::id(&scope.group)],
            ready_timeout: SEEN,
        }
    }

    /// The stack, if it exists.
    pub(super) async fn find(&self) -> Result<Option<arm::Stack>, backend::Error> {
        let scope = self.site.scope().await?;
        let arm = self.site.arm().await?;
        let found = arm.stack(&scope.group, &scope.names.stack).await;
        Ok(found.map_err(Error::azure("look up the stack"))?)
    }

    /// The resource group with the stack in it, if both exist.
    pub(super) async fn find_in_group(
        &self,
    ) -> Result<Option<(ResourceGroup, arm::Stack)>, backend::Error> {
        let found = self.find_group().await?;
        Ok(found.and_then(|(group, stack)| Some((group, stack?))))
    }

    /// The resource group with the stack in it, if the group exists.
    pub(super) async fn find_group(
        &self,
    ) -> Result<Option<(ResourceGroup, Option<arm::Stack>)>, backend::Error> {
        let Found::Ours(group) = self.group.find().await? else {
            return Ok(None);
        };
        Ok(Some((group, self.find().await?)))
    }

    /// The observed stack. The options of a promotion may require an update of it.
    pub(super) fn observe(
        scope: &Scope,
        stack: &arm::Stack,
        options: Option<&PromotionOptions>,
    ) -> Observed {
        let state = &stack.properties.provisioning_state;
        let dead = |reason: String| State::Dead { reason };
        let drifted = options.and_then(|options| options.drifted.clone());
        let state = match (drifted, scope::digest_of(&stack.tags)) {
            _ if !is_terminal_state(state) => dead(format!("a command ended while it was {state}")),
            _ if !succeeded(stack) => dead(format!("it is {state}")),
            (Some(drift), _) => dead(drift),
            _ if options.is_some_and(|options| is_new_override(options, stack)) => {
                dead("the reason for overriding the gate must be recorded".to_owned())
            }
            (None, Some(digest)) => State::Live(digest),
            (None, None) => dead("it has no tag with its digest".to_owned()),
        };
        Observed {
            id: id(scope),
            state,
            needs: vec![group::id(&scope.group)],
            stays: false,
        }
    }

    /// Why the promoted stack differs from what a topology requests, without its password; `None`
    /// if it does not.
    pub async fn difference_from(
        &self,
        topology: &Topology,
    ) -> Result<Option<String>, backend::Error> {
        let Some((_, stack)) = self.find_in_group().await? else {
            return Ok(Some("nothing is promoted".to_owned()));
        };
        let wish = Wish::of(&self.site.settings.azure, topology, Secret::new(""));
        let wanted = self.site.scope().await?.stack(wish).tags;
        let state = &stack.properties.provisioning_state;
        Ok(if find_tag(&stack.tags, TEMPLATE) != wanted.get(TEMPLATE) {
            Some("the promoted stack differs from the profile".to_owned())
        } else if is_terminal_state(state) && !succeeded(&stack) || is_deleting(state) {
            Some(format!("the promoted stack is incomplete: it is {state}"))
        } else {
            None
        })
    }

    /// The outputs of the stack.
    pub(super) async fn outputs(&self) -> Result<Outputs, backend::Error> {
        let stack = self.find().await?;
        Ok(stack
            .map(|stack| stack.properties.outputs)
            .unwrap_or_default())
    }

    /// The host name of the registry, from the stack's outputs.
    pub(super) async fn registry(&self) -> Result<String, backend::Error> {
        let outputs = self.outputs().await?;
        let registry = outputs.text(REGISTRY_OUTPUT).map(str::to_owned);
        let output = REGISTRY_OUTPUT;
        Ok(registry.ok_or(Error::Output { output })?)
    }

    /// Waits for the operation of a killed command of this folder. An operation of another folder
    /// is an error. Returns the stack at rest, if it exists.
    async fn until_at_rest(
        &self,
        scope: &Scope,
        purpose: Purpose,
        reporter: &Reporter,
    ) -> Result<Option<arm::Stack>, backend::Error> {
        let Some(stack) = self.find().await? else {
            return Ok(None);
        };
        let state = &stack.properties.provisioning_state;
        if is_terminal_state(state) {
            return Ok(Some(stack));
        }
        // A deletion is awaited for any owner, since it is what this command wants.
        let goes = is_deleting(state) && purpose == Purpose::Delete;
        if !goes && find_tag(&stack.tags, PROMOTER) != Some(&self.site.promoter()?) {
            return Err(busy(scope, &stack).into());
        }
        let arm = self.site.arm().await?;
        let pending = arm.stack_in_progress(&scope.group, &scope.names.stack);
        match reporter.finish(arm, pending, &id(scope)).await {
            // The result does not matter: the stack is created or deleted again.
            Ok(_) | Err(arm::Error::Failed { .. }) => self.find().await,
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(Error::azure("wait for the running operation")(error).into()),
        }
    }

    pub(super) async fn ready(&self) -> Readiness {
        match self.find().await {
            Ok(Some(stack)) if succeeded(&stack) => Readiness::Ready,
            Ok(Some(stack)) => {
                Readiness::Never(format!("it is {}", stack.properties.provisioning_state))
            }
            Ok(None) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}

fn succeeded(stack: &arm::Stack) -> bool {
    let state = &stack.properties.provisioning_state;
    state.eq_ignore_ascii_case("succeeded")
}

/// Whether Azure is deleting it.
fn is_deleting(state: &str) -> bool {
    state.to_lowercase().starts_with("delet")
}

/// Whether the gate is overridden for a reason that the stack's tags do not have yet.
fn is_new_override(options: &PromotionOptions, stack: &arm::Stack) -> bool {
    let reason = options.gate_override.as_ref();
    reason.is_some_and(|reason| find_tag(&stack.tags, OVERRIDE) != Some(&scope::tag_value(reason)))
}

fn busy(scope: &Scope, stack: &arm::Stack) -> Error {
    Error::Busy {
        stack: scope.names.stack.clone(),
        state: stack.properties.provisioning_state.clone(),
    }
}
