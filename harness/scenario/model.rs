//! A scenario as it is written.

use backend::fault;
use check::Invariant;
use load::Executor;
use model::document;
pub use model::phase::Phase;
use model::profile::TaskQueueName;
use model::quantity::{Count, Duration, Percent, Threshold, Throughput};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

/// What loads a topology, what breaks it, and what must hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Scenario")]
pub struct Scenario {
    /// The format of this document.
    pub api_version: ApiVersion,
    /// What this document is.
    pub kind: Kind,
    /// Its name: lowercase letters, digits and dashes.
    #[schemars(with = "String", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub name: Spanned<String>,
    /// What it is for, in a sentence.
    pub description: String,
    /// The seed of every random choice; without it, each run draws one and prints it.
    pub seed: Option<u64>,
    /// What is started. All workloads run side by side.
    #[schemars(with = "Vec<Workload>", length(min = 1))]
    pub workload: Spanned<Vec<Workload>>,
    /// How long each phase lasts; one that is not named is left out.
    #[schemars(with = "Phases")]
    pub phases: Spanned<Phases>,
    /// What is broken, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What must hold.
    #[serde(default)]
    pub expect: Expect,
}

/// The version of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first.
    #[serde(rename = "harness/v1")]
    V1,
}

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Kind {
    /// A scenario.
    Scenario,
}

/// A stream of workflows of one kind.
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
    /// What is started.
    #[schemars(with = "Workflow")]
    pub workflow: Spanned<Workflow>,
    /// How long a workflow may take, from its acknowledged start, until it is given up on.
    #[serde(default = "default_timeout")]
    #[schemars(with = "Duration")]
    pub timeout: Spanned<Duration>,
}

/// A workflow to start, of any type.
///
/// Strings anywhere in `input` and `result` are templates over `name` (a word), `id` (the workflow
/// id) and `n` (the number of the workflow in its workload).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workflow {
    /// Workflow type.
    #[schemars(with = "String", length(min = 1))]
    pub r#type: Spanned<String>,
    /// Task queue; the one of the topology's worker where none is named.
    #[schemars(with = "Option<TaskQueueName>")]
    pub task_queue: Option<Spanned<TaskQueueName>>,
    /// Arguments, each any JSON value.
    #[serde(default)]
    #[schemars(with = "Vec<Value>")]
    pub input: Vec<Spanned<Value>>,
    /// The result that every workflow must have; `null` is a result like any other.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub result: Option<Spanned<Value>>,
}

/// How long each phase lasts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Phases {
    /// Load without judgement.
    pub warmup: Option<Duration>,
    /// Load without faults.
    pub baseline: Option<Duration>,
    /// Load with faults.
    pub chaos: Option<Duration>,
    /// Load after the faults.
    pub recovery: Option<Duration>,
    /// The deadline for what is still open when the load has ended.
    pub drain: Option<Duration>,
}

/// A fault to inject.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fault {
    /// Its name, unique in the scenario: lowercase letters, digits and dashes.
    #[schemars(with = "String", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub id: Spanned<String>,
    /// What is done.
    pub fault: fault::Fault,
    /// The service it is done to, such as `worker`.
    #[schemars(with = "String")]
    pub target: Spanned<String>,
    /// The phase in which.
    #[schemars(with = "Phase")]
    pub phase: Spanned<Phase>,
    /// When, from the start of the phase.
    #[schemars(with = "Duration")]
    pub at: Spanned<Duration>,
    /// For how long.
    #[schemars(with = "Duration")]
    pub r#for: Spanned<Duration>,
}

/// What must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// What must hold in the baseline for the run to say anything; if it does not, no fault is
    /// injected and the verdict is inconclusive.
    #[schemars(with = "Option<Thresholds>")]
    pub steady_state: Option<Spanned<Thresholds>>,
    /// What must hold in each phase.
    #[serde(default)]
    pub phases: PhaseThresholds,
    /// How late the generator's own starts may be at the 99th percentile; beyond it the generator
    /// was saturated, and the verdict is inconclusive.
    #[schemars(with = "Option<Duration>")]
    pub generator_delay: Option<Spanned<Duration>>,
    /// What must hold of every workflow; all that can be checked where nothing is said.
    #[schemars(with = "Option<Vec<Invariant>>")]
    pub invariants: Option<Vec<Spanned<Invariant>>>,
}

/// Thresholds by phase.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PhaseThresholds {
    /// Of the warmup.
    #[schemars(with = "Option<Thresholds>")]
    pub warmup: Option<Spanned<Thresholds>>,
    /// Of the baseline.
    #[schemars(with = "Option<Thresholds>")]
    pub baseline: Option<Spanned<Thresholds>>,
    /// Of the phase with the faults.
    #[schemars(with = "Option<Thresholds>")]
    pub chaos: Option<Spanned<Thresholds>>,
    /// Of the phase after the faults.
    #[schemars(with = "Option<Thresholds>")]
    pub recovery: Option<Spanned<Thresholds>>,
}

/// Bounds on what is measured in one phase.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Thresholds {
    /// Share of the iterations sent that did not complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<Threshold<Percent>>,
    /// From the intended start to the close.
    #[serde(default)]
    pub start_to_close: LatencyThresholds,
    /// Workflows completed, per unit of time or as a share of those offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Threshold<Throughput>>,
    /// Arrivals that were not sent because too many were in flight.
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
    /// 90 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Threshold<Duration>>,
    /// 99 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Threshold<Duration>>,
    /// 99.9 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999: Option<Threshold<Duration>>,
}

impl Phases {
    /// The phases under load that are named, in order.
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
}

impl PhaseThresholds {
    /// Those that are there, in the order of the phases.
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

/// An executor by its choice, so that it can be told where it stands.
struct Chosen(Executor);

impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let chosen = document::choice(deserializer)?;
        let chosen = chosen.ok_or_else(|| D::Error::custom("an executor is needed"))?;
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

/// What is there, be it null, which an `Option` would take for nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Spanned<Value>>, D::Error> {
    Spanned::deserialize(deserializer).map(Some)
}

fn default_timeout() -> Spanned<Duration> {
    let nowhere = Location::UNKNOWN;
    Spanned::new(Duration::from_secs(30), nowhere, nowhere)
}
