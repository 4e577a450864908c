//! The verbs of the command line that hints recommend.

use std::fmt;

use crate::shell;

/// A verb of the command line with its own arguments. All verbs that hints use are listed here, so
/// that a test of the command line covers every one of them.
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
    /// `logs`
    Logs,
    /// `logs` of a replica or a service
    LogsOf(String),
    /// `open web`
    OpenWeb,
    /// `plan`
    Plan,
    /// `plan --out` with a placeholder for the file
    PlanOut,
    /// `promote`
    Promote,
    /// `promote --override-gate` with this reason
    PromoteOverriding(String),
    /// `rotate password`
    RotatePassword,
    /// `rehearse serve --state` with a placeholder for the folder
    Serve,
    /// `status`
    Status,
    /// `test` with this scenario file
    Test(String),
    /// `up`
    Up,
    /// `up --dry-run`
    UpDryRun,
}

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Literal(String),
    /// The name of something that the user must fill in.
    Placeholder(&'static str),
}

impl Word {
    pub(super) fn literal(text: impl AsRef<str>) -> Self {
        Self::Literal(text.as_ref().to_owned())
    }
}

/// The word, quoted for a shell.
impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => out.write_str(&shell::word(text)),
            Self::Placeholder(name) => out.write_str(name),
        }
    }
}

impl Verb {
    /// Whether it takes the options that name a topology.
    pub(super) fn is_about_a_topology(&self) -> bool {
        !matches!(self, Self::Help | Self::Serve)
    }

    /// The verb with its operands, and the options of the verb.
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
            Self::OpenWeb => of("open", "web"),
            Self::Plan => alone("plan"),
            Self::PlanOut => with(
                "plan",
                vec![Word::literal("--out"), Word::Placeholder("FILE")],
            ),
            Self::Promote => alone("promote"),
            Self::PromoteOverriding(reason) => {
                let options = shell::option("--override-gate", reason).into_iter();
                with("promote", options.map(Word::Literal).collect())
            }
            Self::RotatePassword => of("rotate", "password"),
            Self::Serve => (
                vec![Word::literal("rehearse"), Word::literal("serve")],
                vec![Word::literal("--state"), Word::Placeholder("FOLDER")],
            ),
            Self::Status => alone("status"),
            // The command line would parse a file name that begins with `-` as an option.
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
    fn a_value_of_the_user_is_not_parsed_as_an_option() {
        let line = |verb: Verb| Command::from(verb).to_string();
        let overriding = Verb::PromoteOverriding("-x y".to_owned());
        assert_eq!(line(overriding), "harness promote '--override-gate=-x y'");
        let test = Verb::Test("-x.yaml".to_owned());
        assert_eq!(line(test), "harness test ./-x.yaml");
    }
}
