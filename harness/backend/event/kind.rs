//! What can happen.

use base::news::News;
use model::phase::Phase;
use model::plan::{Action, ResourceId};
use model::quantity::Milliseconds;
use model::topology::WorkerBuild;
use model::verdict::Conclusion;
use serde::{Deserialize, Serialize};

use super::Ending;
use crate::death::Death;
use crate::fault::Proof;

/// The version of the form of events. A reader has to know a change of it; new kinds and new keys
/// are none.
pub const VERSION: u32 = 3;

/// What happened. Offsets count from the start of the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Kind {
    /// A stream begins.
    Stream {
        /// The version of its form.
        version: u32,
        /// The version of the harness that writes it.
        harness: String,
    },
    /// A step of the plan begins.
    StepStarted {
        /// The resource.
        id: ResourceId,
        /// What happens to it.
        action: Action,
        /// Why.
        reason: String,
    },
    /// A step was applied: what it is about exists, or is gone, and may have yet to be ready.
    StepApplied {
        /// The resource.
        id: ResourceId,
        /// How long it took.
        elapsed_ms: Milliseconds,
    },
    /// A step was applied and now waits for its resource to be ready.
    StepWaiting {
        /// The resource.
        id: ResourceId,
        /// What is not yet so.
        reason: String,
    },
    /// A step is done, readiness included.
    StepFinished {
        /// The resource.
        id: ResourceId,
        /// What happened to it.
        action: Action,
        /// How long it took.
        elapsed_ms: Milliseconds,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Its name, for all events of the run.
        scenario: String,
        /// The seed of every random choice in it.
        #[serde(with = "model::seed")]
        seed: u64,
        /// Who died between the run before and this one.
        deaths: Vec<Death>,
    },
    /// A phase of a scenario begins.
    PhaseStarted {
        /// The phase.
        phase: Phase,
        /// When it was to begin.
        offset_ms: Milliseconds,
        /// How long it lasts at the most.
        length_ms: Milliseconds,
    },
    /// The load so far; about once a second.
    Load {
        /// When these were counted.
        offset_ms: Milliseconds,
        /// Operations begun.
        started: u64,
        /// Operations whose workflow has closed.
        closed: u64,
        /// Operations sent that are over without a completed workflow.
        failed: u64,
        /// Arrivals that were dropped for want of a free slot.
        dropped: u64,
        /// Arrivals that the generator came to after the end of the load, and did not send.
        not_sent: u64,
        /// Executions that have been read back from the server.
        read: u64,
    },
    /// The baseline is over, and it is known whether it was steady.
    SteadyStateJudged {
        /// Whether it was.
        met: bool,
        /// When it was judged.
        offset_ms: Milliseconds,
    },
    /// A fault was injected.
    FaultInjected {
        /// The fault's id.
        fault: String,
        /// When it was injected.
        offset_ms: Milliseconds,
        /// What it was seen to do.
        effect: Proof,
    },
    /// A fault could not be injected.
    FaultFailed {
        /// The fault's id.
        fault: String,
        /// Why not.
        failure: String,
    },
    /// A fault was undone.
    FaultHealed {
        /// The fault's id.
        fault: String,
        /// When it was undone.
        offset_ms: Milliseconds,
    },
    /// A replica died although no fault had planned it.
    ReplicaDied {
        /// Who, when and how.
        #[serde(flatten)]
        death: Death,
    },
    /// Evidence is being read back.
    Checking {
        /// How many executions are read.
        executions: u64,
    },
    /// Everything is known that a verdict rests on.
    EvidenceComplete {
        /// How the run came to its end.
        ending: Ending,
        /// How many iterations were recorded.
        iterations: u64,
        /// How many executions were written down.
        executions: u64,
        /// The longest time for which the harness itself could not run.
        longest_stop_ms: Milliseconds,
        /// Why the environment is not what it was, if it is not.
        heal_failure: Option<String>,
        /// Why it is not known of all replicas whether they lived to the end, if it is not.
        unseen: Option<String>,
        /// The build of the worker, where it is known.
        worker: Option<WorkerBuild>,
    },
    /// Evidence could not be written any more, and the run was ended for it.
    EvidenceLost {
        /// Why not.
        failure: String,
    },
    /// A scenario is over, or is not run at all.
    ScenarioFinished {
        /// Its name.
        scenario: String,
        /// What it came to.
        verdict: Conclusion,
        /// Why, in one line.
        reason: String,
    },
    /// What long work tells of itself.
    #[serde(untagged)]
    News(News),
}

impl Kind {
    /// The beginning of a stream that this program writes.
    pub fn stream() -> Self {
        Self::Stream {
            version: VERSION,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
