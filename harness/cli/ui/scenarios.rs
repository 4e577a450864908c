//! Finds the scenario of an event. Events name only their run.

use std::collections::BTreeMap;

use backend::event::{Event, Kind};
use backend::run_id::RunId;

/// The scenarios of the runs that have started.
#[derive(Debug, Default)]
pub(super) struct Scenarios(BTreeMap<RunId, String>);

impl Scenarios {
    /// The scenario of an event's run; `None` outside of a run.
    pub(super) fn of(&mut self, event: &Event) -> Option<&str> {
        let run = event.run.as_ref()?;
        if let Kind::ScenarioStarted { scenario, .. } = &event.kind {
            self.0.insert(run.clone(), scenario.clone());
        }
        self.0.get(run).map(String::as_str)
    }
}
