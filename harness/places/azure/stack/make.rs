//! Making the stack, and making it again while what stands in the way goes by itself.

use std::time::Duration;

use azure::arm::{self, Begun, Fault, Passing, StackSpec, is_at_rest};
use base::causes::in_one_line;
use model::azure_limits::find_tag;
use model::plan::ResourceId;
use model::quantity;

use super::super::error::{Error, is_busy};
use super::super::living::Living;
use super::super::scope::{DIGEST, PROMOTER, Scope};
use super::super::told::Told;
use super::{Purpose, Stack, busy, progress, server_parameter};

/// What an error says that Azure did not do.
const MAKE: &str = "make what is in the stack";

/// Why an attempt came to nothing.
#[derive(Debug)]
enum Setback {
    /// Azure says no; that may pass.
    Azure(arm::Error),
    /// Azure was not asked, or not for this.
    Other(backend::Error),
}

impl From<arm::Error> for Setback {
    fn from(error: arm::Error) -> Self {
        Self::Azure(error)
    }
}

impl From<backend::Error> for Setback {
    fn from(error: backend::Error) -> Self {
        Self::Other(error)
    }
}

impl Stack {
    /// Makes the stack what it should be. What fails for a reason that goes by itself is tried again,
    /// as long as that may take.
    pub(in super::super) async fn make(
        &self,
        id: &ResourceId,
        spec: &StackSpec,
        told: &Told,
    ) -> Result<(), backend::Error> {
        let clock = self.site.arm().await?.options().clock.clone();
        let mut tried: Vec<Passing> = Vec::new();
        loop {
            let error = match self.attempt(id, spec, told).await {
                Ok(()) => return Ok(()),
                Err(Setback::Other(error)) => return Err(error),
                Err(Setback::Azure(error)) => error,
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
            told.note(id, &again(passing, wait, &in_one_line(&error)));
            // The time of a rehearsal's Azure is not ours.
            let waited = clock.sleep(wait / self.site.settings.aim.speed());
            let cancelled = told.cancel.run_until_cancelled(waited).await;
            cancelled.ok_or(Error::Interrupted)?;
        }
    }

    async fn attempt(&self, id: &ResourceId, spec: &StackSpec, told: &Told) -> Result<(), Setback> {
        let scope = self.site.scope().await?;
        let before = self.until_at_rest(&scope, Purpose::Make, told).await?;
        let mut spec = spec.clone();
        // As late as may be: storage grows whenever it gets full.
        let living = Living::look_at_server(self.site.cloud().await?, &scope).await?;
        living.keep_storage(&mut spec);
        let arm = self.site.arm().await?;
        let template = &spec.properties.template;
        if let Some(stack) = &before {
            server_parameter::reset_dropped(arm, &scope.group, stack, template, id, told).await?;
        }
        let begun = self.begin(&scope, &spec).await?;
        let resources = template["resources"].as_array();
        let resources = resources.map_or(0, Vec::len);
        let done = tokio::select! {
            done = told.finish(arm, begun, id) => done,
            never = progress::watch(self, id, resources, told) => match never {},
        };
        if let Err(error) = done {
            // What the stack itself says of it goes deeper than what its operation does.
            let stack = self.find().await.ok().flatten();
            let deeper = stack.and_then(|stack| stack.properties.error);
            return Err(error.or_deeper(deeper).into());
        }
        Ok(())
    }

    /// Asks for the stack. Where the answer is lost the same is asked again, and refused, as Azure is
    /// at work on what was asked first: that is ours, and is waited for.
    async fn begin(&self, scope: &Scope, spec: &StackSpec) -> Result<Begun, Setback> {
        let arm = self.site.arm().await?;
        let (group, name) = (&scope.group, &scope.names.stack);
        let error = match arm.put_stack(group, name, spec).await {
            Ok(begun) => return Ok(begun),
            Err(error) => error,
        };
        if !is_busy(&error) && !error.is_passing() {
            return Err(error.into());
        }
        let Ok(Some(stack)) = self.find().await else {
            return Err(error.into());
        };
        let state = &stack.properties.provisioning_state;
        let same = |tag| find_tag(&stack.tags, tag) == find_tag(&spec.tags, tag);
        let moves = !is_at_rest(state);
        // It was at rest when it was asked for, so what Azure was at is what it is now, or was.
        if same(PROMOTER) && same(DIGEST) && (moves || is_busy(&error)) {
            return Ok(arm.stack_in_progress(group, name));
        }
        if moves && is_busy(&error) {
            return Err(Setback::Other(busy(scope, &stack).into()));
        }
        Err(error.into())
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
