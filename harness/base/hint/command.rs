//! A command of the harness that a hint tells to run.

use std::fmt;

use super::verb::{Verb, Word};

/// What a command is called by.
const PROGRAM: &str = "harness";

/// A command of the harness: a verb with what is its own, and the topology that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    verb: Verb,
    subject: Subject,
}

/// Which topology a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// The one that the failed command was about, which the command line names.
    Asked,
    /// The one that these options name; the usual one, or none, where there are none.
    Named(Vec<String>),
    /// One that whoever runs the command has to name.
    Chosen,
}

impl Command {
    /// A command about the topology that these options name, whatever the failed one was about.
    pub fn named(verb: Verb, options: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let options = options.into_iter().map(Into::into).collect();
        let subject = Subject::Named(options);
        Self { verb, subject }
    }

    /// A command about a topology that whoever runs it has to name.
    pub fn chosen(verb: Verb) -> Self {
        let subject = Subject::Chosen;
        Self { verb, subject }
    }

    /// The words of its line, to be run as they are; none where something is to be filled in.
    pub fn line(&self) -> Option<Vec<String>> {
        let words = self.words().into_iter().map(|word| match word {
            Word::Literal(text) => Some(text),
            Word::Blank(_) => None,
        });
        words.collect()
    }

    pub(super) fn about(&mut self, options: &[String]) {
        if self.subject == Subject::Asked {
            self.subject = Subject::Named(options.to_vec());
        }
    }

    pub(super) fn exchange(&mut self, verb: &Verb, other: &Verb) {
        if self.verb == *verb {
            self.verb = other.clone();
        }
    }

    /// The options of a verb stand behind those that name the topology.
    fn words(&self) -> Vec<Word> {
        let subject = match &self.subject {
            Subject::Asked => Vec::new(),
            Subject::Named(options) => options.iter().map(Word::literal).collect(),
            Subject::Chosen => vec![Word::literal("--profile"), Word::Blank("NAME")],
        };
        let (verb, options) = self.verb.words();
        let words = [vec![Word::literal(PROGRAM)], verb, subject, options];
        words.concat()
    }
}

/// A command about the topology that the failed one was about, if the verb is about any.
impl From<Verb> for Command {
    fn from(verb: Verb) -> Self {
        if verb.is_about_a_topology() {
            let subject = Subject::Asked;
            Self { verb, subject }
        } else {
            Self::named(verb, [""; 0])
        }
    }
}

/// The line as a shell takes it.
impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.words().iter().map(Word::to_string).collect();
        out.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_a_line_that_can_be_copied_unless_something_is_to_be_filled_in() {
        let up = Command::from(Verb::UpDryRun);
        assert_eq!(up.to_string(), "harness up --dry-run");
        let named = Command::named(Verb::UpDryRun, ["-C", "my project"]);
        assert_eq!(named.to_string(), "harness up -C 'my project' --dry-run");
        let line = named.line().expect("nothing is to be filled in");
        assert_eq!(line, ["harness", "up", "-C", "my project", "--dry-run"]);
        let another = Command::chosen(Verb::Down);
        assert_eq!(another.to_string(), "harness down --profile NAME");
        assert_eq!(another.line(), None);
    }

    #[test]
    fn a_command_about_no_topology_stays_about_none() {
        for verb in [Verb::Help, Verb::Serve] {
            let mut command = Command::from(verb);
            let before = command.to_string();
            command.about(&["--profile".to_owned(), "k3d".to_owned()]);
            assert_eq!(command.to_string(), before);
        }
    }
}
