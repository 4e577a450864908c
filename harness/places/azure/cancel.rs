//! Cancelling what Azure is at, for who does not want to leave it at that.

use std::time::Duration;

use azure::arm::{Resource, Stack, is_at_rest};
use model::azure_limits::find_tag;
use model::plan::ResourceId;

use super::backend::AzureBackend;
use super::error::Error;
use super::group::Found;
use super::scope::{PROMOTER, Scope};

/// How long it is waited for what Azure has been asked for already: as long as its slowest
/// resource usually takes.
const DEADLINE: Duration = Duration::from_mins(15);

/// How long it is waited between two looks.
const EVERY: Duration = Duration::from_secs(2);

impl AzureBackend {
    /// The stack, if Azure is at work on it because this folder has asked for it.
    pub async fn under_way(&self) -> Result<Option<ResourceId>, backend::Error> {
        let begun = self.find_begun().await?;
        let scope = self.scope().await?;
        Ok(begun.map(|_| super::stack::id(&scope)))
    }

    /// Has Azure make no more of the stack, and waits until the stack and what was asked for already
    /// are at rest, for a quarter of an hour at most. What was made stays: the next promotion goes
    /// on from there.
    pub async fn cancel_stack(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let (scope, arm) = (self.scope().await?, &self.cloud().await?.arm);
        let clock = arm.options().clock.clone();
        let start = clock.now();
        let mut cancelled = None;
        loop {
            let stack = self.find_begun().await?;
            let deployment = stack.as_ref();
            let deployment = deployment.and_then(|stack| stack.properties.deployment_id.clone());
            if let Some(deployment) = deployment.filter(|it| cancelled.as_ref() != Some(it)) {
                let asked = arm.cancel_deployment(&scope.group, deployment.name());
                match asked.await {
                    Ok(()) => cancelled = Some(deployment),
                    // It has not begun, or it is over: the next look tells.
                    Err(error) if error.is_not_found() || error.is_conflict() => {}
                    Err(error) => {
                        return Err(Error::azure("cancel what is under way")(error).into());
                    }
                }
            }
            let mut moving = self.moving(&scope).await?;
            if let Some(stack) = &stack {
                moving.insert(0, stack.id.name().to_owned());
            }
            if moving.is_empty() {
                return Ok(());
            }
            if clock.now() - start >= DEADLINE {
                return Err(Error::Moving { moving }.into());
            }
            let what = moving.join(", ");
            self.tell(id, format!("Azure ends what it had begun: {what}"));
            clock.sleep(EVERY).await;
        }
    }

    async fn find_begun(&self) -> Result<Option<Stack>, backend::Error> {
        let Found::Ours(_) = self.find_group().await? else {
            return Ok(None);
        };
        let stack = self.find_stack().await?;
        let promoter = self.promoter()?;
        Ok(stack.filter(|stack| {
            let ours = find_tag(&stack.tags, PROMOTER) == Some(&promoter);
            ours && !is_at_rest(&stack.properties.provisioning_state)
        }))
    }

    /// The names of what Azure is at work on.
    async fn moving(&self, scope: &Scope) -> Result<Vec<String>, backend::Error> {
        let listed = self.cloud().await?.arm.resources(&scope.group).await;
        let listed = listed
            .map_err(Error::azure("say what is in the resource group"))?
            .into_iter();
        let moving = listed.filter(Resource::is_moving);
        Ok(moving.map(|it| it.id.name().to_owned()).collect())
    }
}
