//! Deletes the resources that a stack no longer manages.

use jiff::Timestamp;

use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::kind::{Kind, is_subnet};
use super::super::refusal::Refusal;
use super::super::state::Progress;
use super::super::subnet::delete_subnet;
use super::super::{delete, show};
use super::model::{PendingRemoval, Phase, Stack};

/// Deletes resources. One that another still uses waits until that is deleted.
pub(super) fn delete_pending(cloud: &mut Cloud, at: Timestamp, stack: &mut Stack) -> bool {
    let mut moved = false;
    let mut refused: Vec<(usize, Refusal)> = Vec::new();
    // Children and later resources are deleted first.
    for index in (0..stack.leaving.len()).rev() {
        let leaving = stack.leaving[index].clone();
        if leaving.over {
            continue;
        }
        match removal(cloud, at, &leaving) {
            Removal::Started(operation) => stack.leaving[index].operation = Some(operation),
            Removal::InProgress => continue,
            Removal::Refused(refusal) => {
                refused.push((index, refusal));
                continue;
            }
            Removal::Done => {
                stack.leaving[index].over = true;
                if let Some(one) = stack.managed.remove(&leaving.key) {
                    stack.deleted.push(one.id);
                }
            }
            Removal::Failed(refusal) => {
                stack.leaving[index].over = true;
                stack.mark_not_deleted(&leaving.key, refusal);
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
    for (index, refusal) in refused {
        stack.leaving[index].over = true;
        let key = stack.leaving[index].key.clone();
        if stack.lets_go && is_setting(&ResourceId::parse(&key)) {
            let freed = stack.managed.remove(&key);
            stack.detached.extend(freed.map(|one| one.id));
        } else {
            stack.mark_not_deleted(&key, refusal);
        }
    }
    stack.phase = stack.final_phase();
    true
}

fn removal(cloud: &mut Cloud, at: Timestamp, leaving: &PendingRemoval) -> Removal {
    let id = ResourceId::parse(&leaving.key);
    if is_subnet(&id) {
        return removal_of_subnet(cloud, at, leaving, &id);
    }
    let Some(resource) = cloud.state.resources.get(&leaving.key) else {
        return Removal::Done;
    };
    if leaving.operation.is_some() {
        return match resource.progress {
            Progress::Deleting => Removal::InProgress,
            _ => Removal::Failed(Refusal::conflict(
                "DeploymentStackDeleteResourceFailed",
                format!("The resource {} could not be deleted.", resource.id),
            )),
        };
    }
    if cloud.script.blocks_deletion(&leaving.key) {
        let message = format!("The resource {} could not be deleted.", resource.id);
        return Removal::Failed(Refusal::conflict("ResourceDeletionFailed", message));
    }
    if is_setting(&id) {
        // A setting is deleted with its parent.
        let message = "An error occurred while deleting resources. These resources are still present in the stack but can be deleted manually. Please see the FailedResources property for specific error information. Deletion failures that are known limitations are documented here: https://aka.ms/DeploymentStacksKnownLimitations";
        return Removal::Refused(Refusal::conflict(
            "DeploymentStackDeleteResourcesFailed",
            message,
        ));
    }
    match delete::delete(cloud, at, &id) {
        Ok(None) => Removal::Done,
        Ok(Some(operation)) => Removal::Started(operation),
        Err(refusal) => Removal::Refused(refusal),
    }
}

/// A deletion of a subnet keeps the network busy, so other subnets wait.
fn removal_of_subnet(
    cloud: &mut Cloud,
    at: Timestamp,
    leaving: &PendingRemoval,
    id: &ResourceId,
) -> Removal {
    if let Some(operation) = &leaving.operation {
        let operation = cloud.state.operations.get(operation);
        return match operation.filter(|one| one.is_running()) {
            Some(_) => Removal::InProgress,
            None => Removal::Done,
        };
    }
    if show::subnet(&cloud.state, id).is_none() {
        return Removal::Done;
    }
    match delete_subnet(cloud, at, id) {
        Ok(None) => Removal::Done,
        Ok(Some(operation)) => Removal::Started(operation),
        Err(refusal) => Removal::Refused(refusal),
    }
}

/// Whether the resource is a setting, which cannot be deleted by itself.
fn is_setting(id: &ResourceId) -> bool {
    let kind = id.kind().and_then(|kind| Kind::of(&kind));
    kind.is_some_and(Kind::is_setting)
}

/// The result of an attempt to delete a resource.
enum Removal {
    Started(String),
    InProgress,
    Done,
    Refused(Refusal),
    Failed(Refusal),
}

impl Stack {
    fn mark_not_deleted(&mut self, key: &str, refusal: Refusal) {
        if let Some(one) = self.managed.get_mut(key) {
            one.not_deleted = Some(refusal);
        }
    }

    fn final_phase(&mut self) -> Phase {
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
