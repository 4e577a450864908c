//! What the harness is told to do by the commands of hints, as its command line has it.

use std::fmt;

use crate::shell;

/// A verb of the command line with what is its own there. Each that a hint tells is here, so that a
/// test of the command line sees all that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// `destroy`
    Destroy,
    /// `doctor`
    Doctor,
    /// `down`
    Down,
    /// `heal`
    Heal,
    /// `--help`
    Help,
    /// `logs`, all of them
    Logs,
    /// `logs` of a replica or a service
    LogsOf(String),
    /// `plan`
    Plan,
    /// `plan` into a file that is to be chosen
    PlanOut,
    /// `promote`
    Promote,
    /// `promote` although the gate is closed, for a reason
    PromoteOverriding(String),
    /// `rehearse serve` in a folder that is to be chosen
    Serve,
    /// `status`
    Status,
    /// `test` of a scenario by file
    Test(String),
    /// `up`
    Up,
    /// `up` that only says what it would do
    UpDryRun,
}

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Literal(String),
    /// What is to be filled in, by name.
    Blank(&'static str),
}

impl Word {
    pub(super) fn literal(text: impl AsRef<str>) -> Self {
        Self::Literal(text.as_ref().to_owned())
    }
}

/// The word as a shell takes it.
impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => out.write_str(&shell::word(text)),
            Self::Blank(name) => out.write_str(name),
        }
    }
}

impl Verb {
    /// Whether it takes the options that name a topology.
    pub(super) fn is_about_a_topology(&self) -> bool {
        !matches!(self, Self::Help | Self::Serve)
    }

    /// The verb with its operands, and the options that are its own.
    pub(super) fn words(&self) -> (Vec<Word>, Vec<Word>) {
        let alone = |verb: &str| (vec![Word::literal(verb)], Vec::new());
        let with = |verb: &str, options: Vec<Word>| (vec![Word::literal(verb)], options);
        let of = |verb: &str, operand: &str| {
            let operand = Word::Literal(operand.to_owned());
            (vec![Word::literal(verb), operand], Vec::new())
        };
        match self {
            Self::Destroy => alone("destroy"),
            Self::Doctor => alone("doctor"),
            Self::Down => alone("down"),
            Self::Heal => alone("heal"),
            Self::Help => alone("--help"),
            Self::Logs => alone("logs"),
            Self::LogsOf(name) => of("logs", name),
            Self::Plan => alone("plan"),
            Self::PlanOut => with("plan", vec![Word::literal("--out"), Word::Blank("FILE")]),
            Self::Promote => alone("promote"),
            Self::PromoteOverriding(reason) => {
                let options = shell::option("--override-gate", reason).into_iter();
                with("promote", options.map(Word::Literal).collect())
            }
            Self::Serve => (
                vec![Word::literal("rehearse"), Word::literal("serve")],
                vec![Word::literal("--state"), Word::Blank("FOLDER")],
            ),
            Self::Status => alone("status"),
            // A file whose name begins with `-` would be taken for an option.
            Self::Test(file) if file.starts_with('-') => of("test", &format!("./{file}")),
            Self::Test(file) => of("test", file),
            Self::Up => alone("up"),
            Self::UpDryRun => with("up", vec![Word::literal("--dry-run")]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::*;

    #[test]
    fn what_a_user_chose_is_not_taken_for_an_option() {
        let told = |verb: Verb| Command::from(verb).to_string();
        let overriding = Verb::PromoteOverriding("-x y".to_owned());
        assert_eq!(told(overriding), "harness promote '--override-gate=-x y'");
        let test = Verb::Test("-x.yaml".to_owned());
        assert_eq!(told(test), "harness test ./-x.yaml");
    }
}
