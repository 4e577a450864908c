//! The result of each scenario, and its effect on the exit of the command.

use base::causes::in_one_line;
use model::verdict_kind::{Conclusion, VerdictKind};
use scenario::Verdict;
use serde::Serialize;
use serde_json::Value;

use crate::error::{CommandError, Exit};

/// The result of one scenario, as the final table and `--output json` show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::verb) struct Row {
    pub(super) scenario: String,
    pub(super) verdict: Conclusion,
    pub(super) reason: String,
    #[serde(serialize_with = "model::seed::serialize")]
    pub(super) seed: u64,
    /// The path of its report, if it could be written.
    pub(super) report: Option<String>,
    /// Why the verdict or the report is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    #[serde(skip)]
    exit: Exit,
}

impl Row {
    /// A scenario that was judged or skipped.
    pub(super) fn judged(scenario: &str, seed: u64, verdict: Verdict) -> Self {
        let Verdict { kind, reason, .. } = verdict;
        Self {
            scenario: scenario.to_owned(),
            verdict: Conclusion::Verdict(kind),
            reason,
            seed,
            report: None,
            error: None,
            exit: kind.into(),
        }
    }

    /// Adds the path of the report, or the error of writing it.
    pub(super) fn with_report(mut self, report: Result<String, &CommandError>) -> Self {
        match report {
            Ok(report) => self.report = Some(report),
            Err(error) => self.add(error),
        }
        self
    }

    /// A scenario that could not be run to its end. An interruption is a verdict.
    pub(super) fn failed(scenario: &str, seed: u64, error: &CommandError) -> Self {
        let kind = match error.exit {
            Exit::Interrupted => Conclusion::Verdict(VerdictKind::Interrupted),
            _ => Conclusion::Error,
        };
        let mut row = Self {
            scenario: scenario.to_owned(),
            verdict: kind,
            reason: in_one_line(error.source.as_ref()),
            seed,
            report: None,
            error: None,
            exit: Exit::Ok,
        };
        row.add(error);
        row
    }

    /// A scenario that was not started.
    pub(super) fn not_run(scenario: &str, seed: u64, why: &str) -> Self {
        Self {
            scenario: scenario.to_owned(),
            verdict: Conclusion::NotRun,
            reason: why.to_owned(),
            seed,
            report: None,
            error: None,
            exit: Exit::Ok,
        }
    }

    pub(super) fn is_judged(&self) -> bool {
        matches!(self.verdict, Conclusion::Verdict(_))
    }

    fn add(&mut self, error: &CommandError) {
        let document = serde_json::to_value(error.document());
        self.error = Some(document.expect("a plain struct becomes JSON"));
        self.exit = graver(self.exit, error.exit);
    }

    /// The exit of a command that ran only this scenario.
    pub(in crate::verb) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether the scenario passed without an error.
    pub(super) fn is_pass(&self) -> bool {
        self.verdict == Conclusion::Verdict(VerdictKind::Pass) && self.error.is_none()
    }
}

/// The graver of two exits.
pub(super) fn graver(one: Exit, other: Exit) -> Exit {
    if other.gravity() > one.gravity() {
        other
    } else {
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_of_verdicts_and_errors_decides() {
        let order = [
            Exit::Ok,
            Exit::Inconclusive,
            Exit::ThresholdMissed,
            Exit::Unavailable,
            Exit::Violated,
            Exit::Interrupted,
            Exit::Leftovers,
            Exit::HealFailed,
        ];
        for pair in order.windows(2) {
            assert_eq!(graver(pair[0], pair[1]), pair[1]);
            assert_eq!(graver(pair[1], pair[0]), pair[1]);
        }
    }

    #[test]
    fn a_verdict_stays_where_its_report_could_not_be_written() {
        let verdict = |kind| Verdict {
            kind,
            reason: "of some reason".to_owned(),
            reasons: vec!["of some reason".to_owned()],
        };
        let error = CommandError::new(Exit::Unavailable, "could not write report.json");
        let row = |kind| Row::judged("one", 1, verdict(kind)).with_report(Err(&error));
        let pass = row(VerdictKind::Pass);
        assert_eq!(pass.verdict, Conclusion::Verdict(VerdictKind::Pass));
        assert_eq!(pass.exit(), Exit::Unavailable);
        assert!(!pass.is_pass());
        assert_eq!(row(VerdictKind::Fail).exit(), Exit::Violated);
    }
}
