//! The values that `init` needs, from flags, answers or suggestions.

use std::fmt;

use model::yaml;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The values of the files to write. A file that exists needs none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// For the profile.
    pub worker: Option<Worker>,
    /// For the scenario.
    pub load: Option<Load>,
}

/// How the worker starts, and what it polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Worker {
    pub command: Vec<String>,
    /// What runs before it, such as a compiler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepare: Option<Vec<String>>,
    pub task_queue: String,
}

/// The workflow that the scenario starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Load {
    pub workflow_type: String,
    pub input: Vec<Argument>,
    /// What every workflow returns, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Argument>,
}

impl Load {
    /// Whether an argument is an object without fields, as `init` suggests it for a type of the user.
    pub fn is_incomplete(&self) -> bool {
        self.input.iter().any(|argument| argument.yaml() == "{}")
    }
}

/// A JSON value, as it was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Argument(Box<RawValue>);

impl Argument {
    /// A string, in which `{{ name }}` and the like are filled in.
    pub fn template(text: &str) -> Self {
        let raw = serde_json::value::to_raw_value(text);
        Self(raw.expect("a string always becomes JSON"))
    }

    /// The value as YAML on one line. Numbers keep every digit.
    pub(super) fn yaml(&self) -> String {
        let text = self.0.get();
        let mut out = String::new();
        let mut at = 0;
        while let Some(letter) = text[at..].chars().next() {
            match letter {
                '"' => {
                    let end = at + string_length(&text[at..]);
                    let value: String =
                        serde_json::from_str(&text[at..end]).expect("the text is valid JSON");
                    out.push_str(&yaml::quoted(&value));
                    at = end;
                    continue;
                }
                ':' => out.push_str(": "),
                ',' => out.push_str(", "),
                letter if letter.is_whitespace() => {}
                letter => out.push(letter),
            }
            at += letter.len_utf8();
        }
        out
    }
}

/// The length of the JSON string that a text begins with.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl PartialEq for Argument {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Argument {}

impl fmt::Display for Argument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.get())
    }
}

/// Splits a command line into words as a shell does. `None` if a quote is not closed, or if there is
/// no word.
pub fn split_command(line: &str) -> Option<Vec<String>> {
    let words = shlex::split(line)?;
    let has_program = words.first().is_some_and(|word| !word.is_empty());
    has_program.then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> serde_json::Result<Argument> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_value_keeps_its_digits_and_its_letters() {
        let yaml = |text: &str| parse(text).expect("JSON").yaml();
        assert_eq!(yaml("12345678901234567890123"), "12345678901234567890123");
        assert_eq!(yaml("1.0"), "1.0");
        assert_eq!(
            yaml(" {\"a\":[1,null],\n\"b\":\"x\\\"y\"}"),
            r#"{"a": [1, null], "b": "x\"y"}"#
        );
        assert_eq!(yaml(r#""\ud83d\ude00\/\u00e4""#), "\"\\U0001F600/ä\"");
        assert!(parse("{").is_err());
        assert!(parse("a").is_err());
    }

    #[test]
    fn a_command_is_split_as_a_shell_splits_it() {
        let words = split_command("python3 'my worker.py' --name \"a b\"");
        let expected = ["python3", "my worker.py", "--name", "a b"];
        assert_eq!(words.as_deref(), Some(&expected.map(str::to_owned)[..]));
        for line in ["", "  ", "a 'b", "''"] {
            assert_eq!(split_command(line), None, "{line}");
        }
    }
}
