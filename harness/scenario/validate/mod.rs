//! Checks a scenario beyond its schema: everything that compares values.

mod flow;
mod workload;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use check::Invariant;
use model::document::{self, suggestion};
use model::quantity::Duration;
use model::topology::Topology;
use serde_saphyr::Spanned;

use super::document::Document;
use super::model::{Fault, Phase};
use super::resolve::{Roots, has_result};

type Checked = Result<(), document::Error>;

/// The longest name. Names are parts of workflow ids, file names and labels.
const LONGEST_NAME: usize = 63;

/// The bounds of every length in a scenario.
const SPAN: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_secs(30 * 24 * 60 * 60);

/// The first error of a scenario, in the order of the file. `roots` are those of each workload.
pub(super) fn validate(document: &Document, topology: &Topology, roots: &[Roots]) -> Checked {
    let scenario = &document.scenario;
    name(document, &scenario.name, "scenario")?;
    workload::check(document, topology, roots)?;
    phases(document)?;
    faults(document, topology)?;
    expectations(document)
}

fn name(document: &Document, name: &Spanned<String>, what: &str) -> Checked {
    let text = &name.value;
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let good = (1..=LONGEST_NAME).contains(&text.len())
        && text.chars().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-');
    if good {
        return Ok(());
    }
    let message = format!(
        "`{text}` is not a valid {what} name: use at most {LONGEST_NAME} lowercase letters, digits and \
         dashes, and no dash at either end"
    );
    Err(document.error(name.referenced, message))
}

fn unique<'a>(
    document: &Document,
    names: impl IntoIterator<Item = &'a Spanned<String>>,
    what: &str,
) -> Checked {
    let mut seen = BTreeSet::new();
    for name in names {
        self::name(document, name, what)?;
        if !seen.insert(&name.value) {
            let message = format!("another {what} has the name `{}`", name.value);
            return Err(document.error(name.referenced, message));
        }
    }
    Ok(())
}

fn span(document: &Document, length: &Spanned<Duration>, what: &str) -> Checked {
    if SPAN.contains(&length.value) {
        return Ok(());
    }
    let (least, most, found) = (SPAN.start(), SPAN.end(), length.value);
    let message = format!("{what} must be from {least} to {most}, found `{found}`");
    Err(document.error(length.referenced, message))
}

fn phases(document: &Document) -> Checked {
    let phases = &document.scenario.phases;
    let mut loaded = phases.value.loaded().peekable();
    if loaded.peek().is_none() {
        let message =
            "no phase has load; name at least one of `warmup`, `baseline`, `chaos`, `recovery`";
        return Err(document.error(phases.referenced, message));
    }
    let drain = phases.value.drain.map(|length| (Phase::Drain, length));
    match loaded
        .chain(drain)
        .find(|(_, length)| !SPAN.contains(length))
    {
        Some((phase, length)) if length.as_std().is_zero() => {
            Err(document.error(phases.referenced, format!("phase `{phase}` has no length")))
        }
        Some((phase, length)) => {
            let (least, most) = (SPAN.start(), SPAN.end());
            let message =
                format!("phase `{phase}` must last from {least} to {most}, found `{length}`");
            Err(document.error(phases.referenced, message))
        }
        None => Ok(()),
    }
}

fn faults(document: &Document, topology: &Topology) -> Checked {
    let faults = &document.scenario.faults;
    unique(document, faults.iter().map(|fault| &fault.id), "fault")?;
    for (index, fault) in faults.iter().enumerate() {
        target(document, fault, topology)?;
        fault_times(document, fault)?;
        if let Some(other) = faults[..index].iter().find(|other| overlap(fault, other)) {
            let message = format!(
                "fault `{}` overlaps with `{}` on the same target",
                fault.id.value, other.id.value
            );
            return Err(document.error(fault.at.referenced, message));
        }
    }
    Ok(())
}

fn target(document: &Document, fault: &Fault, topology: &Topology) -> Checked {
    let services: Vec<_> = topology
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    let target = &fault.target;
    if services.contains(&target.value.as_str()) {
        return Ok(());
    }
    let message = format!(
        "there is no service `{0}`{1}",
        target.value,
        suggestion(&target.value, &services)
    );
    Err(document.error(target.referenced, message))
}

fn fault_times(document: &Document, fault: &Fault) -> Checked {
    let scenario = &document.scenario;
    let phase = fault.phase.value;
    let Some((_, length)) = scenario
        .phases
        .value
        .loaded()
        .find(|(loaded, _)| *loaded == phase)
    else {
        let message = match phase {
            Phase::Drain => {
                "a fault cannot be injected in the drain, which waits for open workflows to close"
                    .to_owned()
            }
            phase => format!("there is no phase `{phase}` in `phases`"),
        };
        return Err(document.error(fault.phase.referenced, message));
    };
    if scenario.expect.steady_state.is_some() && phase <= Phase::Baseline {
        let message = format!("phase `{phase}` is over before the steady state is known");
        return Err(document.error(fault.phase.referenced, message));
    }
    span(document, &fault.r#for, "`for`")?;
    let end = fault.at.value.as_std() + fault.r#for.value.as_std();
    if end > length.as_std() {
        let end = model::quantity::Duration::from(end);
        let message = format!("the fault ends at {end} of phase `{phase}`, which lasts {length}");
        return Err(document.error(fault.r#for.referenced, message));
    }
    Ok(())
}

fn overlap(one: &Fault, other: &Fault) -> bool {
    let end = |fault: &Fault| fault.at.value.as_std() + fault.r#for.value.as_std();
    one.target.value == other.target.value
        && one.phase.value == other.phase.value
        && one.at.value.as_std() < end(other)
        && other.at.value.as_std() < end(one)
}

fn expectations(document: &Document) -> Checked {
    let scenario = &document.scenario;
    let expect = &scenario.expect;
    let is_loaded = |phase| {
        scenario
            .phases
            .value
            .loaded()
            .any(|(loaded, _)| loaded == phase)
    };
    if let Some(steady_state) = &expect.steady_state
        && !is_loaded(Phase::Baseline)
    {
        let message = "`steady-state` needs the phase `baseline`, which is not in `phases`";
        return Err(document.error(steady_state.referenced, message));
    }
    for (phase, thresholds) in expect.phases.named() {
        if !is_loaded(phase) {
            let message = format!("there is no phase `{phase}` in `phases`");
            return Err(document.error(thresholds.referenced, message));
        }
    }
    if let Some(delay) = &expect.generator_delay {
        span(document, delay, "`generator-delay`")?;
    }
    invariants(document)?;
    let without_results = !has_result(document);
    let needless = expect
        .invariants
        .iter()
        .flatten()
        .find(|invariant| invariant.value == Invariant::RightResult && without_results);
    match needless {
        Some(invariant) => {
            let message = "`right-result` needs something to check: a `result` of a workflow, a query or an update, or a `status`";
            Err(document.error(invariant.referenced, message))
        }
        None => Ok(()),
    }
}

fn invariants(document: &Document) -> Checked {
    let mut seen = Vec::new();
    for invariant in document.scenario.expect.invariants.iter().flatten() {
        if seen.contains(&invariant.value) {
            let message = format!("invariant `{}` is listed twice", invariant.value);
            return Err(document.error(invariant.referenced, message));
        }
        seen.push(invariant.value);
    }
    Ok(())
}
