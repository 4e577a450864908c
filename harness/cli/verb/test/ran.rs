//! The results of all scenarios of a command.

use base::hint::{Hint, Verb};
use model::verdict_kind::{Conclusion, VerdictKind};

use super::row::Row;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::session::Target;
use crate::verb::way::Way;

/// The results of all scenarios.
pub(super) struct Ran {
    /// One row for each scenario.
    pub(super) rows: Vec<Row>,
    /// The errors that prevented verdicts or reports.
    pub(super) errors: Vec<CommandError>,
}

impl Ran {
    /// Says how to undo the faults of a topology that stays up. An error has hints of its own.
    pub(super) fn tell_unhealed(&self, target: &Target, way: Way, ui: &mut Ui) {
        let unhealed = Conclusion::Verdict(VerdictKind::HealFailed);
        if self.rows.iter().any(|row| row.verdict == unhealed) {
            let hint = Hint::say("! a fault is still open: run ")
                .command(Verb::Heal)
                .words(" to undo it, or ")
                .command(way.down())
                .words(format!(" to {}", way.end()));
            ui.say(target.complete(hint));
        }
    }

    /// The row of a single scenario. A verdict stands even if a later step failed; the row holds
    /// that error. Without a verdict, returns the gravest error.
    pub(super) fn only(mut self) -> Result<Row, CommandError> {
        let row = self.rows.remove(0);
        // Of several equally grave errors, the first.
        let errors = self.errors.into_iter().rev();
        match errors.max_by_key(|error| error.exit.gravity()) {
            Some(error) if !row.is_judged() || error.exit == Exit::Interrupted => Err(error),
            _ => Ok(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use scenario::Verdict;

    use super::*;
    use crate::ui::Display;

    #[test]
    fn a_verdict_stands_although_its_report_could_not_be_written() {
        let error = |exit| CommandError::new(exit, "could not write report.json");
        let verdict = Verdict {
            kind: VerdictKind::Fail,
            reason: "a workflow is lost".to_owned(),
            reasons: Vec::new(),
        };
        let unwritten = error(Exit::Unavailable);
        let row = Row::judged("one", 1, verdict).with_report(Err(&unwritten));
        let judged = Ran {
            rows: vec![row],
            errors: vec![unwritten],
        };
        assert_eq!(
            judged.only().expect("it has a verdict").exit(),
            Exit::Violated
        );

        let failed = Ran {
            rows: vec![Row::failed("one", 1, &error(Exit::HealFailed))],
            errors: vec![error(Exit::HealFailed), error(Exit::Unavailable)],
        };
        let gravest = failed.only().expect_err("nothing has a verdict");
        assert_eq!(gravest.exit, Exit::HealFailed);
    }

    /// A stream that records what is written.
    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_fault_that_stays_open_is_told_with_commands_that_name_the_topology() {
        let told = |kind| {
            let verdict = Verdict {
                kind,
                reason: "could not heal fault `crash`".to_owned(),
                reasons: Vec::new(),
            };
            let ran = Ran {
                rows: vec![Row::judged("crash", 1, verdict)],
                errors: Vec::new(),
            };
            let stderr = Captured::default();
            let streams = (Box::new(io::sink()), Box::new(stderr.clone()));
            let mut ui = Ui::new(streams.0, streams.1, Display::Lines);
            ran.tell_unhealed(&Target::named("k3d", &[]), Way::Up, &mut ui);
            let written = stderr.0.lock().expect("no test panics").clone();
            String::from_utf8(written).expect("UTF-8")
        };
        assert_eq!(told(VerdictKind::Pass), "");
        insta::assert_snapshot!(told(VerdictKind::HealFailed), @"! a fault is still open: run `harness heal --profile k3d` to undo it, or `harness down --profile k3d` to stop everything");
    }
}
