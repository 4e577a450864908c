//! Cancels a running deployment, for users who do not want Azure to continue.

use std::time::Duration;

use azure::arm::{self, Resource, is_terminal_state};
use backend::event::{Events, Kind};
use backend::wait::{self, Pace, Pending};
use model::azure_limits::find_tag;
use model::plan::ResourceId;
use tokio::time::Instant;

use super::super::error::Error;
use super::super::scope::{PROMOTER, Scope};
use super::Stack;

/// How long to wait for what Azure has already started: as long as its slowest resource usually
/// takes.
const DEADLINE: Duration = Duration::from_mins(15);

/// The pause between two checks.
const EVERY: Duration = Duration::from_secs(2);

impl Stack {
    /// The stack, if Azure is changing it because this folder requested it.
    pub async fn under_way(&self) -> Result<Option<ResourceId>, backend::Error> {
        let begun = self.find_begun().await?;
        let scope = self.site.scope().await?;
        Ok(begun.map(|_| super::id(&scope)))
    }

    /// Stops the deployment, then waits up to 15 minutes until the stack and its running resources
    /// are at rest. Created resources stay. The next promotion continues from there.
    pub async fn cancel(&self, id: &ResourceId, events: &Events) -> Result<(), backend::Error> {
        let mut cancelled = None;
        let deadline = Instant::now() + DEADLINE;
        let rest = wait::until(deadline, Pace::steady(EVERY), async || {
            let moving = match self.stop(&mut cancelled).await {
                Ok(moving) if moving.is_empty() => return Ok(Ok(())),
                Ok(moving) => moving.join(", "),
                Err(error) => return Ok(Err(error)),
            };
            events.send(Kind::StepWaiting {
                id: id.clone(),
                reason: format!("Azure is finishing what it started: {moving}"),
            });
            Err(Pending::NotYet(moving))
        });
        let rest = rest.await.map_err(|error| Error::Moving {
            moving: error.to_string(),
        });
        rest?
    }

    /// Cancels the running deployment of the stack, unless it was `cancelled` before. Returns the
    /// names of what Azure is still changing.
    async fn stop(
        &self,
        cancelled: &mut Option<arm::ResourceId>,
    ) -> Result<Vec<String>, backend::Error> {
        let (scope, arm) = (self.site.scope().await?, self.site.arm().await?);
        let stack = self.find_begun().await?;
        let deployment = stack.as_ref();
        let deployment = deployment.and_then(|stack| stack.properties.deployment_id.clone());
        if let Some(deployment) = deployment.filter(|it| cancelled.as_ref() != Some(it)) {
            let asked = arm.cancel_deployment(&scope.group, deployment.name());
            match asked.await {
                Ok(()) => *cancelled = Some(deployment),
                // It has not begun, or has ended; the next check shows which.
                Err(error) if error.is_not_found() || error.is_conflict() => {}
                Err(error) => return Err(Error::azure("cancel the deployment")(error).into()),
            }
        }
        let moving = self.moving(&scope).await?;
        let stack = stack.map(|stack| stack.id.name().to_owned());
        Ok(stack.into_iter().chain(moving).collect())
    }

    async fn find_begun(&self) -> Result<Option<arm::Stack>, backend::Error> {
        let found = self.find_in_group().await?;
        let promoter = self.site.promoter()?;
        Ok(found.map(|(_, stack)| stack).filter(|stack| {
            let ours = find_tag(&stack.tags, PROMOTER) == Some(&promoter);
            ours && !is_terminal_state(&stack.properties.provisioning_state)
        }))
    }

    /// The names of the resources that Azure is changing.
    async fn moving(&self, scope: &Scope) -> Result<Vec<String>, backend::Error> {
        let listed = self.site.arm().await?.resources(&scope.group).await;
        let listed = listed
            .map_err(Error::azure("list the resources of the resource group"))?
            .into_iter();
        let moving = listed.filter(Resource::is_changing);
        Ok(moving.map(|it| it.id.name().to_owned()).collect())
    }
}
