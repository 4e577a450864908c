//! How far Azure is, told while it is waited for.

use std::convert::Infallible;
use std::time::Duration;

use azure::arm::{self, Begun, DeploymentOperation, Pending, Progress, Wait};
use backend::event::Event;
use model::plan::ResourceId;
use model::quantity;
use serde_json::Value;

use super::backend::{Aim, AzureBackend};

/// How long Azure may take for everything: a database with a standby takes half an hour.
const DEADLINE: Duration = Duration::from_hours(2);

/// How often it is asked which resources it is at.
const EVERY: Duration = Duration::from_secs(2);

impl AzureBackend {
    /// Waits for what has begun, and tells how far it is.
    pub(super) async fn finish(&self, begun: Begun, id: &ResourceId) -> Result<Value, arm::Error> {
        let Ok(cloud) = self.cloud().await else {
            unreachable!("what has begun was begun by a client");
        };
        let wait = Wait {
            cancel: &self.cancel,
            deadline: DEADLINE,
            begun: &|_: &Pending| {},
            progress: &|progress: &Progress| self.tell(id, line(progress)),
        };
        cloud.arm.finish(begun, &wait).await
    }

    /// The same for what the stack deploys: also tells which resources it is at.
    pub(super) async fn deployed(
        &self,
        begun: Begun,
        id: &ResourceId,
        resources: usize,
    ) -> Result<Value, arm::Error> {
        tokio::select! {
            done = self.finish(begun, id) => done,
            never = self.watch(id, resources) => match never {},
        }
    }

    async fn watch(&self, id: &ResourceId, resources: usize) -> Infallible {
        loop {
            tokio::time::sleep(EVERY).await;
            // What cannot be seen is not told, and is no reason to stop waiting.
            if let Some(operations) = self.operations().await {
                self.tell(id, self.at(&operations, resources));
            }
        }
    }

    async fn operations(&self) -> Option<Vec<DeploymentOperation>> {
        let (cloud, scope) = (self.cloud().await.ok()?, self.scope().await.ok()?);
        let stack = self.find_stack().await.ok()??;
        let deployment = stack.properties.deployment_id?;
        let listed = cloud
            .arm
            .deployment_operations(&scope.group, deployment.name());
        listed.await.ok()
    }

    fn at(&self, operations: &[DeploymentOperation], resources: usize) -> String {
        let of_resources = |it: &&DeploymentOperation| it.properties.target_resource.is_some();
        let (running, over): (Vec<_>, Vec<_>) = operations
            .iter()
            .filter(of_resources)
            .partition(|it| it.is_running());
        let now: Vec<String> = running
            .into_iter()
            .filter_map(|it| self.step_under_way(it))
            .collect();
        let now = match now.join(", ") {
            none if none.is_empty() => String::new(),
            now => format!("; now {now}"),
        };
        format!("{} of {resources} made{now}", over.len())
    }

    fn step_under_way(&self, operation: &DeploymentOperation) -> Option<String> {
        let target = operation.properties.target_resource.as_ref()?;
        let (_, kind) = target.resource_type.split_once('/')?;
        let name = target.resource_name.rsplit('/').next().unwrap_or_default();
        let since = operation.properties.timestamp.map(|since| {
            let since = jiff::Timestamp::now().duration_since(since);
            Duration::try_from(since).unwrap_or_default()
        });
        // The built-in Azure's time is not ours.
        let since = since.filter(|_| matches!(self.settings.aim, Aim::Azure));
        let typical =
            azure_simulator::typical(&target.resource_type).map(|typical| typical / self.speed());
        let times = match (since, typical) {
            (Some(since), Some(typical)) => {
                format!(" ({} of about {})", rounded(since), rounded(typical))
            }
            (None, Some(typical)) => format!(" (about {})", rounded(typical)),
            (Some(since), None) => format!(" ({})", rounded(since)),
            (None, None) => String::new(),
        };
        Some(format!("{kind} {name}{times}"))
    }

    /// How many times as fast as ours the time of its Azure is.
    pub(super) fn speed(&self) -> u32 {
        match self.settings.aim {
            Aim::Azure => 1,
            Aim::Rehearsal { speed, .. } => speed,
        }
    }

    /// Tells what stays to be read, where lines move and where they do not.
    pub(super) fn note(&self, id: &ResourceId, what: &str) {
        if let Some(events) = &self.events {
            events.notice(format!("{id}: {what}"));
        }
    }

    pub(super) fn tell(&self, id: &ResourceId, reason: String) {
        if let Some(events) = &self.events {
            let id = id.clone();
            events.send(Event::StepWaiting { id, reason });
        }
    }
}

fn line(
    Progress {
        state,
        elapsed,
        percent,
    }: &Progress,
) -> String {
    let percent = percent
        .map(|percent| format!(", {percent:.0} %"))
        .unwrap_or_default();
    format!(
        "{} for {}{percent}",
        state.to_lowercase(),
        rounded(*elapsed)
    )
}

/// In whole seconds, one at least.
fn rounded(duration: Duration) -> quantity::Duration {
    quantity::Duration::from_secs(duration.as_secs().max(1))
}
