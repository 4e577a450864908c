//! Checks the workloads of a scenario.

use std::collections::BTreeSet;
use std::time::Duration as StdDuration;

use load::{Executor, MOST_IN_FLIGHT, MOST_PER_SECOND, Pacing};
use model::document;
use model::quantity::Duration;
use model::topology::Topology;

use super::{Checked, flow, span, unique};
use crate::document::Document;
use crate::model::Workload;
use crate::resolve::Roots;

/// The first error of the workloads, in the order of the file.
pub(super) fn check(document: &Document, topology: &Topology, roots: &[Roots]) -> Checked {
    let workloads = &document.scenario.workload;
    if workloads.value.is_empty() {
        return Err(document.error(
            workloads.referenced,
            "a scenario needs at least one workload",
        ));
    }
    unique(
        document,
        workloads.value.iter().map(|workload| &workload.name),
        "workload",
    )?;
    let mut in_flight = 0_u64;
    for (workload, roots) in workloads.value.iter().zip(roots) {
        in_flight += u64::from(executor(document, workload)?);
        most_in_flight(document, workload, in_flight)?;
        span(document, &workload.timeout, "`timeout`")?;
        span(document, &workload.call_timeout, "`call-timeout`")?;
        something_to_do(document, workload)?;
        for flow in workload.flows() {
            flow::check(document, &flow, roots)?;
        }
    }
    task_queues(document, topology)
}

/// Checks that there is either one thing to do, or a mix of several with different names.
fn something_to_do(document: &Document, workload: &Workload) -> Checked {
    let name = &workload.name;
    let refused = |location, message: &str| Err(document.error(location, message));
    let mix = match (&workload.workflow, &workload.mix) {
        (Some(_), None) => return Ok(()),
        (None, Some(mix)) => mix,
        (None, None) => {
            return refused(
                name.referenced,
                "the workload needs a `workflow`, or a `mix` of several",
            );
        }
        (Some(_), Some(mix)) => {
            return refused(
                mix.referenced,
                "a workload has either a `workflow` or a `mix`; move the workflow into the mix",
            );
        }
    };
    if let Some(step) = workload.steps.first() {
        let message = "the steps belong to one of the mix; move them into it";
        return refused(step.referenced, message);
    }
    if mix.value.is_empty() {
        return refused(mix.referenced, "an empty mix would start nothing");
    }
    if mix.value.iter().all(|flow| flow.weight.value == 0) {
        return refused(
            mix.referenced,
            "a mix without any weight would start nothing",
        );
    }
    let mut seen = BTreeSet::new();
    for flow in &mix.value {
        if !seen.insert(flow.name()) {
            let message = format!(
                "another one of the mix has the name `{}`; give one of them another `name`",
                flow.name()
            );
            let location = flow.name.as_ref().unwrap_or(&flow.workflow.value.r#type);
            return refused(location.referenced, &message);
        }
    }
    Ok(())
}

/// Checks an executor and returns how many workflows it may have in flight.
fn executor(document: &Document, workload: &Workload) -> Result<u32, document::Error> {
    let executor = &workload.executor;
    let refused = |message: String| Err(document.error(executor.referenced, message));
    if let Some(message) = wrong_stages(document, &executor.value.stages()) {
        return refused(message);
    }
    let load = document.scenario.phases.value.load();
    // A scenario without load is refused for its phases.
    if !load.is_zero()
        && let Some(nothing) = starts_nothing(&executor.value, load)
    {
        return refused(format!("{nothing} would start nothing"));
    }
    if let Some(rate) = executor.value.greatest_rate()
        && rate.per_second() > MOST_PER_SECOND
    {
        return refused(format!(
            "{rate} is more than a generator can count; use at most {MOST_PER_SECOND}/s"
        ));
    }
    let (_, in_flight) = in_flight(&executor.value);
    Ok(in_flight)
}

/// Stages that are not all part of the load.
fn wrong_stages(document: &Document, stages: &[StdDuration]) -> Option<String> {
    let load = document.scenario.phases.value.load();
    let end = stages
        .iter()
        .try_fold(StdDuration::ZERO, |end, stage| end.checked_add(*stage));
    // A scenario without load is refused for its phases.
    if load.is_zero() || end.is_some_and(|end| end <= load) {
        return None;
    }
    let load = Duration::from(load);
    Some(match end.map(Duration::from) {
        Some(end) => format!(
            "the stages take {end}, and the phases with load only {load}; shorten the stages, or make \
             the phases longer"
        ),
        None => "the stages take longer than any load; shorten them".to_owned(),
    })
}

/// What keeps an executor from starting anything within the load.
fn starts_nothing(executor: &Executor, load: StdDuration) -> Option<String> {
    let load = load.as_secs_f64();
    let is_idle = match executor.pacing() {
        Pacing::Open { rate, .. } => rate.when_area(0.0).is_none_or(|first| first >= load),
        Pacing::Closed { users } => {
            let first = users.when_at_least(1.0, 0.0);
            first.is_none_or(|first| first >= load)
        }
    };
    match (executor, in_flight(executor)) {
        (Executor::RampingConcurrency { .. }, _) => {
            is_idle.then(|| "stages that stay at 0 users".to_owned())
        }
        (_, (key, 0)) => Some(format!("`{key}: 0`")),
        (Executor::ConstantArrivalRate { rate, .. }, _) => {
            is_idle.then(|| format!("`rate: {rate}`"))
        }
        _ => is_idle.then(|| "stages that stay at 0/s".to_owned()),
    }
}

/// The key that says how many workflows an executor may have in flight, and how many.
fn in_flight(executor: &Executor) -> (&'static str, u32) {
    match executor {
        Executor::ConstantConcurrency { users } => ("users", *users),
        Executor::RampingConcurrency {
            start_users,
            stages,
        } => {
            let targets = stages.iter().map(|stage| stage.target);
            ("target", targets.fold(*start_users, u32::max))
        }
        Executor::ConstantArrivalRate { max_in_flight, .. }
        | Executor::RampingArrivalRate { max_in_flight, .. } => ("max-in-flight", *max_in_flight),
    }
}

/// All workloads run concurrently, so one generator must hold them all.
fn most_in_flight(document: &Document, workload: &Workload, all: u64) -> Checked {
    if all <= u64::from(MOST_IN_FLIGHT) {
        return Ok(());
    }
    let (key, limit) = in_flight(&workload.executor.value);
    let others = all - u64::from(limit);
    let message = match others {
        0 => format!(
            "`{key}: {limit}` is more workflows than one generator can have in flight; use at most \
             {MOST_IN_FLIGHT}"
        ),
        _ => format!(
            "`{key}: {limit}`, with {others} of the workloads before, is more workflows than one \
             generator can have in flight; use at most {MOST_IN_FLIGHT} in all"
        ),
    };
    Err(document.error(workload.executor.referenced, message))
}

/// Checks that every workflow has a task queue.
fn task_queues(document: &Document, topology: &Topology) -> Checked {
    if topology.task_queue().is_some() {
        return Ok(());
    }
    let polled: BTreeSet<&str> = topology.workers().map(|worker| worker.task_queue).collect();
    let polled: Vec<String> = polled.iter().map(|queue| format!("`{queue}`")).collect();
    let workloads = document.scenario.workload.value.iter();
    for flow in workloads.flat_map(Workload::flows) {
        let workflow = &flow.workflow;
        if workflow.value.task_queue.is_none() {
            let message = format!(
                "`task-queue` is missing, and the workers of this profile poll several: {}",
                polled.join(", ")
            );
            return Err(document.error(workflow.referenced, message));
        }
    }
    Ok(())
}
