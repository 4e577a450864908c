//! The report of one run, as `report.json` has it.

use backend::Place;
use backend::death::Death;
use base::shell;
use check::Finding;
use jiff::Timestamp;
use load::Percentiles;
use model::quantity::Duration;
use model::topology::{Digest, WorkerBuild};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::files::EVIDENCE;
use crate::{Expectation, FaultRecord, Outcome, PhaseStatistics, RunPlan, VerdictKind};

/// What came of one run of one scenario, and what is needed to run it again.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "Report")]
pub struct Report {
    /// The format of this document: `harness/v1`.
    #[serde(rename = "apiVersion")]
    pub api_version: &'static str,
    /// What this document is: `Report`.
    pub kind: &'static str,
    /// The verdict.
    pub verdict: VerdictKind,
    /// The verdict in one line: the gravest of its reasons, and how many more there are.
    pub reason: String,
    /// Every reason for the verdict, the gravest first.
    pub reasons: Vec<String>,
    /// The scenario's name.
    pub scenario: String,
    /// What the scenario is for.
    pub description: String,
    /// The run's name, which is part of every workflow id.
    pub run: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// The command that makes the same choices again.
    pub replay: String,
    /// Where it ran.
    pub place: Place,
    /// Identity of what ran, wherever that was.
    #[schemars(with = "String")]
    pub topology: Digest,
    /// Which build of the worker ran; none where the place does not tell.
    pub worker: Option<WorkerBuild>,
    /// What ran, in which version.
    pub versions: Versions,
    /// The machine that offered the load.
    pub machine: Machine,
    /// When the run began.
    #[schemars(with = "String")]
    pub started: Timestamp,
    /// When the last of it was known.
    #[schemars(with = "String")]
    pub finished: Timestamp,
    /// What each phase measured.
    pub phases: Vec<PhaseStatistics>,
    /// What became of each fault.
    pub faults: Vec<FaultRecord>,
    /// Every replica that died although no fault had planned it, in order.
    pub deaths: Vec<Death>,
    /// Every threshold with its value; those of the steady state first.
    pub expectations: Vec<Expectation>,
    /// Every invariant with its counter-examples.
    pub invariants: Vec<Finding>,
    /// Whether the load was offered as it was meant to be.
    pub generator: Generator,
    /// The files beside this one.
    pub files: Vec<String>,
}

/// Versions of what took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Versions {
    /// Of this program.
    pub harness: String,
    /// Of the Temporal server.
    pub temporal: String,
}

/// The machine that offered the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Machine {
    /// Cores that the process may use.
    pub cores: usize,
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub architecture: String,
}

/// The health of the load generator.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Generator {
    /// From the intended to the actual start, over the whole run.
    pub delay: Option<Percentiles>,
    /// How late it may be at the 99th percentile for the run to say anything.
    pub bound: Duration,
}

/// What a report says about the surroundings of a run.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The scenario's file, as the user named it.
    pub document: &'a str,
    /// The arguments by which the user named the profile, each after a space; perhaps none.
    pub profile: &'a str,
    /// Where it ran.
    pub place: &'a Place,
    /// Identity of what ran.
    pub topology: &'a Digest,
    /// Which build of the worker ran, where the place tells.
    pub worker: Option<WorkerBuild>,
    /// Version of the Temporal server.
    pub temporal: &'a str,
    /// The machine that offered the load.
    pub machine: &'a Machine,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS.to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
        }
    }
}

impl Report {
    /// The report of a run.
    pub fn new(context: Context<'_>, plan: &RunPlan, outcome: &Outcome) -> Self {
        let judgement = &outcome.judgement;
        Self {
            api_version: "harness/v1",
            kind: "Report",
            verdict: judgement.verdict.kind,
            reason: judgement.verdict.reason.clone(),
            reasons: judgement.verdict.reasons.clone(),
            scenario: plan.scenario.clone(),
            description: plan.description.clone(),
            run: plan.run.to_string(),
            seed: plan.seed,
            replay: format!(
                "harness test{} {} --seed {}",
                context.profile,
                shell::word(context.document),
                plan.seed
            ),
            place: context.place.clone(),
            topology: context.topology.clone(),
            worker: context.worker,
            versions: Versions {
                harness: env!("CARGO_PKG_VERSION").to_owned(),
                temporal: context.temporal.to_owned(),
            },
            machine: context.machine.clone(),
            started: outcome.started,
            finished: outcome.finished,
            phases: outcome.statistics.clone(),
            faults: outcome.faults.clone(),
            deaths: outcome.deaths.clone(),
            expectations: judgement.expectations.clone(),
            invariants: judgement.findings.clone(),
            generator: Generator {
                delay: outcome.generator_delay,
                bound: plan.generator_delay,
            },
            files: EVIDENCE.map(str::to_owned).to_vec(),
        }
    }
}

/// The JSON Schema of `report.json`.
pub fn json_schema() -> Value {
    SchemaSettings::draft07()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
        .to_value()
}
