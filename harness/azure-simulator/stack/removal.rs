//! Takes away what a stack is to get rid of.

use jiff::Timestamp;

use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::kind::{Kind, is_subnet};
use super::super::refusal::Refusal;
use super::super::state::Progress;
use super::super::subnet::delete_subnet;
use super::super::{delete, show};
use super::model::{Leaving, Phase, Stack};

/// Deletes what is to go: what holds something else waits until that is gone.
pub(super) fn clear(cloud: &mut Cloud, at: Timestamp, stack: &mut Stack) -> bool {
    let mut moved = false;
    let mut held: Vec<(usize, Refusal)> = Vec::new();
    // Children, and what was made last, go first.
    for index in (0..stack.leaving.len()).rev() {
        let leaving = stack.leaving[index].clone();
        if leaving.over {
            continue;
        }
        match removal(cloud, at, &leaving) {
            Removal::Begun(operation) => stack.leaving[index].operation = Some(operation),
            Removal::Going => continue,
            Removal::Held(refusal) => {
                held.push((index, refusal));
                continue;
            }
            Removal::Gone => {
                stack.leaving[index].over = true;
                if let Some(one) = stack.managed.remove(&leaving.key) {
                    stack.deleted.push(one.id);
                }
            }
            Removal::Failed(refusal) => {
                stack.leaving[index].over = true;
                stack.not_deleted(&leaving.key, refusal);
            }
        }
        moved = true;
    }
    if moved {
        return true;
    }
    let waits = stack
        .leaving
        .iter()
        .any(|one| !one.over && one.operation.is_some());
    if waits {
        return false;
    }
    for (index, refusal) in held {
        stack.leaving[index].over = true;
        let key = stack.leaving[index].key.clone();
        if stack.lets_go && is_setting(&ResourceId::parse(&key)) {
            let freed = stack.managed.remove(&key);
            stack.detached.extend(freed.map(|one| one.id));
        } else {
            stack.not_deleted(&key, refusal);
        }
    }
    stack.phase = stack.cleared();
    true
}

fn removal(cloud: &mut Cloud, at: Timestamp, leaving: &Leaving) -> Removal {
    let id = ResourceId::parse(&leaving.key);
    if is_subnet(&id) {
        return removal_of_subnet(cloud, at, leaving, &id);
    }
    let Some(resource) = cloud.state.resources.get(&leaving.key) else {
        return Removal::Gone;
    };
    if leaving.operation.is_some() {
        return match resource.progress {
            Progress::Deleting => Removal::Going,
            _ => Removal::Failed(Refusal::conflict(
                "DeploymentStackDeleteResourceFailed",
                format!("The resource {} could not be deleted.", resource.id),
            )),
        };
    }
    if cloud.script.keeps(&leaving.key) {
        let message = format!("The resource {} could not be deleted.", resource.id);
        return Removal::Failed(Refusal::conflict("ResourceDeletionFailed", message));
    }
    if is_setting(&id) {
        // It goes with what it is a setting of.
        let message = "An error occurred while deleting resources. These resources are still present in the stack but can be deleted manually. Please see the FailedResources property for specific error information. Deletion failures that are known limitations are documented here: https://aka.ms/DeploymentStacksKnownLimitations";
        return Removal::Held(Refusal::conflict(
            "DeploymentStackDeleteResourcesFailed",
            message,
        ));
    }
    match delete::delete(cloud, at, &id) {
        Ok(None) => Removal::Gone,
        Ok(Some(operation)) => Removal::Begun(operation),
        Err(refusal) => Removal::Held(refusal),
    }
}

/// Its network is busy meanwhile, for other subnets as well.
fn removal_of_subnet(
    cloud: &mut Cloud,
    at: Timestamp,
    leaving: &Leaving,
    id: &ResourceId,
) -> Removal {
    if let Some(operation) = &leaving.operation {
        let operation = cloud.state.operations.get(operation);
        return match operation.filter(|one| one.is_running()) {
            Some(_) => Removal::Going,
            None => Removal::Gone,
        };
    }
    if show::subnet(&cloud.state, id).is_none() {
        return Removal::Gone;
    }
    match delete_subnet(cloud, at, id) {
        Ok(None) => Removal::Gone,
        Ok(Some(operation)) => Removal::Begun(operation),
        Err(refusal) => Removal::Held(refusal),
    }
}

/// Whether it is set, and never deleted by itself.
fn is_setting(id: &ResourceId) -> bool {
    let kind = id.kind().and_then(|kind| Kind::of(&kind));
    kind.is_some_and(Kind::is_setting)
}

/// What became of the attempt to delete something.
enum Removal {
    Begun(String),
    Going,
    Gone,
    Held(Refusal),
    Failed(Refusal),
}

impl Stack {
    fn not_deleted(&mut self, key: &str, refusal: Refusal) {
        if let Some(one) = self.managed.get_mut(key) {
            one.not_deleted = Some(refusal);
        }
    }

    fn cleared(&mut self) -> Phase {
        let failed: Vec<Refusal> = self
            .managed
            .values()
            .filter_map(|one| Some(one.not_deleted.clone()?.about(one.id.clone())))
            .collect();
        if failed.is_empty() {
            return Phase::Succeeded;
        }
        let message = format!(
            "One or more stages of the deployment stack deletion failed. Correlation id: '{}'.",
            self.deployment
        );
        Phase::Failed(
            Refusal::conflict("DeploymentStackDeleteResourcesFailed", message).because(failed),
        )
    }
}
