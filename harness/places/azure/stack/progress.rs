//! Reports the progress of the stack's resources while the deployment is awaited.

use std::convert::Infallible;
use std::time::Duration;

use azure::arm::DeploymentOperation;
use jiff::Timestamp;
use model::plan::ResourceId;

use super::super::reporter::{Reporter, rounded};
use super::super::settings::Aim;
use super::Stack;

/// How often the running operations are listed.
const EVERY: Duration = Duration::from_secs(2);

/// Reports regularly which resources are being deployed. Never returns.
pub(super) async fn watch(
    stack: &Stack,
    id: &ResourceId,
    resources: usize,
    reporter: &Reporter,
) -> Infallible {
    let aim = &stack.site.settings.aim;
    loop {
        tokio::time::sleep(EVERY).await;
        // A failed look is not reported, and is no reason to stop waiting.
        if let Some(operations) = operations(stack).await {
            reporter.report(id, line(&operations, resources, aim));
        }
    }
}

async fn operations(stack: &Stack) -> Option<Vec<DeploymentOperation>> {
    let (arm, scope) = (stack.site.arm().await.ok()?, stack.site.scope().await.ok()?);
    let deployment = stack.find().await.ok()??.properties.deployment_id?;
    let listed = arm.deployment_operations(&scope.group, deployment.name());
    listed.await.ok()
}

fn line(operations: &[DeploymentOperation], resources: usize, aim: &Aim) -> String {
    let of_resources = |it: &&DeploymentOperation| it.properties.target_resource.is_some();
    let (running, over): (Vec<_>, Vec<_>) = operations
        .iter()
        .filter(of_resources)
        .partition(|it| it.is_running());
    let now: Vec<String> = running
        .into_iter()
        .filter_map(|it| under_way(it, aim))
        .collect();
    let now = match now.join(", ") {
        none if none.is_empty() => String::new(),
        now => format!("; now {now}"),
    };
    format!("{} of {resources} created{now}", over.len())
}

fn under_way(operation: &DeploymentOperation, aim: &Aim) -> Option<String> {
    let target = operation.properties.target_resource.as_ref()?;
    let (_, kind) = target.resource_type.split_once('/')?;
    let name = target.resource_name.rsplit('/').next().unwrap_or_default();
    let since = operation.properties.timestamp.map(|since| {
        let since = Timestamp::now().duration_since(since);
        Duration::try_from(since).unwrap_or_default()
    });
    // The timestamps of the built-in Azure are not in real time.
    let since = since.filter(|_| matches!(aim, Aim::Azure));
    let typical = azure_simulator::typical(&target.resource_type);
    let times = match (since, typical.map(|typical| typical / aim.speed())) {
        (Some(since), Some(typical)) => {
            format!(" ({} of about {})", rounded(since), rounded(typical))
        }
        (None, Some(typical)) => format!(" (about {})", rounded(typical)),
        (Some(since), None) => format!(" ({})", rounded(since)),
        (None, None) => String::new(),
    };
    Some(format!("{kind} {name}{times}"))
}
