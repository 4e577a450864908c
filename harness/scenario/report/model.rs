//! The report of one run, as `report.json` has it.

use archive::FILES;
use backend::Place;
use backend::death::Death;
use base::shell;
use check::Finding;
use jiff::Timestamp;
use load::Percentiles;
use model::quantity::{Duration, Milliseconds};
use model::topology::{Digest, WorkerBuild};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::setting::{Machine, Setting, Versions};
use crate::{
    Assessment, Expectation, FaultRecord, Judgement, PhaseStatistics, RunPlan, VerdictKind,
};

/// What came of one run of one scenario, and what is needed to run it again.
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
    /// The seed of every random choice, in digits.
    #[serde(serialize_with = "model::seed::serialize")]
    #[schemars(with = "String", extend("pattern" = "^[0-9]+$"))]
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

/// The health of the load generator.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Generator {
    /// From the intended to the actual start, over the whole run.
    pub delay: Option<Percentiles>,
    /// How late it may be at the 99th percentile for the run to say anything.
    #[serde(
        rename = "bound-ms",
        serialize_with = "model::quantity::in_milliseconds::serialize"
    )]
    #[schemars(with = "Milliseconds")]
    pub bound: Duration,
}

impl Report {
    /// The report of a run.
    pub fn new(setting: &Setting, plan: &RunPlan, assessment: &Assessment) -> Self {
        let Assessment {
            started,
            finished,
            worker,
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
            worker,
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

/// The command that makes the same choices again, as a shell takes it.
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
