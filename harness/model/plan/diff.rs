//! The comparison of desired and observed resources.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Action, Observed, Plan, Resource, ResourceId, State, Step};
use crate::quantity::Duration;

/// The reason of a step that replaces a live resource.
pub(super) const CHANGED: &str = "its configuration changed";

/// Plans the steps that change `observed` into `desired`.
///
/// A resource that is not desired is removed before the resources that it needs. A desired resource
/// is created after the resources that it needs. `needs` must have no cycles. Ids in `needs` of
/// resources that are neither desired nor observed are ignored.
pub fn diff(desired: &[Resource], observed: &[Observed]) -> Plan {
    let wanted: BTreeSet<&ResourceId> = desired.iter().map(|resource| &resource.id).collect();
    let existing: BTreeMap<&ResourceId, &Observed> = observed
        .iter()
        .map(|observed| (&observed.id, observed))
        .collect();
    let unwanted: Vec<&Observed> = observed
        .iter()
        .filter(|observed| !wanted.contains(&observed.id))
        .collect();
    let mut dependants: BTreeMap<&ResourceId, Vec<ResourceId>> = BTreeMap::new();
    for gone in &unwanted {
        for need in gone.needs.iter().filter(|need| **need != gone.id) {
            dependants.entry(need).or_default().push(gone.id.clone());
        }
    }
    let removal_steps = unwanted
        .iter()
        .map(|gone| removal_step(gone, dependants.remove(&gone.id).unwrap_or_default()));
    let desired_steps = desired
        .iter()
        .map(|resource| desired_step(resource, existing.get(&resource.id).copied(), &wanted));
    Plan {
        steps: in_order(removal_steps.chain(desired_steps).collect()),
    }
}

/// The step that removes `gone`, after all removed resources that need it.
fn removal_step(gone: &Observed, dependants: Vec<ResourceId>) -> Step {
    Step {
        id: gone.id.clone(),
        action: Action::Delete,
        reason: "no longer needed".to_owned(),
        after: dependants,
        ready_timeout: Duration::default(),
    }
}

/// The step for one desired resource.
fn desired_step(
    resource: &Resource,
    existing: Option<&Observed>,
    wanted: &BTreeSet<&ResourceId>,
) -> Step {
    let (action, reason) = match existing.map(|observed| &observed.state) {
        None => (Action::Create, "does not exist yet".to_owned()),
        Some(State::Live(digest)) if *digest == resource.digest => {
            (Action::Keep, "up to date".to_owned())
        }
        Some(State::Live(_)) => (Action::Update, CHANGED.to_owned()),
        Some(State::Dead { reason }) => (Action::Update, reason.clone()),
    };
    Step {
        id: resource.id.clone(),
        action,
        reason,
        after: resource
            .needs
            .iter()
            .filter(|need| wanted.contains(need))
            .cloned()
            .collect(),
        ready_timeout: resource.ready_timeout,
    }
}

/// Sorts steps so that each comes after the steps that it waits for. Stable otherwise.
fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let ranks = ranks(&steps);
    let mut ranked: Vec<(usize, Step)> = ranks.into_iter().zip(steps).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, step)| step).collect()
}

/// For each step, the length of the longest chain of steps that it waits for. Uses Kahn's algorithm
/// (Kahn, "Topological sorting of large networks", 1962).
fn ranks(steps: &[Step]) -> Vec<usize> {
    let index: BTreeMap<&ResourceId, usize> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| (&step.id, index))
        .collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (follower, step) in steps.iter().enumerate() {
        for id in &step.after {
            followers[index[id]].push(follower);
        }
    }
    let mut unranked: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut ranks = vec![0; steps.len()];
    let mut ready: VecDeque<usize> = (0..steps.len()).filter(|at| unranked[*at] == 0).collect();
    let mut ranked = 0;
    while let Some(at) = ready.pop_front() {
        ranked += 1;
        for follower in &followers[at] {
            ranks[*follower] = ranks[*follower].max(ranks[at] + 1);
            unranked[*follower] -= 1;
            if unranked[*follower] == 0 {
                ready.push_back(*follower);
            }
        }
    }
    assert_eq!(ranked, steps.len(), "the needs of resources form a cycle");
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::ResourceKind;
    use crate::topology::Digest;

    /// Resources with numbers as names. Each needs some resources with smaller numbers.
    fn resources() -> impl Strategy<Value = Vec<Resource>> {
        let one = (any::<bool>(), 0..4_u8, any::<u16>());
        prop::collection::vec(one, 0..12).prop_map(|choices| {
            let kept: Vec<(usize, u8, u16)> = choices
                .into_iter()
                .enumerate()
                .filter(|(_, (kept, ..))| *kept)
                .map(|(number, (_, version, mask))| (number, version, mask))
                .collect();
            kept.iter()
                .map(|(number, version, mask)| Resource {
                    id: ResourceId::new(ResourceKind::Process, number),
                    digest: Digest::of(version),
                    needs: kept
                        .iter()
                        .filter(|(other, ..)| other < number && mask >> other & 1 == 1)
                        .map(|(other, ..)| ResourceId::new(ResourceKind::Process, other))
                        .collect(),
                    ready_timeout: Duration::from_secs(1),
                })
                .collect()
        })
    }

    fn live(resources: &[Resource]) -> Vec<Observed> {
        resources
            .iter()
            .map(|resource| Observed {
                id: resource.id.clone(),
                state: State::Live(resource.digest.clone()),
                needs: resource.needs.clone(),
                stays: false,
            })
            .collect()
    }

    /// What a correct backend observes after the plan.
    fn applied(plan: &Plan, desired: &[Resource], observed: &[Observed]) -> Vec<Observed> {
        let mut world: BTreeMap<ResourceId, Observed> = observed
            .iter()
            .map(|observed| (observed.id.clone(), observed.clone()))
            .collect();
        for step in &plan.steps {
            match step.action {
                Action::Keep => {}
                Action::Delete => {
                    world.remove(&step.id);
                }
                Action::Create | Action::Update => {
                    let resource = desired.iter().find(|resource| resource.id == step.id);
                    let resource = resource.expect("only desired resources are created");
                    world.extend(
                        live(std::slice::from_ref(resource))
                            .into_iter()
                            .map(|observed| (observed.id.clone(), observed)),
                    );
                }
            }
        }
        world.into_values().collect()
    }

    proptest! {
        #[test]
        fn resources_that_are_up_to_date_are_kept(resources in resources()) {
            let plan = diff(&resources, &live(&resources));
            prop_assert!(plan.steps.iter().all(|step| step.action == Action::Keep));
            prop_assert!(plan.is_empty());
        }

        #[test]
        fn applying_a_plan_reaches_the_desired_resources(from in resources(), to in resources()) {
            let before = live(&from);
            let after = applied(&diff(&to, &before), &to, &before);
            prop_assert!(diff(&to, &after).is_empty());
        }

        #[test]
        fn every_step_comes_after_the_steps_it_waits_for(from in resources(), to in resources()) {
            let plan = diff(&to, &live(&from));
            for (index, step) in plan.steps.iter().enumerate() {
                for awaited in &step.after {
                    prop_assert!(plan.steps[..index].iter().any(|earlier| earlier.id == *awaited));
                }
            }
        }

        #[test]
        fn a_resource_is_removed_before_the_resources_it_needs(resources in resources()) {
            let plan = diff(&[], &live(&resources));
            let index = |id: &ResourceId| plan.steps.iter().position(|step| step.id == *id);
            for resource in &resources {
                for need in &resource.needs {
                    prop_assert!(index(&resource.id) < index(need));
                }
            }
        }
    }

    #[test]
    fn a_dead_resource_is_replaced_and_the_step_has_the_reason() {
        let resource = Resource {
            id: ResourceId::new(ResourceKind::Process, "worker-0"),
            digest: Digest::of(&1),
            needs: Vec::new(),
            ready_timeout: Duration::from_secs(1),
        };
        let dead = Observed {
            id: resource.id.clone(),
            state: State::Dead {
                reason: "its process is gone".to_owned(),
            },
            needs: Vec::new(),
            stays: false,
        };
        let plan = diff(&[resource], &[dead]);
        assert_eq!(plan.steps[0].action, Action::Update);
        assert_eq!(plan.steps[0].reason, "its process is gone");
    }

    #[test]
    fn a_dead_resource_is_a_repair_and_a_changed_or_unwanted_one_is_not() {
        let resource = |name: &str, digest: u8| Resource {
            id: ResourceId::new(ResourceKind::Process, name),
            digest: Digest::of(&digest),
            needs: Vec::new(),
            ready_timeout: Duration::from_secs(1),
        };
        let observed = |name: &str, state| Observed {
            id: ResourceId::new(ResourceKind::Process, name),
            state,
            needs: Vec::new(),
            stays: false,
        };
        let dead = || State::Dead {
            reason: "its process is gone".to_owned(),
        };
        let live = |digest: u8| State::Live(Digest::of(&digest));
        let desired = [resource("a", 1), resource("b", 1)];
        let repairs = |existing: &[Observed]| diff(&desired, existing).only_repairs();
        assert!(repairs(&[observed("a", dead()), observed("b", live(1))]));
        assert!(repairs(&[observed("a", dead())]), "b died with it");
        assert!(!repairs(&[observed("a", live(1)), observed("b", live(1))]));
        assert!(!repairs(&[observed("a", live(1))]));
        assert!(!repairs(&[observed("a", dead()), observed("b", live(2))]));
        let gone = [observed("a", dead()), observed("c", live(1))];
        assert!(!repairs(&gone));
    }
}
