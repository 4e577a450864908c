//! Reads `worker.run`: a word, or a map with one choice. Only the choice `command` has a second key.

use std::fmt;

use schemars::Schema;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_saphyr::Spanned;

use super::model::{Command, Run};
use super::scalar::Text;

/// The choices of `worker.run`.
const CHOICES: &[&str] = &[BUILT_IN, BUILD, COMMAND, IMAGE];

const BUILT_IN: &str = "built-in";
const BUILD: &str = "build";
const COMMAND: &str = "command";
const IMAGE: &str = "image";
const PREPARE: &str = "prepare";

/// Says in the schema that exactly one choice holds, as that of other choices does.
pub(super) fn one_of(schema: &mut Schema) {
    if let Some(choices) = schema.remove("anyOf") {
        schema.insert("oneOf".to_owned(), choices);
    }
}

impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Run;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a choice (`choice: ...`)")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Run, E> {
        match word {
            BUILT_IN => Ok(Run::BuiltIn),
            BUILD | COMMAND | IMAGE => {
                Err(E::invalid_type(Unexpected::UnitVariant, &"newtype variant"))
            }
            word => Err(E::unknown_variant(word, CHOICES)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Run, A::Error> {
        let mut written = Written::default();
        while let Some(key) = map.next_key::<String>()? {
            written.read(&key, &mut map)?;
        }
        let Written {
            other,
            command,
            prepare,
        } = written;
        match (other, command) {
            (Some((_, other)), _) => Ok(other),
            (None, Some(command)) => Ok(Run::Command(Command { command, prepare })),
            (None, None) if prepare.is_some() => Err(A::Error::missing_field(COMMAND)),
            (None, None) => Err(A::Error::invalid_length(0, &"one choice")),
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Written {
    /// A choice other than `command`, with its name.
    other: Option<(&'static str, Run)>,
    command: Option<Spanned<Vec<Text>>>,
    prepare: Option<Spanned<Vec<Text>>>,
}

impl Written {
    /// Reads the value of `key`.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let choice = CHOICES.iter().copied().find(|choice| *choice == key);
        match (key, choice, &self.other) {
            (PREPARE, _, Some((other, _))) => return Err(not_beside(other)),
            (PREPARE, _, None) => self.prepare = Some(map.next_value()?),
            (_, Some(COMMAND), None) => self.command = Some(map.next_value()?),
            (_, Some(other), None) if self.command.is_none() => {
                if self.prepare.is_some() {
                    return Err(not_beside(other));
                }
                let run = match other {
                    BUILD => Run::Build(map.next_value()?),
                    IMAGE => Run::Image(map.next_value()?),
                    _ => {
                        map.next_value::<()>()?;
                        Run::BuiltIn
                    }
                };
                self.other = Some((other, run));
            }
            (_, Some(_), _) => return Err(A::Error::invalid_length(2, &"one choice")),
            (key, None, None) if self.command.is_none() && self.prepare.is_none() => {
                return Err(A::Error::unknown_variant(key, CHOICES));
            }
            (key, None, _) => return Err(A::Error::unknown_field(key, &[COMMAND, PREPARE])),
        }
        Ok(())
    }
}

/// The error for `prepare` beside another choice than `command`.
fn not_beside<E: Error>(other: &str) -> E {
    let found = format!("`{other}`");
    E::invalid_value(Unexpected::Other(&found), &"`command` beside `prepare`")
}
