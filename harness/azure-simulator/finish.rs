//! Ends operations, and applies their outcomes to the state.

use jiff::Timestamp;

use super::id::ResourceId;
use super::operation::Act;
use super::power;
use super::refusal::Refusal;
use super::stack::model::Phase;
use super::state::{Progress, State};

pub(super) fn finish(state: &mut State, id: &str, at: Timestamp, outcome: Result<(), Refusal>) {
    let Some(operation) = state.operations.get_mut(id) else {
        return;
    };
    operation.ends = Some(at);
    operation.outcome = Some(outcome.clone());
    let (target, act) = (operation.target.clone(), operation.act);
    match (act, outcome) {
        (Act::Put, outcome) => {
            if let Some(resource) = state.resources.get_mut(&target) {
                resource.progress = outcome.map_or(Progress::Failed, |()| Progress::Succeeded);
            }
        }
        (Act::Delete, Ok(())) => forget(state, &ResourceId::parse(&target)),
        (Act::Delete, Err(_)) => {
            if let Some(resource) = state.resources.get_mut(&target) {
                resource.progress = Progress::Failed;
            }
        }
        (Act::DeleteGroup, Ok(())) => {
            forget(state, &ResourceId::parse(&target));
            state.groups.remove(&target);
        }
        (Act::DeleteGroup, Err(_)) => {
            if let Some(group) = state.groups.get_mut(&target) {
                group.deleting = false;
            }
        }
        (Act::Stack | Act::Deployment, Err(error)) if !error.is_cancellation() => {
            if let Some(stack) = state.stacks.get_mut(&target) {
                stack.phase = Phase::Failed(error);
            }
        }
        (act @ (Act::Start | Act::Stop), Ok(())) => power::set_power_state(state, &target, act),
        (
            Act::Stack
            | Act::Deployment
            | Act::Preview
            | Act::Look
            | Act::Restart
            | Act::Failover
            | Act::Start
            | Act::Stop,
            _,
        ) => {}
    }
}

/// Removes a resource or a group with everything below it.
fn forget(state: &mut State, id: &ResourceId) {
    let (key, prefix) = (id.key(), format!("{}/", id.key()));
    state
        .resources
        .retain(|one, _| *one != key && !one.starts_with(&prefix));
    state.stacks.retain(|one, _| !one.starts_with(&prefix));
    state.previews.retain(|one, _| !one.starts_with(&prefix));
    for operation in state.operations.values_mut() {
        if operation.is_running() && operation.target.starts_with(&prefix) {
            let message = "The resource was deleted while the operation was in progress.";
            operation.outcome = Some(Err(Refusal::conflict("OperationPreempted", message)));
        }
    }
}
