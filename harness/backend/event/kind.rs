//! The kinds of events.

use base::news::News;
use model::phase::Phase;
use model::plan::{Action, ResourceId};
use model::quantity::Milliseconds;
use model::topology::WorkerBuilds;
use model::verdict_kind::Conclusion;
use serde::{Deserialize, Serialize};

use super::Ending;
use crate::death::Death;
use crate::fault::Proof;

/// The version of the event format. It rises when a reader must change. New kinds and new keys do
/// not raise it.
pub const VERSION: u32 = 3;

/// What happened. Offsets are from the start of the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Kind {
    /// A stream begins.
    Stream {
        /// The version of the event format.
        version: u32,
        /// The version of the harness that writes the stream.
        harness: String,
    },
    /// A step of the plan begins.
    StepStarted {
        id: ResourceId,
        action: Action,
        reason: String,
    },
    /// A step was applied: its resource exists or is gone, and may not be ready yet.
    StepApplied {
        id: ResourceId,
        elapsed_ms: Milliseconds,
    },
    /// A step was applied and waits for its resource to become ready.
    StepWaiting {
        id: ResourceId,
        /// What is not ready yet.
        reason: String,
    },
    /// A step is done, and its resource is ready.
    StepFinished {
        id: ResourceId,
        action: Action,
        elapsed_ms: Milliseconds,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// The scenario's name; it applies to all events of the run.
        scenario: String,
        /// The seed of every random choice in the scenario.
        #[serde(with = "model::seed")]
        seed: u64,
        /// The replicas that died between the run before and this one.
        deaths: Vec<Death>,
    },
    /// A phase of a scenario begins.
    PhaseStarted {
        phase: Phase,
        /// When the phase was planned to begin.
        offset_ms: Milliseconds,
        /// How long the phase lasts at most.
        length_ms: Milliseconds,
    },
    /// The load so far. Sent about once a second.
    Load {
        /// When the operations were counted.
        offset_ms: Milliseconds,
        /// Operations begun.
        started: u64,
        /// Operations whose workflow has closed.
        closed: u64,
        /// Operations that were sent and ended without a completed workflow.
        failed: u64,
        /// Arrivals that were dropped because no slot was free.
        dropped: u64,
        /// Arrivals that were due when the load ended and were not sent.
        not_sent: u64,
        /// Executions that were read back from the server.
        read: u64,
    },
    /// The baseline ended, and the steady state was judged.
    SteadyStateJudged {
        /// Whether the baseline was steady.
        met: bool,
        offset_ms: Milliseconds,
    },
    /// A fault was injected.
    FaultInjected {
        fault: String,
        offset_ms: Milliseconds,
        /// What the harness saw the fault do.
        effect: Proof,
    },
    /// A fault could not be injected.
    FaultFailed {
        fault: String,
        /// Why not.
        failure: String,
    },
    /// A fault was undone.
    FaultHealed {
        fault: String,
        offset_ms: Milliseconds,
    },
    /// A replica died, and no fault planned it.
    ReplicaDied {
        /// The replica, the time and the status.
        #[serde(flatten)]
        death: Death,
    },
    /// Executions are read back.
    Checking {
        /// How many executions are read.
        executions: u64,
    },
    /// All evidence for the verdict is recorded.
    EvidenceComplete {
        ending: Ending,
        /// How many events of the run were recorded before this one. `None` in folders of earlier
        /// versions.
        #[serde(default)]
        events: Option<u64>,
        /// How many iterations were recorded.
        iterations: u64,
        /// How many executions were recorded.
        executions: u64,
        /// The longest time that the harness itself was stopped.
        longest_stop_ms: Milliseconds,
        /// Why a fault could not be undone, if so.
        heal_failure: Option<String>,
        /// Why the harness does not know whether all replicas lived to the end, if so.
        unseen: Option<String>,
        /// The builds of the workers, where they are known.
        #[serde(default)]
        workers: WorkerBuilds,
    },
    /// Evidence could not be written, so the run was ended.
    EvidenceLost {
        /// Why not.
        failure: String,
    },
    /// A scenario ended, or was not run.
    ScenarioFinished {
        scenario: String,
        verdict: Conclusion,
        /// Why, in one line.
        reason: String,
    },
    /// News of long work.
    #[serde(untagged)]
    News(News),
}

impl Kind {
    /// The first event of a stream that this program writes.
    pub fn stream() -> Self {
        Self::Stream {
            version: VERSION,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
