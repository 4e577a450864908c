//! The deployment stack: everything in the resource group, as one thing.

use std::time::Duration;

use azure::arm::{self, Begun, Fault, Passing, Stack, StackSpec, is_at_rest};
use backend::Readiness;
use base::causes::in_one_line;
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::plan::{Observed, ResourceId, State};
use model::quantity;
use model::topology::Topology;

use super::backend::AzureBackend;
use super::error::Error;
use super::error::is_busy;
use super::group::Found;
use super::living::Living;
use super::scope::{self, DIGEST, OVERRIDE, PROMOTER, Scope, TEMPLATE, Wish};

/// What an error says that Azure did not do.
const MAKE: &str = "make what is in the stack";

/// What a stack is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Make,
    Delete,
}

/// The stack, as a resource.
pub(super) fn id(scope: &Scope) -> ResourceId {
    ResourceId::new("stack", &scope.names.stack)
}

fn succeeded(stack: &Stack) -> bool {
    let state = &stack.properties.provisioning_state;
    state.eq_ignore_ascii_case("succeeded")
}

impl AzureBackend {
    /// The stack, if it is there.
    pub(super) async fn find_stack(&self) -> Result<Option<Stack>, backend::Error> {
        let scope = self.scope().await?;
        let arm = &self.cloud().await?.arm;
        let found = arm.stack(&scope.group, &scope.names.stack).await;
        Ok(found.map_err(Error::azure("say whether the stack is there"))?)
    }

    pub(super) fn observed_stack(&self, scope: &Scope, stack: &Stack) -> Observed {
        let state = &stack.properties.provisioning_state;
        let dead = |reason: String| State::Dead { reason };
        let state = match (&self.order.drifted, scope::digest_of(&stack.tags)) {
            _ if !is_at_rest(state) => dead(format!("a command was ended while it was {state}")),
            _ if !succeeded(stack) => dead(format!("it is {state}")),
            (Some(drift), _) => dead(drift.clone()),
            _ if self.is_news(stack) => {
                dead("the reason of its gate is to be written down".to_owned())
            }
            (None, Some(digest)) => State::Live(digest),
            (None, None) => dead("it does not say what it was made from".to_owned()),
        };
        Observed {
            id: id(scope),
            state,
            needs: vec![super::group::id(&scope.group)],
        }
    }

    /// Why what is promoted is not what a topology asks for, but for its password; nothing if it is.
    pub async fn unlike(&self, topology: &Topology) -> Result<Option<String>, backend::Error> {
        let Found::Ours(_) = self.find_group().await? else {
            return Ok(Some("nothing is promoted".to_owned()));
        };
        let Some(stack) = self.find_stack().await? else {
            return Ok(Some("nothing is promoted".to_owned()));
        };
        let wish = Wish::of(&self.settings.azure, topology, Secret::new(""));
        let wanted = self.scope().await?.stack(wish).tags;
        let state = &stack.properties.provisioning_state;
        Ok(if find_tag(&stack.tags, TEMPLATE) != wanted.get(TEMPLATE) {
            Some("what is promoted is not what the profile says".to_owned())
        } else if is_at_rest(state) && !succeeded(&stack)
            || state.to_lowercase().starts_with("delet")
        {
            Some(format!(
                "what is promoted is not whole: its stack is {state}"
            ))
        } else {
            None
        })
    }

    /// Whether the gate is passed by for a reason that the stack does not tell.
    fn is_news(&self, stack: &Stack) -> bool {
        let reason = self.order.gate_override.as_ref();
        reason.is_some_and(|reason| {
            find_tag(&stack.tags, OVERRIDE) != Some(&scope::tag_value(reason))
        })
    }

    /// Makes the stack what it should be. What fails for a reason that goes by itself is tried again,
    /// as long as that may take.
    pub(super) async fn make_stack(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let clock = self.cloud().await?.arm.options().clock.clone();
        let mut tried: Vec<Passing> = Vec::new();
        loop {
            let error = match self.try_stack(id).await? {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let passing = error.fault().and_then(Fault::passing);
            let wait = passing.and_then(|passing| {
                let before = tried.iter().filter(|it| **it == passing).count();
                Some((passing, *passing.waits().get(before)?))
            });
            let Some((passing, wait)) = wait else {
                return Err(Error::azure(MAKE)(error).into());
            };
            tried.push(passing);
            self.note(id, &again(passing, wait, &in_one_line(&error)));
            // The time of a rehearsal's Azure is not ours.
            let waited = clock.sleep(wait / self.speed());
            let cancelled = self.cancel.run_until_cancelled(waited).await;
            cancelled.ok_or(Error::Interrupted)?;
        }
    }

    /// Tries once; what Azure says against it is told apart from what keeps us from asking.
    async fn try_stack(&self, id: &ResourceId) -> Result<Result<(), arm::Error>, backend::Error> {
        let scope = self.scope().await?;
        let before = self.until_at_rest(&scope, Purpose::Make).await?;
        let mut wanted = self.wanted(id)?.stack.clone();
        // As late as may be: storage grows whenever it gets full.
        match Living::look_at_server(self.cloud().await?, &scope).await {
            Ok(living) => living.keep_storage(&mut wanted),
            Err(error) => return Ok(Err(error)),
        }
        let template = &wanted.properties.template;
        if let Err(error) = self.reset_dropped(id, before.as_ref(), template).await? {
            return Ok(Err(error));
        }
        let begun = match self.begin_stack(&scope, &wanted).await? {
            Ok(begun) => begun,
            Err(error) => return Ok(Err(error)),
        };
        let resources = template["resources"].as_array();
        let resources = resources.map_or(0, Vec::len);
        if let Err(error) = self.deployed(begun, id, resources).await {
            // What the stack itself says of it goes deeper than what its operation does.
            let stack = self.find_stack().await.ok().flatten();
            let deeper = stack.and_then(|stack| stack.properties.error);
            return Ok(Err(error.or_deeper(deeper)));
        }
        self.disconnect().await;
        Ok(Ok(()))
    }

    /// Asks for the stack. Where the answer is lost the same is asked again, and refused, as Azure is
    /// at work on what was asked first: that is ours, and is waited for.
    async fn begin_stack(
        &self,
        scope: &Scope,
        wanted: &StackSpec,
    ) -> Result<Result<Begun, arm::Error>, backend::Error> {
        let arm = &self.cloud().await?.arm;
        let (group, name) = (&scope.group, &scope.names.stack);
        let error = match arm.put_stack(group, name, wanted).await {
            Ok(begun) => return Ok(Ok(begun)),
            Err(error) => error,
        };
        if !is_busy(&error) && !error.is_passing() {
            return Ok(Err(error));
        }
        let Ok(Some(stack)) = self.find_stack().await else {
            return Ok(Err(error));
        };
        let state = &stack.properties.provisioning_state;
        let same = |tag| find_tag(&stack.tags, tag) == find_tag(&wanted.tags, tag);
        let moves = !is_at_rest(state);
        // It was at rest when it was asked for, so what Azure was at is what it is now, or was.
        if same(PROMOTER) && same(DIGEST) && (moves || is_busy(&error)) {
            return Ok(Ok(arm.stack_in_progress(group, name)));
        }
        if moves && is_busy(&error) {
            return Err(busy(scope, &stack).into());
        }
        Ok(Err(error))
    }

    /// Deletes the stack with all that is in it.
    pub(super) async fn remove_stack(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let Found::Ours(_) = self.find_group().await? else {
            return Ok(());
        };
        let scope = self.scope().await?;
        self.disconnect().await;
        self.until_at_rest(&scope, Purpose::Delete).await?;
        let arm = &self.cloud().await?.arm;
        let failed = || Error::azure("delete what is in the stack");
        let (group, name) = (&scope.group, &scope.names.stack);
        let done = match arm.delete_stack(group, name, scope::UNMANAGE).await {
            Ok(begun) => self.finish(begun, id).await,
            // The answer was lost, and Azure is at it already; or somebody else was faster.
            Err(error) if is_busy(&error) => {
                self.until_at_rest(&scope, Purpose::Delete).await?;
                Err(error)
            }
            Err(error) => Err(error),
        };
        let left = self.find_stack().await?;
        let remain: Vec<String> = left.iter().flat_map(remaining).collect();
        match (done, remain.is_empty()) {
            (_, false) => Err(Error::Remain { remain }.into()),
            (Err(error), true) if !is_busy(&error) => Err(failed()(error).into()),
            (_, true) => Ok(()),
        }
    }

    /// Waits for what a killed command of ours had begun; what another one is at is left alone. The
    /// stack as it is then, if it is there.
    async fn until_at_rest(
        &self,
        scope: &Scope,
        purpose: Purpose,
    ) -> Result<Option<Stack>, backend::Error> {
        let Some(stack) = self.find_stack().await? else {
            return Ok(None);
        };
        let state = &stack.properties.provisioning_state;
        if is_at_rest(state) {
            return Ok(Some(stack));
        }
        // Whoever deletes it: it is what is wanted.
        let goes = state.to_lowercase().starts_with("delet") && purpose == Purpose::Delete;
        if !goes && find_tag(&stack.tags, PROMOTER) != Some(&self.promoter()?) {
            return Err(busy(scope, &stack).into());
        }
        let arm = &self.cloud().await?.arm;
        let pending = arm.stack_in_progress(&scope.group, &scope.names.stack);
        match self.finish(pending, &id(scope)).await {
            // How it ended does not matter: it is made, or deleted, anew.
            Ok(_) | Err(arm::Error::Failed { .. }) => self.find_stack().await,
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(Error::azure("end what was under way")(error).into()),
        }
    }

    pub(super) async fn stack_ready(&self) -> Readiness {
        match self.find_stack().await {
            Ok(Some(stack)) if succeeded(&stack) => Readiness::Ready,
            Ok(Some(stack)) => {
                Readiness::Never(format!("it is {}", stack.properties.provisioning_state))
            }
            Ok(None) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}

/// What is told of a stack that is tried again.
fn again(passing: Passing, wait: Duration, said: &str) -> String {
    let why = match passing {
        Passing::Busy => "it is busy with something else",
        Passing::Operation => "another operation is under way on it",
        Passing::Arrival => "a role has not arrived yet",
    };
    let wait = quantity::Duration::from(wait);
    format!("{why}; it is tried again in {wait}: {said}")
}

/// Somebody else is at work on it.
fn busy(scope: &Scope, stack: &Stack) -> Error {
    Error::Busy {
        stack: scope.names.stack.clone(),
        state: stack.properties.provisioning_state.clone(),
    }
}

/// What is left of a stack that was to go.
fn remaining(stack: &Stack) -> Vec<String> {
    let failed: Vec<String> = stack
        .properties
        .not_deleted()
        .map(|it| it.id.to_string())
        .collect();
    if failed.is_empty() {
        vec![stack.id.to_string()]
    } else {
        failed
    }
}
