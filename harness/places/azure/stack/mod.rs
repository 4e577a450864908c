//! The deployment stack: everything in the resource group, as one thing.

mod cancel;
mod make;
mod progress;
mod remove;
mod server_parameter;

use std::sync::Arc;

use azure::arm::{self, Outputs, ResourceGroup, StackSpec, is_at_rest};
use azure::template::REGISTRY_OUTPUT;
use backend::Readiness;
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::topology::Topology;

use super::error::Error;
use super::group::{self, Found, Group, SEEN};
use super::scope::{self, OVERRIDE, PROMOTER, Scope, TEMPLATE, Wish};
use super::settings::Order;
use super::site::Site;
use super::told::Told;

/// What a stack is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Make,
    Delete,
}

/// The stack of a place, in its resource group.
#[derive(Debug)]
pub struct Stack {
    pub(super) site: Arc<Site>,
    group: Arc<Group>,
}

/// The stack, as a resource.
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

    /// As it should be.
    pub(super) fn desire(scope: &Scope, spec: &StackSpec) -> Resource {
        let digest = scope::digest_of(&spec.tags);
        Resource {
            id: id(scope),
            digest: digest.expect("a stack of ours says what it is made from"),
            needs: vec![group::id(&scope.group)],
            ready_timeout: SEEN,
        }
    }

    /// The stack, if it is there.
    pub(super) async fn find(&self) -> Result<Option<arm::Stack>, backend::Error> {
        let scope = self.site.scope().await?;
        let arm = self.site.arm().await?;
        let found = arm.stack(&scope.group, &scope.names.stack).await;
        Ok(found.map_err(Error::azure("say whether the stack is there"))?)
    }

    /// The resource group with the stack in it, if both are there.
    pub(super) async fn find_in_group(
        &self,
    ) -> Result<Option<(ResourceGroup, arm::Stack)>, backend::Error> {
        let found = self.find_group().await?;
        Ok(found.and_then(|(group, stack)| Some((group, stack?))))
    }

    /// The resource group with the stack in it, if the group is there.
    pub(super) async fn find_group(
        &self,
    ) -> Result<Option<(ResourceGroup, Option<arm::Stack>)>, backend::Error> {
        let Found::Ours(group) = self.group.find().await? else {
            return Ok(None);
        };
        Ok(Some((group, self.find().await?)))
    }

    /// As it is. By what a promotion says besides it may have to be made anew.
    pub(super) fn observe(scope: &Scope, stack: &arm::Stack, order: Option<&Order>) -> Observed {
        let state = &stack.properties.provisioning_state;
        let dead = |reason: String| State::Dead { reason };
        let drifted = order.and_then(|order| order.drifted.clone());
        let state = match (drifted, scope::digest_of(&stack.tags)) {
            _ if !is_at_rest(state) => dead(format!("a command was ended while it was {state}")),
            _ if !succeeded(stack) => dead(format!("it is {state}")),
            (Some(drift), _) => dead(drift),
            _ if order.is_some_and(|order| is_news(order, stack)) => {
                dead("the reason of its gate is to be written down".to_owned())
            }
            (None, Some(digest)) => State::Live(digest),
            (None, None) => dead("it does not say what it was made from".to_owned()),
        };
        Observed {
            id: id(scope),
            state,
            needs: vec![group::id(&scope.group)],
            stays: false,
        }
    }

    /// Why what is promoted is not what a topology asks for, but for its password; nothing if it is.
    pub async fn unlike(&self, topology: &Topology) -> Result<Option<String>, backend::Error> {
        let Some((_, stack)) = self.find_in_group().await? else {
            return Ok(Some("nothing is promoted".to_owned()));
        };
        let wish = Wish::of(&self.site.settings.azure, topology, Secret::new(""));
        let wanted = self.site.scope().await?.stack(wish).tags;
        let state = &stack.properties.provisioning_state;
        Ok(if find_tag(&stack.tags, TEMPLATE) != wanted.get(TEMPLATE) {
            Some("what is promoted is not what the profile says".to_owned())
        } else if is_at_rest(state) && !succeeded(&stack) || is_going(state) {
            Some(format!(
                "what is promoted is not whole: its stack is {state}"
            ))
        } else {
            None
        })
    }

    /// What the stack gives out.
    pub(super) async fn outputs(&self) -> Result<Outputs, backend::Error> {
        let stack = self.find().await?;
        Ok(stack
            .map(|stack| stack.properties.outputs)
            .unwrap_or_default())
    }

    /// The registry as the stack names it.
    pub(super) async fn registry(&self) -> Result<String, backend::Error> {
        let outputs = self.outputs().await?;
        let registry = outputs.text(REGISTRY_OUTPUT).map(str::to_owned);
        let output = REGISTRY_OUTPUT;
        Ok(registry.ok_or(Error::Output { output })?)
    }

    /// Waits for what a killed command of ours had begun; what another one is at is left alone. The
    /// stack as it is then, if it is there.
    async fn until_at_rest(
        &self,
        scope: &Scope,
        purpose: Purpose,
        told: &Told,
    ) -> Result<Option<arm::Stack>, backend::Error> {
        let Some(stack) = self.find().await? else {
            return Ok(None);
        };
        let state = &stack.properties.provisioning_state;
        if is_at_rest(state) {
            return Ok(Some(stack));
        }
        // Whoever deletes it: it is what is wanted.
        let goes = is_going(state) && purpose == Purpose::Delete;
        if !goes && find_tag(&stack.tags, PROMOTER) != Some(&self.site.promoter()?) {
            return Err(busy(scope, &stack).into());
        }
        let arm = self.site.arm().await?;
        let pending = arm.stack_in_progress(&scope.group, &scope.names.stack);
        match told.finish(arm, pending, &id(scope)).await {
            // How it ended does not matter: it is made, or deleted, anew.
            Ok(_) | Err(arm::Error::Failed { .. }) => self.find().await,
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(Error::azure("end what was under way")(error).into()),
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
fn is_going(state: &str) -> bool {
    state.to_lowercase().starts_with("delet")
}

/// Whether the gate is passed by for a reason that the stack does not tell.
fn is_news(order: &Order, stack: &arm::Stack) -> bool {
    let reason = order.gate_override.as_ref();
    reason.is_some_and(|reason| find_tag(&stack.tags, OVERRIDE) != Some(&scope::tag_value(reason)))
}

/// Somebody else is at work on it.
fn busy(scope: &Scope, stack: &arm::Stack) -> Error {
    Error::Busy {
        stack: scope.names.stack.clone(),
        state: stack.properties.provisioning_state.clone(),
    }
}
