//! How a command ends: its kind, the one table of exit codes, and the error that a user sees.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::scenario::VerdictKind;

/// How a command ended. The numbers are part of the interface: `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done; every verdict is a pass.
    Ok = 0,
    /// An invariant was violated: lost, wrong or unfinished work.
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
    /// Something remains that should be gone; the list was printed.
    Leftovers = 73,
    /// A fault could not be undone: the environment is dirty.
    HealFailed = 74,
    /// Not allowed: a gate, missing credentials, foreign ownership, a missing `--yes`.
    NotAllowed = 77,
    /// A threshold of a scenario was missed.
    ThresholdMissed = 99,
    /// Interrupted, after healing.
    Interrupted = 130,
}

impl Exit {
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
    /// Commands or keys that help.
    pub hints: Vec<String>,
}

/// The last lines of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogTail {
    /// Where the whole log is.
    pub path: Utf8PathBuf,
    /// Its last lines.
    pub lines: Vec<String>,
}

/// An error as `--output json` has it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    error: String,
    causes: Vec<String>,
    log_tail: Option<&'a LogTail>,
    hints: &'a [String],
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

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
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
        let mut causes = Vec::new();
        let mut next: Option<&(dyn std::error::Error + 'static)> = self.source.source();
        while let Some(error) = next {
            causes.push(error.to_string());
            next = error.source();
        }
        causes
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
        }
        for hint in &self.hints {
            write!(out, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}
