//! The name to greet. Pure.

use std::fmt;
use std::str::FromStr;

/// The maximum length of a name, in characters (Unicode scalar values).
///
/// A name has at most 400 bytes, so it fits into a workflow id, which may have 1000.
pub const MAXIMUM_LENGTH: usize = 100;

/// A name: 1 to [`MAXIMUM_LENGTH`] characters, not only white space, and without control
/// characters. The text is kept unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

/// Why a text is not a valid name. The message follows the words "the name".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text has no visible character.
    #[error("is blank")]
    Blank,
    /// More than [`MAXIMUM_LENGTH`] characters.
    #[error("has {length} characters; at most {MAXIMUM_LENGTH} are allowed")]
    TooLong { length: usize },
    /// The text has a control character, such as a line break.
    #[error("has the control character U+{:04X} at position {place}", u32::from(*.character))]
    ControlCharacter {
        character: char,
        /// The position of the character; the first is 1.
        place: usize,
    },
}

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Name {
    /// `Guest`.
    fn default() -> Self {
        Self("Guest".to_owned())
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let length = text.chars().count();
        if length > MAXIMUM_LENGTH {
            return Err(Error::TooLong { length });
        }
        if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| c.is_control()) {
            let place = index + 1;
            return Err(Error::ControlCharacter { character, place });
        }
        if text.trim().is_empty() {
            return Err(Error::Blank);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<Name>().expect_err("not a name").to_string()
    }

    #[test]
    fn the_default_is_guest_and_a_valid_name() {
        assert_eq!("Guest".parse(), Ok(Name::default()));
    }

    #[test]
    fn each_error_says_what_is_wrong() {
        assert_eq!(refusal(""), "is blank");
        assert_eq!(refusal(" \u{3000} "), "is blank");
        assert_eq!(
            refusal(&"é".repeat(101)),
            "has 101 characters; at most 100 are allowed"
        );
        assert_eq!(
            refusal("Eve\n"),
            "has the control character U+000A at position 4"
        );
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!("é".repeat(100).parse::<Name>().is_ok());
    }

    proptest! {
        #[test]
        fn a_name_is_kept_unchanged(text in "[^\\p{Cc}]{0,20}[\\p{L}\\p{N}][^\\p{Cc}]{0,20}") {
            let name: Name = text.parse().expect("has a letter or digit and no control character");
            prop_assert_eq!(name.as_str(), &text);
            prop_assert_eq!(name.to_string().parse(), Ok(name));
        }

        #[test]
        fn any_text_is_a_name_or_has_the_reported_error(text in "\\PC{0,120}|(?s).{0,10}") {
            match text.parse::<Name>() {
                Ok(name) => {
                    prop_assert!((1..=MAXIMUM_LENGTH).contains(&name.as_str().chars().count()));
                    prop_assert!(!name.as_str().trim().is_empty());
                    prop_assert!(!name.as_str().contains(char::is_control));
                }
                Err(Error::Blank) => prop_assert!(text.trim().is_empty()),
                Err(Error::TooLong { length }) => {
                    prop_assert_eq!(length, text.chars().count());
                    prop_assert!(length > MAXIMUM_LENGTH);
                }
                Err(Error::ControlCharacter { character, place }) => {
                    prop_assert_eq!(text.chars().nth(place - 1), Some(character));
                    prop_assert!(character.is_control());
                }
            }
        }
    }
}
