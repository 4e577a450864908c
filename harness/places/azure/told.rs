//! Who is told of what Azure is at, and who may stop waiting for it.

use std::time::Duration;

use azure::arm::{self, Arm, Begun, Pending, Progress, Wait};
use backend::event::{Events, Kind};
use model::plan::ResourceId;
use model::quantity;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// How long Azure may take for everything: a database with a standby takes half an hour.
const DEADLINE: Duration = Duration::from_hours(2);

/// Who is told, and who may ask to stop; nobody by default.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    events: Option<Events>,
    /// Cancelled when the user asks to stop.
    pub(super) cancel: CancellationToken,
}

impl Told {
    pub(super) fn new(events: &Events, cancel: &CancellationToken) -> Self {
        Self {
            events: Some(events.clone()),
            cancel: cancel.clone(),
        }
    }

    /// Who hears, if anybody does.
    pub(super) fn events(&self) -> Option<&Events> {
        self.events.as_ref()
    }

    /// Tells what is true at the moment.
    pub(super) fn tell(&self, id: &ResourceId, reason: String) {
        if let Some(events) = &self.events {
            let id = id.clone();
            events.send(Kind::StepWaiting { id, reason });
        }
    }

    /// Tells what stays to be read, where lines move and where they do not.
    pub(super) fn note(&self, id: &ResourceId, what: &str) {
        if let Some(events) = &self.events {
            events.notice(format!("{id}: {what}"));
        }
    }

    /// Waits for what has begun, and tells how far it is.
    pub(super) async fn finish(
        &self,
        arm: &Arm,
        begun: Begun,
        id: &ResourceId,
    ) -> Result<Value, arm::Error> {
        let wait = Wait {
            cancel: &self.cancel,
            deadline: DEADLINE,
            begun: &|_: &Pending| {},
            progress: &|progress: &Progress| self.tell(id, line(progress)),
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

/// In whole seconds, one at least.
pub(super) fn rounded(duration: Duration) -> quantity::Duration {
    quantity::Duration::from_secs(duration.as_secs().max(1))
}
