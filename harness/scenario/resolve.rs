//! Resolves a scenario with a seed and a topology to the plan of a run.

use std::collections::BTreeMap;

use backend::Place;
use backend::fault::{Occurrence, Reach, Target};
use backend::run_id::RunId;
use check::Invariant;
use load::Timeline;
use model::document::{self, Origin};
use model::quantity::Duration;
use model::topology::{ServiceName, Topology};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::document::Document;
use super::model::{Phase, Workload};
use super::plan::{PlannedFault, PlannedPhase, PlannedThresholds, RunPlan};
use super::start_limit;
use super::validate::validate;

/// The length of the drain where the scenario sets none.
const DRAIN: Duration = Duration::from_secs(30);
/// The bound of the generator's delay where the scenario sets none.
const GENERATOR_DELAY: Duration = Duration::from_millis(250);

/// The environment that a scenario is to run in.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    pub topology: &'a Topology,
    pub place: &'a Place,
    /// The services that the place can disturb, and how.
    pub levers: &'a BTreeMap<ServiceName, Reach>,
}

/// Whether a scenario can run.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    Runnable(Box<RunPlan>),
    /// The scenario is valid but needs something that the place does not have.
    Unrunnable {
        /// One sentence for each missing thing.
        reasons: Vec<String>,
    },
}

/// Makes every choice that a scenario leaves open. The same arguments give the same plan.
pub fn resolve(
    document: &Document,
    seed: u64,
    run: RunId,
    environment: Environment<'_>,
) -> Result<Resolution, document::Error> {
    let limit = environment.place.starts_per_second();
    let roots = Roots::of(document, seed, &run);
    let valid = validate(document, environment.topology, &roots);
    if let Err(error) = valid.and_then(|()| start_limit::within(document, limit)) {
        return match document.origin() {
            Origin::File(_) => Err(error),
            // It is valid, but made for the topology of the example worker, and for a cluster that
            // nobody else uses.
            Origin::BuiltIn(_) => Ok(Resolution::Unrunnable {
                reasons: vec![error.message().to_owned()],
            }),
        };
    }
    let reasons = missing(document, environment);
    if !reasons.is_empty() {
        return Ok(Resolution::Unrunnable { reasons });
    }
    let scenario = &document.scenario;
    let phases = phases(document);
    let plan = RunPlan {
        scenario: scenario.name.value.clone(),
        description: scenario.description.clone(),
        seed,
        workloads: (scenario.workload.value.iter())
            .zip(roots)
            .map(|(workload, roots)| planned_workload(workload, roots, environment.topology))
            .collect(),
        faults: faults(document, &run, &phases),
        run,
        phases,
        starts_per_second: limit,
        drain: scenario.phases.value.drain.unwrap_or(DRAIN),
        steady_state: scenario
            .expect
            .steady_state
            .as_ref()
            .map(|bounds| bounds.value.clone()),
        thresholds: scenario
            .expect
            .phases
            .named()
            .map(|(phase, thresholds)| PlannedThresholds {
                phase,
                thresholds: thresholds.value.clone(),
            })
            .collect(),
        generator_delay: scenario
            .expect
            .generator_delay
            .as_ref()
            .map_or(GENERATOR_DELAY, |delay| delay.value),
        invariants: invariants(document),
    };
    Ok(Resolution::Runnable(Box::new(plan)))
}

fn missing(document: &Document, environment: Environment<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for fault in &document.scenario.faults {
        let (wanted, target) = (fault.fault, ServiceName::new(&*fault.target.value));
        if environment.levers.contains_key(&target) {
            continue;
        }
        let service = environment.topology.service(target.as_str());
        let component = &service
            .expect("a validated fault has a service as its target")
            .component;
        let Place {
            backend,
            engine,
            cluster,
            ..
        } = environment.place;
        let needs = wanted.needs(component);
        let reason = match cluster {
            Some(_) => format!(
                "fault `{wanted}` on `{target}` needs {needs}; backend {backend} injects faults only \
                 into the workers that run here"
            ),
            None => format!(
                "fault `{wanted}` on `{target}` needs {needs}; this is backend {backend} with engine \
                 {engine}"
            ),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

fn phases(document: &Document) -> Vec<PlannedPhase> {
    let mut offset = std::time::Duration::ZERO;
    let mut planned = Vec::new();
    for (phase, length) in document.scenario.phases.value.loaded() {
        planned.push(PlannedPhase {
            phase,
            offset: offset.into(),
            length,
        });
        offset += length.as_std();
    }
    planned
}

fn faults(document: &Document, run: &RunId, phases: &[PlannedPhase]) -> Vec<PlannedFault> {
    let mut faults: Vec<_> = document
        .scenario
        .faults
        .iter()
        .map(|fault| {
            let phase = phases
                .iter()
                .find(|planned| planned.phase == fault.phase.value);
            let phase = phase.expect("a validated fault lies in a phase that is there");
            let inject = phase.offset.as_std() + fault.at.value.as_std();
            PlannedFault {
                phase: fault.phase.value,
                occurrence: Occurrence {
                    run: run.clone(),
                    id: fault.id.value.clone(),
                    nth: 1,
                    fault: fault.fault,
                    target: Target::Service(ServiceName::new(&*fault.target.value)),
                    at: inject.into(),
                    until: (inject + fault.r#for.value.as_std()).into(),
                },
            }
        })
        .collect();
    faults.sort_by_key(|fault| fault.occurrence.at);
    faults
}

/// What all choices of a workload follow from.
pub(super) struct Roots {
    pub(super) seed: u64,
    /// Of the workflow ids.
    pub(super) prefix: String,
}

impl Roots {
    /// Those of each workload of a scenario.
    fn of(document: &Document, seed: u64, run: &RunId) -> Vec<Self> {
        let scenario = &document.scenario;
        let workloads = (0..).zip(&scenario.workload.value);
        let roots = workloads.map(|(index, workload)| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index);
            Self {
                seed: random.next_u64(),
                prefix: format!("{}/{run}/{}/", scenario.name.value, workload.name.value),
            }
        });
        roots.collect()
    }
}

fn planned_workload(workload: &Workload, roots: Roots, topology: &Topology) -> load::Workload {
    let flows = workload.flows();
    let flows = flows.iter();
    load::Workload {
        name: workload.name.value.clone(),
        executor: workload.executor.value.clone(),
        seed: roots.seed,
        workflow_id_prefix: roots.prefix,
        mix: flows
            .map(|flow| flow.planned(topology.task_queue()))
            .collect(),
        call_timeout: workload.call_timeout.value,
        timeout: workload.timeout.value,
    }
}

/// The invariants that the scenario names. Without any: all, but `right-result` only if a workflow has
/// a result.
fn invariants(document: &Document) -> Vec<Invariant> {
    let scenario = &document.scenario;
    let has_result = has_result(document);
    match &scenario.expect.invariants {
        Some(named) => named.iter().map(|invariant| invariant.value).collect(),
        None => Invariant::ALL
            .into_iter()
            .filter(|invariant| *invariant != Invariant::RightResult || has_result)
            .collect(),
    }
}

impl RunPlan {
    /// The phases under load, for the generator.
    pub fn timeline(&self) -> Timeline {
        let phases = self.phases.iter();
        Timeline::back_to_back(
            std::time::Duration::ZERO,
            phases.map(|planned| (planned.phase.to_string(), planned.length.as_std())),
        )
    }

    /// A phase of the plan; `None` if it is not under load.
    pub fn phase(&self, phase: Phase) -> Option<&PlannedPhase> {
        self.phases.iter().find(|planned| planned.phase == phase)
    }
}

/// Whether an iteration has a result that can be checked.
pub(super) fn has_result(document: &Document) -> bool {
    let workloads = document.scenario.workload.value.iter();
    let mut flows = workloads.flat_map(Workload::flows);
    flows.any(|flow| flow.weight.value > 0 && flow.has_result())
}
