//! What is recorded of a run without a verdict: it is under way, or it was cut off.

use archive::{Archive, Error, Extent};
use backend::run_id::RunId;
use serde::Serialize;

use super::plan::RunPlan;
use super::record::FaultRecord;
use super::story::Story;

/// What is recorded of a run without a verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fragment {
    /// The format of this document: `harness/v2`.
    #[serde(rename = "apiVersion")]
    pub api_version: &'static str,
    /// What this document is: `Fragment`.
    pub kind: &'static str,
    /// The scenario's name.
    pub scenario: String,
    /// The run's name.
    pub run: RunId,
    /// Whether the run is under way. Otherwise it was cut off.
    pub under_way: bool,
    /// How far the run came.
    #[serde(flatten)]
    pub extent: Extent,
    /// Why evidence could not be written, if that ended the run.
    pub failure: Option<String>,
    /// How many iterations are recorded.
    pub iterations: u64,
    /// How many workflows were read back.
    pub executions: u64,
    /// The state of each fault as far as it is recorded.
    pub faults: Vec<FaultRecord>,
}

impl Fragment {
    pub fn of(archive: &Archive) -> Result<Self, Error> {
        let plan: RunPlan = archive.plan()?;
        let (mut story, mut extent) = (Story::new(&plan), Extent::default());
        for event in archive.events()? {
            let event = event?;
            extent.add(&event);
            story.add(event);
        }
        let mut iterations = 0;
        for iteration in archive.iterations()? {
            extent.reach(iteration?.ended());
            iterations += 1;
        }
        Ok(Self {
            api_version: "harness/v2",
            kind: "Fragment",
            scenario: plan.scenario,
            run: plan.run,
            under_way: archive.is_under_way()?,
            extent,
            failure: story.failure,
            iterations,
            executions: executions(archive)?,
            faults: story.faults,
        })
    }

    /// A few lines for people.
    pub fn summary(&self) -> String {
        let Self {
            scenario,
            under_way,
            extent,
            failure,
            iterations,
            executions,
            ..
        } = self;
        let (word, how) = if *under_way {
            ("under way", "it is still running; its last record is from")
        } else {
            ("cut off", "the run was cut off")
        };
        let mut lines = vec![
            format!("{scenario}: {word}"),
            format!("{how} {extent}"),
            format!("recorded: {iterations} iterations, {executions} executions"),
        ];
        lines.extend(failure.clone());
        let open = self.faults.iter();
        let open = open.filter(|it| it.injected.is_some() && it.healed.is_none());
        lines.extend(open.map(|fault| format!("fault `{}` was not healed by then", fault.id)));
        lines.join("\n  ")
    }
}

fn executions(archive: &Archive) -> Result<u64, Error> {
    let mut records = archive.executions()?;
    records.try_fold(0, |count, record| record.map(|_| count + 1))
}
