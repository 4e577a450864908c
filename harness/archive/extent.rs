//! How far a run got, from its events.

use std::fmt;
use std::time::Duration;

use backend::event::{Event, Kind};
use jiff::Timestamp;
use model::phase::Phase;
use model::quantity::Milliseconds;
use serde::Serialize;

/// How far a run got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Extent {
    /// When it started; `None` if it did not.
    pub started: Option<Timestamp>,
    /// From its start to its last record. Records are flushed at least once a second.
    pub length_ms: Milliseconds,
    /// The last phase that started.
    pub phase: Option<Phase>,
    /// Whether the load was over and histories were being read back.
    pub reading_back: bool,
}

impl Extent {
    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        match event.kind {
            Kind::ScenarioStarted { .. } => self.started = Some(event.at),
            Kind::PhaseStarted { phase, .. } => self.phase = Some(phase),
            Kind::Checking { .. } => self.reading_back = true,
            _ => {}
        }
        let length = self.started.map(|started| event.at.duration_since(started));
        // If the clock was set back meanwhile, the time of the event is of no use.
        if let Some(Ok(length)) = length.map(Duration::try_from) {
            self.length_ms = length.into();
        }
    }

    /// Records that the run got at least to this offset from the start of the load.
    pub fn reach(&mut self, offset: Duration) {
        self.length_ms = self.length_ms.max(offset.into());
    }
}

impl fmt::Display for Extent {
    /// Such as `12.0s after its start, in phase chaos`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.started.is_none() {
            return out.write_str("before it began");
        }
        write!(out, "{} after its start", self.length_ms)?;
        match self.phase {
            _ if self.reading_back => out.write_str(", while histories were read back"),
            Some(phase) => write!(out, ", in phase {phase}"),
            None => out.write_str(", before its first phase"),
        }
    }
}
