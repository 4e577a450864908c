//! Hints for errors, as data: text, and commands of the harness.
//!
//! The code that makes a hint knows what solves the problem. Only the command line knows which
//! topology the failed command was about, and it adds the options for that topology with
//! [`Hint::about`]. This module does not parse text and does not know what a verb does.

mod command;
mod verb;

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use self::command::Command;
pub use self::verb::Verb;

/// Tells the user how to solve a problem: a sentence of text and commands.
///
/// ```
/// use base::hint::{Hint, Verb};
///
/// let mut hint = Hint::run(Verb::Heal).words(" again, or ").command(Verb::Down);
/// hint.about(&["--profile".to_owned(), "k3d".to_owned()]);
/// assert_eq!(
///     hint.to_string(),
///     "Run `harness heal --profile k3d` again, or `harness down --profile k3d`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Command(Command),
}

impl Hint {
    /// Starts a hint with text.
    pub fn say(words: impl Into<String>) -> Self {
        Self { parts: Vec::new() }.words(words)
    }

    /// Starts a hint with `Run` and a command.
    pub fn run(command: impl Into<Command>) -> Self {
        Self::say("Run ").command(command)
    }

    /// Appends text.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.parts.push(Part::Words(words.into()));
        self
    }

    /// Appends a command.
    #[must_use]
    pub fn command(mut self, command: impl Into<Command>) -> Self {
        self.parts.push(Part::Command(command.into()));
        self
    }

    /// Appends another hint.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// The commands of the hint, in the order of the sentence.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.parts.iter().filter_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Words(_) => None,
        })
    }

    /// Adds the options that name a topology to every command that takes them and does not have
    /// them yet.
    pub fn about(&mut self, options: &[String]) {
        for command in self.commands_mut() {
            command.about(options);
        }
    }

    /// Replaces the verb `verb` by `other` in every command.
    pub fn replace_verb(&mut self, verb: &Verb, other: &Verb) {
        for command in self.commands_mut() {
            command.replace_verb(verb, other);
        }
    }

    fn commands_mut(&mut self) -> impl Iterator<Item = &mut Command> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Words(_) => None,
        })
    }
}

/// The texts of several hints, separated by `between`.
pub fn join(hints: &[Hint], between: &str) -> String {
    let hints: Vec<String> = hints.iter().map(Hint::to_string).collect();
    hints.join(between)
}

impl From<&str> for Hint {
    fn from(words: &str) -> Self {
        Self::say(words)
    }
}

impl From<String> for Hint {
    fn from(words: String) -> Self {
        Self::say(words)
    }
}

/// A hint that begins with a command.
impl From<Command> for Hint {
    fn from(command: Command) -> Self {
        Self { parts: Vec::new() }.command(command)
    }
}

/// A hint that begins with a command.
impl From<Verb> for Hint {
    fn from(verb: Verb) -> Self {
        Command::from(verb).into()
    }
}

/// The sentence for people. Each command is in backticks and quoted for a shell.
impl fmt::Display for Hint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Words(words) => out.write_str(words)?,
                Part::Command(command) => write!(out, "`{command}`")?,
            }
        }
        Ok(())
    }
}

/// The text, and the arguments of each command that has no placeholder.
impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let commands: Vec<Vec<String>> = self.commands().filter_map(Command::line).collect();
        let mut document = serializer.serialize_struct("Hint", 2)?;
        document.serialize_field("text", &self.to_string())?;
        document.serialize_field("commands", &commands)?;
        document.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn k3d() -> [String; 2] {
        ["--profile", "k3d"].map(str::to_owned)
    }

    #[test]
    fn commands_get_the_options_of_the_failed_command() {
        let mut hint = Hint::run(Verb::LogsOf("web".to_owned()))
            .words("; ")
            .command(Verb::Down)
            .words(" and then ")
            .command(Verb::Up)
            .words(", ")
            .command(Command::named(Verb::Heal, ["--profile", "x"]))
            .words(", `kubectl get pods`");
        let bare = "Run `harness logs web`; `harness down` and then `harness up`, \
                    `harness heal --profile x`, `kubectl get pods`";
        assert_eq!(hint.to_string(), bare);
        let completed = "Run `harness logs web --profile k3d`; `harness down --profile k3d` and then \
                    `harness up --profile k3d`, `harness heal --profile x`, `kubectl get pods`";
        // Commands that have their options keep them.
        for options in [&k3d()[..], &[], &["--local".to_owned()]] {
            hint.about(options);
            assert_eq!(hint.to_string(), completed);
        }
    }

    #[test]
    fn programs_get_the_arguments_of_every_command_without_a_placeholder() {
        let mut hint = Hint::from(Verb::Test("my file.yaml".to_owned()))
            .words(" or ")
            .command(Verb::PlanOut)
            .words(" or ")
            .command(Verb::Help);
        hint.about(&k3d());
        insta::assert_snapshot!(serde_json::to_string_pretty(&hint).expect("JSON"), @r#"
        {
          "text": "`harness test 'my file.yaml' --profile k3d` or `harness plan --profile k3d --out FILE` or `harness --help`",
          "commands": [
            [
              "harness",
              "test",
              "my file.yaml",
              "--profile",
              "k3d"
            ],
            [
              "harness",
              "--help"
            ]
          ]
        }
        "#);
        let words = serde_json::to_string(&Hint::say("make room")).expect("JSON");
        assert_eq!(words, r#"{"text":"make room","commands":[]}"#);
    }

    #[test]
    fn a_verb_is_replaced_and_the_others_stay() {
        let mut hint = Hint::run(Verb::Promote).words(" or ").command(Verb::Status);
        hint.replace_verb(
            &Verb::Promote,
            &Verb::PromoteOverriding("a risk".to_owned()),
        );
        hint.about(&k3d());
        assert_eq!(
            hint.to_string(),
            "Run `harness promote --profile k3d --override-gate 'a risk'` or `harness status \
             --profile k3d`"
        );
    }
}
