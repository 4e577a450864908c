//! Reports what Azure does, and lets the user stop the wait.

use std::time::Duration;

use azure::arm::{self, Arm, Pending, Progress, Started, Wait};
use backend::event::{Events, Kind};
use base::news::Listener;
use model::plan::ResourceId;
use model::quantity;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// How long Azure may take for one operation. A database with a standby takes half an hour.
const DEADLINE: Duration = Duration::from_hours(2);

/// Where progress is reported, and what stops a wait. Without events, nothing is reported.
#[derive(Debug, Clone, Default)]
pub(super) struct Reporter {
    events: Option<Events>,
    pub(super) cancel: CancellationToken,
}

impl Reporter {
    pub(super) fn new(events: &Events, cancel: &CancellationToken) -> Self {
        Self {
            events: Some(events.clone()),
            cancel: cancel.clone(),
        }
    }

    /// The listener of long work. Without events, it ignores all messages.
    pub(super) fn listener(&self) -> Listener {
        let events = self.events.as_ref();
        events.map_or_else(Listener::silent, |events| events.listener().clone())
    }

    /// Reports the current state, which a later one replaces.
    pub(super) fn report(&self, id: &ResourceId, reason: String) {
        if let Some(events) = &self.events {
            let id = id.clone();
            events.send(Kind::StepWaiting { id, reason });
        }
    }

    /// Reports a notice, which stays visible.
    pub(super) fn notice(&self, id: &ResourceId, what: &str) {
        if let Some(events) = &self.events {
            events.notice(format!("{id}: {what}"));
        }
    }

    /// Waits for an operation, and reports its progress.
    pub(super) async fn finish(
        &self,
        arm: &Arm,
        begun: Started,
        id: &ResourceId,
    ) -> Result<Value, arm::Error> {
        let wait = Wait {
            cancel: &self.cancel,
            deadline: DEADLINE,
            on_pending: &|_: &Pending| {},
            progress: &|progress: &Progress| self.report(id, line(progress)),
        };
        arm.finish(begun, &wait).await
    }
}

fn line(
    Progress {
        state,
        elapsed,
        percent,
    }: &Progress,
) -> String {
    let percent = percent
        .map(|percent| format!(", {percent:.0} %"))
        .unwrap_or_default();
    format!(
        "{} for {}{percent}",
        state.to_lowercase(),
        rounded(*elapsed)
    )
}

/// In whole seconds, at least one.
pub(super) fn rounded(duration: Duration) -> quantity::Duration {
    quantity::Duration::from_secs(duration.as_secs().max(1))
}
