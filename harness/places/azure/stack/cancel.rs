//! Cancelling what Azure is at, for who does not want to leave it at that.

use std::time::Duration;

use azure::arm::{self, Resource, is_at_rest};
use backend::event::{Events, Kind};
use backend::wait::{self, Pace, Pending};
use model::azure_limits::find_tag;
use model::plan::ResourceId;
use tokio::time::Instant;

use super::super::error::Error;
use super::super::scope::{PROMOTER, Scope};
use super::Stack;

/// How long it is waited for what Azure has been asked for already: as long as its slowest
/// resource usually takes.
const DEADLINE: Duration = Duration::from_mins(15);

/// How long it is waited between two looks.
const EVERY: Duration = Duration::from_secs(2);

impl Stack {
    /// The stack, if Azure is at work on it because this folder has asked for it.
    pub async fn under_way(&self) -> Result<Option<ResourceId>, backend::Error> {
        let begun = self.find_begun().await?;
        let scope = self.site.scope().await?;
        Ok(begun.map(|_| super::id(&scope)))
    }

    /// Has Azure make no more of the stack, and waits until the stack and what was asked for already
    /// are at rest, for a quarter of an hour at most. What was made stays: the next promotion goes
    /// on from there.
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
                reason: format!("Azure ends what it had begun: {moving}"),
            });
            Err(Pending::NotYet(moving))
        });
        let rest = rest.await.map_err(|vain| Error::Moving {
            moving: vain.to_string(),
        });
        rest?
    }

    /// Cancels what is under way of the stack, unless that was `cancelled` before. The names of what
    /// Azure is still at work on.
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
                // It has not begun, or it is over: the next look tells.
                Err(error) if error.is_not_found() || error.is_conflict() => {}
                Err(error) => return Err(Error::azure("cancel what is under way")(error).into()),
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
            ours && !is_at_rest(&stack.properties.provisioning_state)
        }))
    }

    /// The names of what Azure is at work on.
    async fn moving(&self, scope: &Scope) -> Result<Vec<String>, backend::Error> {
        let listed = self.site.arm().await?.resources(&scope.group).await;
        let listed = listed
            .map_err(Error::azure("say what is in the resource group"))?
            .into_iter();
        let moving = listed.filter(Resource::is_moving);
        Ok(moving.map(|it| it.id.name().to_owned()).collect())
    }
}
