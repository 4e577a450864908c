//! The report of one run, the content of `report.json`.

use archive::FILES;
use backend::Place;
use backend::death::Death;
use base::shell;
use check::Finding;
use jiff::Timestamp;
use load::Percentiles;
use model::quantity::{Duration, Milliseconds};
use model::topology::{Digest, WorkerBuilds};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::setting::{Machine, Setting, Versions};
use crate::{
    Assessment, Expectation, FaultRecord, Judgement, PhaseStatistics, RunPlan, VerdictKind,
};

/// The verdict of one run with its evidence, and the command to run it again.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "Report")]
pub struct Report {
    /// The format of this document: `harness/v2`.
    #[serde(rename = "apiVersion")]
    pub api_version: &'static str,
    /// What this document is: `Report`.
    pub kind: &'static str,
    /// The verdict.
    pub verdict: VerdictKind,
    /// One line: the gravest reason for the verdict and the number of others.
    pub reason: String,
    /// Every reason for the verdict, the gravest first.
    pub reasons: Vec<String>,
    /// The scenario's name.
    pub scenario: String,
    /// The purpose of the scenario.
    pub description: String,
    /// The run's name, a part of every workflow id.
    pub run: String,
    /// The seed of every random choice, in digits.
    #[serde(serialize_with = "model::seed::serialize")]
    #[schemars(with = "String", extend("pattern" = "^[0-9]+$"))]
    pub seed: u64,
    /// The command that runs the scenario again with the same seed.
    pub replay: String,
    /// The place where it ran.
    pub place: Place,
    /// The digest of the topology. It does not depend on the place.
    #[schemars(with = "String")]
    pub topology: Digest,
    /// The build of each worker, by its service; without those that the place cannot tell.
    pub workers: WorkerBuilds,
    /// The versions that ran.
    pub versions: Versions,
    /// The machine that offered the load.
    pub machine: Machine,
    /// When the run began.
    #[schemars(with = "String")]
    pub started: Timestamp,
    /// When all evidence was recorded.
    #[schemars(with = "String")]
    pub finished: Timestamp,
    /// The statistics of each phase.
    pub phases: Vec<PhaseStatistics>,
    /// Each fault with its outcome.
    pub faults: Vec<FaultRecord>,
    /// Every unplanned death of a replica, in order.
    pub deaths: Vec<Death>,
    /// Every threshold with its measured value; those of the steady state first.
    pub expectations: Vec<Expectation>,
    /// Every invariant with its counter-examples.
    pub invariants: Vec<Finding>,
    /// The health of the load generator.
    pub generator: Generator,
    /// The files beside this one.
    pub files: Vec<String>,
}

/// The health of the load generator.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Generator {
    /// The time from the intended to the actual start, over the whole run.
    pub delay: Option<Percentiles>,
    /// The greatest delay at the 99th percentile that is not inconclusive.
    #[serde(
        rename = "bound-ms",
        serialize_with = "model::quantity::in_milliseconds::serialize"
    )]
    #[schemars(with = "Milliseconds")]
    pub bound: Duration,
}

impl Report {
    pub fn new(setting: &Setting, plan: &RunPlan, assessment: &Assessment) -> Self {
        let Assessment {
            started,
            finished,
            workers,
            seen,
            judgement:
                Judgement {
                    verdict,
                    expectations,
                },
        } = assessment.clone();
        Self {
            api_version: "harness/v2",
            kind: "Report",
            verdict: verdict.kind,
            reason: verdict.reason,
            reasons: verdict.reasons,
            scenario: plan.scenario.clone(),
            description: plan.description.clone(),
            run: plan.run.to_string(),
            seed: plan.seed,
            replay: replay(setting, plan.seed),
            place: setting.place.clone(),
            topology: setting.topology.clone(),
            workers,
            versions: setting.versions.clone(),
            machine: setting.machine.clone(),
            started,
            finished,
            phases: seen.measures.phases,
            faults: seen.faults,
            deaths: seen.watched.deaths,
            expectations,
            invariants: seen.findings,
            generator: Generator {
                delay: seen.measures.generator_delay,
                bound: plan.generator_delay,
            },
            files: FILES.map(str::to_owned).to_vec(),
        }
    }
}

/// The command that runs the scenario again with the same seed, quoted for a shell.
fn replay(setting: &Setting, seed: u64) -> String {
    let mut words = vec!["harness".to_owned(), "test".to_owned()];
    words.extend(setting.options.iter().map(|word| shell::word(word)));
    words.push(shell::word(&setting.document));
    words.push(format!("--seed {seed}"));
    words.join(" ")
}

/// The JSON Schema of `report.json`.
pub fn json_schema() -> Value {
    SchemaSettings::draft07()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
        .to_value()
}
