//! The end of a command: the only table of exit codes, and the error that a user sees.

use std::fmt;

use base::causes;
use base::hint::Hint;
use base::log_tail::LogTail;
use scenario::VerdictKind;
use serde::Serialize;

/// The exit of a command. The numbers are part of the interface: `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Success; every verdict is a pass.
    Ok = 0,
    /// An invariant was violated (lost, wrong or unfinished work), or two topologies that should be
    /// the same differ.
    Violated = 1,
    /// A run that proves nothing: no steady state, a fault without effect, a saturated generator.
    Inconclusive = 2,
    /// The command line is wrong.
    Usage = 64,
    /// A profile or scenario is invalid.
    Invalid = 65,
    /// A service or tool is not available or not ready.
    Unavailable = 69,
    /// A defect of the harness.
    Internal = 70,
    /// Data could not be written to standard output.
    OutputLost = 71,
    /// Resources remain that could not be removed; they were listed.
    Leftovers = 73,
    /// A fault could not be undone, so the topology is still broken.
    HealFailed = 74,
    /// Not allowed: a gate, missing credentials, foreign ownership, a missing `--yes`.
    NotAllowed = 77,
    /// A threshold of a scenario was missed, or a profile costs more than its budget.
    ThresholdMissed = 99,
    /// Interrupted, after healing.
    Interrupted = 130,
}

impl Exit {
    /// For `plan` and `drift`: something would change.
    pub const CHANGES: Self = Self::Inconclusive;

    /// The rank for a command with several results: the gravest decides. A proven violation
    /// outranks an error that prevented a check. What leaves the environment dirty outranks both.
    #[must_use]
    pub const fn gravity(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Inconclusive => 1,
            Self::ThresholdMissed => 2,
            Self::Violated => 4,
            Self::Interrupted => 5,
            Self::Leftovers => 6,
            Self::HealFailed => 7,
            // All others are errors.
            _ => 3,
        }
    }

    /// The exit of a command whose output could not be written in full. Replaces the codes whose
    /// only message is in that output; every other code is graver.
    #[must_use]
    pub const fn with_output_lost(self) -> Self {
        match self {
            Self::Ok | Self::Inconclusive => Self::OutputLost,
            graver => graver,
        }
    }

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<VerdictKind> for Exit {
    fn from(verdict: VerdictKind) -> Self {
        match verdict {
            VerdictKind::Pass | VerdictKind::Skipped => Self::Ok,
            VerdictKind::Inconclusive => Self::Inconclusive,
            VerdictKind::ThresholdMissed => Self::ThresholdMissed,
            VerdictKind::Fail => Self::Violated,
            VerdictKind::Interrupted => Self::Interrupted,
            VerdictKind::HealFailed => Self::HealFailed,
        }
    }
}

/// The error of a command, ready to be printed.
#[derive(Debug)]
pub struct CommandError {
    /// Decides the exit code.
    pub exit: Exit,
    /// What failed, with its causes.
    pub source: Box<dyn std::error::Error + Send + Sync>,
    /// The end of the related log, if there is one.
    pub log_tail: Option<LogTail>,
    pub hints: Vec<Hint>,
}

/// An error as `--output json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    error: String,
    causes: Vec<String>,
    log_tail: Option<&'a LogTail>,
    hints: &'a [Hint],
    exit_code: u8,
}

impl CommandError {
    pub fn new(exit: Exit, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            exit,
            source: source.into(),
            log_tail: None,
            hints: Vec::new(),
        }
    }

    /// Completes the commands in the hints with the options that name the topology. The code that
    /// creates a hint does not know them.
    #[must_use]
    pub fn about(mut self, options: &[String]) -> Self {
        for hint in &mut self.hints {
            hint.about(options);
        }
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item = impl Into<Hint>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// The error for programs.
    pub fn document(&self) -> impl Serialize + '_ {
        Document {
            error: self.source.to_string(),
            causes: self.causes(),
            log_tail: self.log_tail.as_ref(),
            hints: &self.hints,
            exit_code: self.exit.code(),
        }
    }

    /// The chain of causes, outermost first.
    pub fn causes(&self) -> Vec<String> {
        let causes = causes::of(self.source.as_ref());
        causes.map(ToString::to_string).collect()
    }
}

impl fmt::Display for CommandError {
    /// The error for people, without colour and without a final newline.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.source)?;
        for cause in self.causes() {
            write!(out, "\n  caused by: {cause}")?;
        }
        if let Some(tail) = &self.log_tail {
            write!(out, "\n  log tail ({}):", tail.path)?;
            for line in &tail.lines {
                write!(out, "\n    {line}")?;
            }
            if tail.lines.is_empty() {
                write!(out, "\n    (nothing written since its start)")?;
            }
        }
        for hint in &self.hints {
            write!(out, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_the_topology_of_the_command() {
        use base::hint::{Command, Verb};
        let hint = Hint::run(Verb::LogsOf("web".to_owned()))
            .words("; ")
            .command(Verb::Down)
            .words(" and then ")
            .command(Verb::Up)
            .words(", ")
            .command(Command::named(Verb::Heal, ["--profile", "x"]))
            .words(", `kubectl get pods`");
        let error = |options: &[&str]| {
            let options: Vec<String> = options.iter().map(ToString::to_string).collect();
            let error = CommandError::new(Exit::Usage, "an error").hint(hint.clone());
            error.about(&options).to_string()
        };
        assert_eq!(
            error(&["--profile", "k3d"]),
            "error: an error\n  hint: Run `harness logs web --profile k3d`; `harness down --profile \
             k3d` and then `harness up --profile k3d`, `harness heal --profile x`, `kubectl get pods`"
        );
        assert_eq!(error(&[]), format!("error: an error\n  hint: {hint}"));
    }

    #[test]
    fn every_verdict_has_its_exit_code() {
        use VerdictKind::{
            Fail, HealFailed, Inconclusive, Interrupted, Pass, Skipped, ThresholdMissed,
        };
        let from_good_to_bad = [
            Pass,
            Skipped,
            Inconclusive,
            ThresholdMissed,
            Fail,
            Interrupted,
            HealFailed,
        ];
        assert_eq!(
            from_good_to_bad.map(|kind| Exit::from(kind).code()),
            [0, 0, 2, 99, 1, 130, 74]
        );
    }
}
