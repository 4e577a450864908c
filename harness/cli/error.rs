//! How a command ends: its kind, the one table of exit codes, and the error that a user sees.

use std::fmt;

use base::causes;
use base::hint::Hint;
use base::log_tail::LogTail;
use scenario::VerdictKind;
use serde::Serialize;

/// How a command ended. The numbers are part of the interface: `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done; every verdict is a pass.
    Ok = 0,
    /// An invariant was violated: lost, wrong or unfinished work; or two topologies that should be
    /// the same are not.
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
    /// Something remains that should be gone; the list was printed.
    Leftovers = 73,
    /// A fault could not be undone: the environment is dirty.
    HealFailed = 74,
    /// Not allowed: a gate, missing credentials, foreign ownership, a missing `--yes`.
    NotAllowed = 77,
    /// A threshold of a scenario was missed, or a place costs more than its budget.
    ThresholdMissed = 99,
    /// Interrupted, after healing.
    Interrupted = 130,
}

impl Exit {
    /// Of `plan`: something would change. Nothing is proven by that either.
    pub const CHANGES: Self = Self::Inconclusive;

    /// How grave it is, for a command that ends in more than one way: the gravest decides. What was
    /// proven against the topology goes before what kept the harness from looking; what is left in
    /// disorder goes before all.
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
            // Every other is an error: something was not done.
            _ => 3,
        }
    }

    /// How a command ends whose data could not all be written. What says no more than that there is
    /// something to read gives way, as it cannot be read; every other code says something graver.
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

/// What a command could not do, ready to be shown.
#[derive(Debug)]
pub struct CommandError {
    /// Decides the exit code.
    pub exit: Exit,
    /// What failed, with its causes.
    pub source: Box<dyn std::error::Error + Send + Sync>,
    /// The end of the log that belongs to it, where there is one.
    pub log_tail: Option<LogTail>,
    /// What helps.
    pub hints: Vec<Hint>,
}

/// An error as `--output json` has it.
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
    /// An error that ends a command.
    pub fn new(exit: Exit, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            exit,
            source: source.into(),
            log_tail: None,
            hints: Vec::new(),
        }
    }

    /// Has the commands in the hints be about the topology that these options name: who wrote them
    /// does not know it.
    #[must_use]
    pub fn about(mut self, options: &[String]) -> Self {
        for hint in &mut self.hints {
            hint.about(options);
        }
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds several.
    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item = impl Into<Hint>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// The whole error as programs see it.
    pub fn document(&self) -> impl Serialize + '_ {
        Document {
            error: self.source.to_string(),
            causes: self.causes(),
            log_tail: self.log_tail.as_ref(),
            hints: &self.hints,
            exit_code: self.exit.code(),
        }
    }

    /// The chain of causes, outermost first, each in its own words.
    pub fn causes(&self) -> Vec<String> {
        let causes = causes::of(self.source.as_ref());
        causes.map(ToString::to_string).collect()
    }
}

impl fmt::Display for CommandError {
    /// The whole error as a user sees it, without colour and without a final newline.
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
                write!(out, "\n    nothing was written since it was started")?;
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
    fn hints_are_about_what_the_command_was_about() {
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
            "error: an error\n  hint: run `harness logs web --profile k3d`; `harness down --profile \
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
