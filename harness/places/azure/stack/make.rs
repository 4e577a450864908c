//! Deploys the stack. Retries errors that pass by themselves.

use std::time::Duration;

use azure::arm::{self, ErrorDetail, StackSpec, Started, Transient, is_terminal_state};
use base::causes::in_one_line;
use model::azure_limits::find_tag;
use model::plan::ResourceId;
use model::quantity;

use super::super::error::{Error, is_busy};
use super::super::living::Living;
use super::super::reporter::Reporter;
use super::super::scope::{DIGEST, PROMOTER, Scope};
use super::{Purpose, Stack, busy, progress, server_parameter};

const MAKE: &str = "create the resources of the stack";

/// Why an attempt failed.
#[derive(Debug)]
enum AttemptError {
    /// Azure refused; this may pass.
    Azure(arm::Error),
    /// Any other error; it is not retried.
    Other(backend::Error),
}

impl From<arm::Error> for AttemptError {
    fn from(error: arm::Error) -> Self {
        Self::Azure(error)
    }
}

impl From<backend::Error> for AttemptError {
    fn from(error: backend::Error) -> Self {
        Self::Other(error)
    }
}

impl Stack {
    /// Brings the stack to its desired state. Retries errors that pass by themselves, for as long
    /// as they may last.
    pub(in super::super) async fn make(
        &self,
        id: &ResourceId,
        spec: &StackSpec,
        reporter: &Reporter,
    ) -> Result<(), backend::Error> {
        let clock = self.site.arm().await?.options().clock.clone();
        let mut tried: Vec<Transient> = Vec::new();
        loop {
            let error = match self.attempt(id, spec, reporter).await {
                Ok(()) => return Ok(()),
                Err(AttemptError::Other(error)) => return Err(error),
                Err(AttemptError::Azure(error)) => error,
            };
            let passing = error.detail().and_then(ErrorDetail::transient);
            let wait = passing.and_then(|passing| {
                let before = tried.iter().filter(|it| **it == passing).count();
                Some((passing, *passing.waits().get(before)?))
            });
            let Some((passing, wait)) = wait else {
                return Err(Error::azure(MAKE)(error).into());
            };
            tried.push(passing);
            reporter.notice(id, &again(passing, wait, &in_one_line(&error)));
            // In a rehearsal, the built-in Azure's time is faster.
            let waited = clock.sleep(wait / self.site.settings.aim.speed());
            let cancelled = reporter.cancel.run_until_cancelled(waited).await;
            cancelled.ok_or(Error::Interrupted)?;
        }
    }

    async fn attempt(
        &self,
        id: &ResourceId,
        spec: &StackSpec,
        reporter: &Reporter,
    ) -> Result<(), AttemptError> {
        let scope = self.site.scope().await?;
        let before = self.until_at_rest(&scope, Purpose::Make, reporter).await?;
        let mut spec = spec.clone();
        // As late as possible: storage grows whenever it is nearly full.
        let living = Living::look_at_server(self.site.cloud().await?, &scope).await?;
        living.keep_storage(&mut spec);
        let arm = self.site.arm().await?;
        let template = &spec.properties.template;
        if let Some(stack) = &before {
            server_parameter::reset_dropped(arm, &scope.group, stack, template, id, reporter)
                .await?;
        }
        let begun = self.begin(&scope, &spec).await?;
        let resources = template["resources"].as_array();
        let resources = resources.map_or(0, Vec::len);
        let done = tokio::select! {
            done = reporter.finish(arm, begun, id) => done,
            never = progress::watch(self, id, resources, reporter) => match never {},
        };
        if let Err(error) = done {
            // The error of the stack itself has more detail than that of its operation.
            let stack = self.find().await.ok().flatten();
            let deeper = stack.and_then(|stack| stack.properties.error);
            return Err(error.or_resource_detail(deeper).into());
        }
        Ok(())
    }

    /// Requests the stack. If the answer to a request is lost, the retry is refused because Azure
    /// works on the first request. That request is ours, so its result is awaited.
    async fn begin(&self, scope: &Scope, spec: &StackSpec) -> Result<Started, AttemptError> {
        let arm = self.site.arm().await?;
        let (group, name) = (&scope.group, &scope.names.stack);
        let error = match arm.put_stack(group, name, spec).await {
            Ok(begun) => return Ok(begun),
            Err(error) => error,
        };
        if !is_busy(&error) && !error.is_transient() {
            return Err(error.into());
        }
        let Ok(Some(stack)) = self.find().await else {
            return Err(error.into());
        };
        let state = &stack.properties.provisioning_state;
        let same = |tag| find_tag(&stack.tags, tag) == find_tag(&spec.tags, tag);
        let moves = !is_terminal_state(state);
        // The stack was at rest before the request, so the running operation is ours.
        if same(PROMOTER) && same(DIGEST) && (moves || is_busy(&error)) {
            return Ok(arm.stack_in_progress(group, name));
        }
        if moves && is_busy(&error) {
            return Err(AttemptError::Other(busy(scope, &stack).into()));
        }
        Err(error.into())
    }
}

/// The notice for a retry.
fn again(passing: Transient, wait: Duration, said: &str) -> String {
    let why = match passing {
        Transient::Busy => "it is busy with another operation",
        Transient::OperationInProgress => "another operation on it is running",
        Transient::Propagation => "a role assignment has not taken effect yet",
    };
    let wait = quantity::Duration::from(wait);
    format!("{why}; retrying in {wait}: {said}")
}
