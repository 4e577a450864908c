//! A command of the harness that a hint recommends.

use std::fmt;

use super::verb::{Verb, Word};

/// The name of the program in a command line.
const PROGRAM: &str = "harness";

/// A command of the harness: a verb with its own arguments, and the topology that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    verb: Verb,
    subject: Subject,
}

/// Which topology a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// The topology of the failed command. The command line fills in its options.
    Unset,
    /// The topology that these options name. Without options: the default topology, or none if the
    /// verb is not about a topology.
    Named(Vec<String>),
    /// The user must fill in the name.
    Placeholder,
}

impl Command {
    /// A command about the topology that `options` name, independent of the failed command.
    pub fn named(verb: Verb, options: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let options = options.into_iter().map(Into::into).collect();
        let subject = Subject::Named(options);
        Self { verb, subject }
    }

    pub fn has_verb(&self, verb: &Verb) -> bool {
        self.verb == *verb
    }

    /// A command with a placeholder for the name of the topology.
    pub fn with_placeholder(verb: Verb) -> Self {
        let subject = Subject::Placeholder;
        Self { verb, subject }
    }

    /// The arguments of the command, starting with the program. `None` if it has a placeholder.
    pub fn line(&self) -> Option<Vec<String>> {
        let words = self.words().into_iter().map(|word| match word {
            Word::Literal(text) => Some(text),
            Word::Placeholder(_) => None,
        });
        words.collect()
    }

    pub(super) fn about(&mut self, options: &[String]) {
        if self.subject == Subject::Unset {
            self.subject = Subject::Named(options.to_vec());
        }
    }

    pub(super) fn replace_verb(&mut self, verb: &Verb, other: &Verb) {
        if self.verb == *verb {
            self.verb = other.clone();
        }
    }

    /// The options that name the topology come before the options of the verb.
    fn words(&self) -> Vec<Word> {
        let subject = match &self.subject {
            Subject::Unset => Vec::new(),
            Subject::Named(options) => options.iter().map(Word::literal).collect(),
            Subject::Placeholder => {
                vec![Word::literal("--profile"), Word::Placeholder("NAME")]
            }
        };
        let (verb, options) = self.verb.words();
        let words = [vec![Word::literal(PROGRAM)], verb, subject, options];
        words.concat()
    }
}

/// A command about the topology of the failed command, if the verb is about a topology.
impl From<Verb> for Command {
    fn from(verb: Verb) -> Self {
        if verb.is_about_a_topology() {
            let subject = Subject::Unset;
            Self { verb, subject }
        } else {
            Self::named(verb, [""; 0])
        }
    }
}

/// The command line, quoted for a shell.
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
    fn a_command_can_be_copied_unless_it_has_a_placeholder() {
        let up = Command::from(Verb::UpDryRun);
        assert_eq!(up.to_string(), "harness up --dry-run");
        let named = Command::named(Verb::UpDryRun, ["-C", "my project"]);
        assert_eq!(named.to_string(), "harness up -C 'my project' --dry-run");
        let line = named.line().expect("no placeholder");
        assert_eq!(line, ["harness", "up", "-C", "my project", "--dry-run"]);
        let another = Command::with_placeholder(Verb::Down);
        assert_eq!(another.to_string(), "harness down --profile NAME");
        assert_eq!(another.line(), None);
    }

    #[test]
    fn a_command_that_takes_no_topology_gets_no_options() {
        for verb in [Verb::Help, Verb::Serve] {
            let mut command = Command::from(verb);
            let before = command.to_string();
            command.about(&["--profile".to_owned(), "k3d".to_owned()]);
            assert_eq!(command.to_string(), before);
        }
    }
}
