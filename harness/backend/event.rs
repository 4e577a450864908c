//! Everything that happens, as data: one stream that the terminal and `--events` consume.

use base::news::{Listener, News};
use model::plan::{Action, ResourceId};
use model::quantity::Duration;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::death::Death;
use crate::fault::Proof;

/// A fact about a run of the engine or of a scenario.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
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
        elapsed: Duration,
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
        elapsed: Duration,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Its name.
        scenario: String,
        /// The seed of every random choice in it.
        seed: u64,
    },
    /// A phase of a scenario begins.
    PhaseStarted {
        /// The scenario.
        scenario: String,
        /// The phase.
        phase: String,
        /// How long it lasts at the most.
        duration: Duration,
    },
    /// The load so far; about once a second.
    Load {
        /// The scenario.
        scenario: String,
        /// Operations begun.
        started: u64,
        /// Operations whose workflow has closed.
        closed: u64,
        /// Operations sent that are over without a completed workflow.
        failed: u64,
        /// Arrivals that were dropped for want of a free slot.
        dropped: u64,
        /// Arrivals that the generator came to after the end of the load, and did not send.
        #[serde(rename = "not-sent")]
        not_sent: u64,
    },
    /// A fault was injected.
    FaultInjected {
        /// The scenario.
        scenario: String,
        /// The fault's id.
        fault: String,
        /// What it was seen to do.
        effect: Proof,
    },
    /// A fault was undone.
    FaultHealed {
        /// The scenario.
        scenario: String,
        /// The fault's id.
        fault: String,
    },
    /// A replica died although no fault had planned it.
    ReplicaDied {
        /// The scenario; absent between scenarios and where none is run.
        scenario: Option<String>,
        /// Who, when and how.
        #[serde(flatten)]
        death: Death,
    },
    /// Evidence is being read back.
    Checking {
        /// The scenario.
        scenario: String,
        /// How many executions are read.
        executions: u64,
    },
    /// A scenario is over.
    ScenarioFinished {
        /// Its name.
        scenario: String,
        /// Its verdict: `pass`, `skipped`, `inconclusive`, `threshold-missed`, `fail`,
        /// `interrupted`, `heal-failed`.
        verdict: String,
        /// The verdict in one line.
        reason: String,
    },
    /// What long work tells of itself.
    #[serde(untagged)]
    News(News),
}

/// The writing end of the stream. Sending never blocks and never fails: where nobody listens,
/// events are lost.
#[derive(Debug, Clone)]
pub struct Events {
    sender: UnboundedSender<Event>,
    listener: Listener,
}

impl Events {
    /// A stream with both ends.
    pub fn channel() -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let listener = {
            let sender = sender.clone();
            Listener::new(move |news| send(&sender, Event::News(news)))
        };
        (Self { sender, listener }, receiver)
    }

    /// Sends one event.
    pub fn send(&self, event: Event) {
        send(&self.sender, event);
    }

    /// Sends a notice.
    pub fn notice(&self, message: impl Into<String>) {
        self.listener.notice(message);
    }

    /// Who is told of long work: its news become events of this stream.
    pub fn listener(&self) -> &Listener {
        &self.listener
    }
}

fn send(sender: &UnboundedSender<Event>, event: Event) {
    tracing::debug!(?event);
    let _ = sender.send(event);
}
