//! What helps against an error, as data: words for people, and commands of the harness.
//!
//! Whoever makes a hint knows what helps. Which topology the failed command was about, the command
//! line alone knows, and completes the commands by it: [`Hint::about`]. Nothing here reads text, and
//! nothing knows what a verb does.

mod command;
mod verb;

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use self::command::Command;
pub use self::verb::Verb;

/// A way out of an error: a sentence of words and of commands.
///
/// ```
/// use base::hint::{Hint, Verb};
///
/// let mut hint = Hint::run(Verb::Heal).words(" again, or ").command(Verb::Down);
/// hint.about(&["--profile".to_owned(), "k3d".to_owned()]);
/// assert_eq!(
///     hint.to_string(),
///     "run `harness heal --profile k3d` again, or `harness down --profile k3d`"
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
    /// Words that name no command of the harness to run.
    pub fn say(words: impl Into<String>) -> Self {
        Self { parts: Vec::new() }.words(words)
    }

    /// To run a command.
    pub fn run(command: impl Into<Command>) -> Self {
        Self::say("run ").command(command)
    }

    /// Goes on with words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.parts.push(Part::Words(words.into()));
        self
    }

    /// Goes on with a command.
    #[must_use]
    pub fn command(mut self, command: impl Into<Command>) -> Self {
        self.parts.push(Part::Command(command.into()));
        self
    }

    /// Goes on with another hint.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Its commands, in the order in which they are told.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.parts.iter().filter_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Words(_) => None,
        })
    }

    /// Has its commands be about the topology that these options name, but for those that name
    /// theirs already or have none.
    pub fn about(&mut self, options: &[String]) {
        for command in self.commands_mut() {
            command.about(options);
        }
    }

    /// Has each of its commands with one verb have another.
    pub fn exchange(&mut self, verb: &Verb, other: &Verb) {
        for command in self.commands_mut() {
            command.exchange(verb, other);
        }
    }

    fn commands_mut(&mut self) -> impl Iterator<Item = &mut Command> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Words(_) => None,
        })
    }
}

/// Hints as one text.
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

/// The sentence as people read it, each command in backticks and as a shell takes it.
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

/// The sentence, and the words of each command in it that can be run as it stands.
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
    fn commands_are_about_what_the_failed_command_was_about() {
        let mut hint = Hint::run(Verb::LogsOf("web".to_owned()))
            .words("; ")
            .command(Verb::Down)
            .words(" and then ")
            .command(Verb::Up)
            .words(", ")
            .command(Command::named(Verb::Heal, ["--profile", "x"]))
            .words(", `kubectl get pods`");
        let bare = "run `harness logs web`; `harness down` and then `harness up`, \
                    `harness heal --profile x`, `kubectl get pods`";
        assert_eq!(hint.to_string(), bare);
        let told = "run `harness logs web --profile k3d`; `harness down --profile k3d` and then \
                    `harness up --profile k3d`, `harness heal --profile x`, `kubectl get pods`";
        // What is about something already is not about anything else later.
        for options in [&k3d()[..], &[], &["--local".to_owned()]] {
            hint.about(options);
            assert_eq!(hint.to_string(), told);
        }
    }

    #[test]
    fn programs_get_the_words_of_every_command_that_can_be_run_as_it_stands() {
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
    fn a_verb_is_exchanged_and_the_others_stay() {
        let mut hint = Hint::run(Verb::Promote).words(" or ").command(Verb::Status);
        hint.exchange(
            &Verb::Promote,
            &Verb::PromoteOverriding("a risk".to_owned()),
        );
        hint.about(&k3d());
        assert_eq!(
            hint.to_string(),
            "run `harness promote --profile k3d --override-gate 'a risk'` or `harness status \
             --profile k3d`"
        );
    }
}
