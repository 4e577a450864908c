//! The scenario file.

use backend::fault;
use check::Invariant;
use load::Executor;
use model::document;
pub use model::phase::Phase;
use model::quantity::{Count, Duration, Percent, Threshold, Throughput};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::flow::{Flow, Step, Workflow};

/// A load test with faults: what loads a topology, what breaks it, and what must hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Scenario")]
pub struct Scenario {
    /// The version of the format: `harness/v1`.
    pub api_version: ApiVersion,
    /// The kind of the document: `Scenario`.
    pub kind: Kind,
    /// Its name: lowercase letters, digits and dashes.
    #[schemars(with = "String", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub name: Spanned<String>,
    /// The purpose of the scenario, in one sentence.
    pub description: String,
    /// The seed of every random choice. Without it, each run draws a seed and prints it.
    pub seed: Option<u64>,
    /// The streams of workflows to start. All workloads run concurrently.
    #[schemars(with = "Vec<Workload>", length(min = 1))]
    pub workload: Spanned<Vec<Workload>>,
    /// The length of each phase. A phase that is not named is left out.
    #[schemars(with = "Phases")]
    pub phases: Spanned<Phases>,
    /// The faults to inject.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// The expectations that the verdict rests on.
    #[serde(default)]
    pub expect: Expect,
}

/// The version of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiVersion {
    #[serde(rename = "harness/v1")]
    V1,
}

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Kind {
    Scenario,
}

/// A stream of iterations: each starts a workflow, and does with it what the steps say.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workload {
    /// Its name, unique in the scenario: lowercase letters, digits and dashes.
    #[schemars(with = "String", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub name: Spanned<String>,
    /// When workflows start.
    #[serde(deserialize_with = "executor")]
    #[schemars(with = "Executor")]
    pub executor: Spanned<Executor>,
    /// The workflow to start. Either this or `mix` is required.
    #[schemars(with = "Option<Workflow>")]
    pub workflow: Option<Spanned<Workflow>>,
    /// What the client does while the workflow runs, one after another.
    #[serde(default)]
    #[schemars(with = "Vec<Step>")]
    pub steps: Vec<Spanned<Step>>,
    /// Several things to do. Each iteration does one of them, drawn by the weights.
    #[schemars(with = "Option<Vec<Flow>>", length(min = 1))]
    pub mix: Option<Spanned<Vec<Flow>>>,
    /// The deadline of each call but the wait for the close: 1ms to 30d. Default: 10s.
    #[serde(default = "default_call_timeout")]
    #[schemars(with = "Duration")]
    pub call_timeout: Spanned<Duration>,
    /// How long the client waits for a workflow to close, from its acknowledged start or the last
    /// step: 1ms to 30d. Default: 30s.
    #[serde(default = "default_timeout")]
    #[schemars(with = "Duration")]
    pub timeout: Spanned<Duration>,
}

/// The length of each phase, 1ms to 30d.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Phases {
    /// Load that no expectation covers.
    pub warmup: Option<Duration>,
    /// Load without faults.
    pub baseline: Option<Duration>,
    /// Load with faults.
    pub chaos: Option<Duration>,
    /// Load after the faults.
    pub recovery: Option<Duration>,
    /// How long to wait after the load for open workflows to close. Default: 30s.
    pub drain: Option<Duration>,
}

/// A fault to inject.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fault {
    /// Its name, unique in the scenario: lowercase letters, digits and dashes.
    #[schemars(with = "String", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub id: Spanned<String>,
    /// The fault.
    pub fault: fault::Fault,
    /// The service that the fault hits, such as `worker`.
    #[schemars(with = "String")]
    pub target: Spanned<String>,
    /// The phase in which the fault is injected and healed.
    #[schemars(with = "Phase")]
    pub phase: Spanned<Phase>,
    /// When it is injected, from the start of the phase.
    #[schemars(with = "Duration")]
    pub at: Spanned<Duration>,
    /// How long it lasts. It must end within the phase.
    #[schemars(with = "Duration")]
    pub r#for: Spanned<Duration>,
}

/// The expectations that the verdict rests on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// Thresholds for the baseline. If one is missed, no fault is injected and the verdict is
    /// inconclusive.
    #[schemars(with = "Option<Thresholds>")]
    pub steady_state: Option<Spanned<Thresholds>>,
    /// Thresholds by phase.
    #[serde(default)]
    pub phases: PhaseThresholds,
    /// The greatest delay of the generator's own starts at the 99th percentile. Beyond it the generator
    /// was saturated, and the verdict is inconclusive. Default: 250ms.
    #[schemars(with = "Option<Duration>")]
    pub generator_delay: Option<Spanned<Duration>>,
    /// The invariants that must hold for every workflow. Default: all that can be checked.
    #[schemars(with = "Option<Vec<Invariant>>")]
    pub invariants: Option<Vec<Spanned<Invariant>>>,
}

/// Thresholds by phase.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PhaseThresholds {
    /// Thresholds for the warmup.
    #[schemars(with = "Option<Thresholds>")]
    pub warmup: Option<Spanned<Thresholds>>,
    /// Thresholds for the baseline.
    #[schemars(with = "Option<Thresholds>")]
    pub baseline: Option<Spanned<Thresholds>>,
    /// Thresholds for the phase with the faults.
    #[schemars(with = "Option<Thresholds>")]
    pub chaos: Option<Spanned<Thresholds>>,
    /// Thresholds for the phase after the faults.
    #[schemars(with = "Option<Thresholds>")]
    pub recovery: Option<Spanned<Thresholds>>,
}

/// Bounds for the measurements of one phase.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Thresholds {
    /// Share of the iterations sent that did not complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<Threshold<Percent>>,
    /// The time from the intended start to the close.
    #[serde(default)]
    pub start_to_close: LatencyThresholds,
    /// Completed workflows: a rate, or a share of the offered rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Threshold<Throughput>>,
    /// Arrivals that were not sent because `max-in-flight` was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Threshold<Count>>,
}

/// Bounds on percentiles.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LatencyThresholds {
    /// The median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Threshold<Duration>>,
    /// The 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Threshold<Duration>>,
    /// The 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Threshold<Duration>>,
    /// The 99.9th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999: Option<Threshold<Duration>>,
}

impl Phases {
    /// The named phases under load, in order.
    pub fn loaded(&self) -> impl Iterator<Item = (Phase, Duration)> {
        [
            (Phase::Warmup, self.warmup),
            (Phase::Baseline, self.baseline),
            (Phase::Chaos, self.chaos),
            (Phase::Recovery, self.recovery),
        ]
        .into_iter()
        .filter_map(|(phase, duration)| Some((phase, duration?)))
    }

    /// How long load is offered.
    pub fn load(&self) -> std::time::Duration {
        self.loaded()
            .fold(std::time::Duration::ZERO, |all, (_, length)| {
                all.saturating_add(length.as_std())
            })
    }
}

impl PhaseThresholds {
    /// The thresholds that are set, in the order of the phases.
    pub fn named(&self) -> impl Iterator<Item = (Phase, &Spanned<Thresholds>)> {
        [
            (Phase::Warmup, &self.warmup),
            (Phase::Baseline, &self.baseline),
            (Phase::Chaos, &self.chaos),
            (Phase::Recovery, &self.recovery),
        ]
        .into_iter()
        .filter_map(|(phase, thresholds)| Some((phase, thresholds.as_ref()?)))
    }
}

/// Reads the executor, with its location for errors.
struct Chosen(Executor);

impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let chosen = document::choice(deserializer)?;
        let chosen = chosen.ok_or_else(|| D::Error::custom("a workload needs an executor"))?;
        Ok(Self(chosen))
    }
}

fn executor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<Executor>, D::Error> {
    let chosen = Spanned::<Chosen>::deserialize(deserializer)?;
    Ok(Spanned::new(
        chosen.value.0,
        chosen.referenced,
        chosen.defined,
    ))
}

/// Reads a value that may be null, which an `Option` would read as absent.
pub(super) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Spanned<Value>>, D::Error> {
    Spanned::deserialize(deserializer).map(Some)
}

fn default_timeout() -> Spanned<Duration> {
    nowhere(Duration::from_secs(30))
}

fn default_call_timeout() -> Spanned<Duration> {
    nowhere(Duration::from_secs(10))
}

/// A value that is not in the file.
pub(super) fn nowhere<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
}

impl Workload {
    /// What its iterations do. A validated workload has at least one thing to do.
    pub fn flows(&self) -> Vec<Flow> {
        match (&self.workflow, &self.mix) {
            (Some(workflow), _) => vec![Flow {
                name: None,
                weight: nowhere(1),
                workflow: workflow.clone(),
                steps: self.steps.clone(),
            }],
            (None, Some(mix)) => mix.value.clone(),
            (None, None) => Vec::new(),
        }
    }
}
