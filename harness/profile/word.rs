//! The words that values in a profile are made of, checked where they are read.

use std::fmt;
use std::str::FromStr;

use crate::quantity::{ParseError, textual};

/// A text with a rule: `$holds` decides, `$pattern` says the same to editors, `$expected` to people.
macro_rules! word {
    ($(#[$documentation:meta])* $name:ident, $pattern:literal, $example:literal, $expected:literal, $holds:expr) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        textual!($name, $pattern, $example);

        impl $name {
            /// The word as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let holds: fn(&str) -> bool = $holds;
                if holds(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(ParseError::new(text, $expected))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}
pub(super) use word;

word!(
    /// The name of a profile: part of folder, cluster and resource names, so it fits all of them.
    Name,
    r"^[a-z0-9][a-z0-9-]{0,31}$",
    "local",
    "a name (lowercase letters, digits and `-`, at most 32 of them, no `-` in front)",
    |text| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=32).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(plain)
    }
);

word!(
    /// A released version, with as many numbers as its publisher gives it.
    Version,
    r"^[0-9]+(\.[0-9]+)*(-[0-9A-Za-z][0-9A-Za-z.-]*)?$",
    "1.32.0",
    "a version (such as `1.32.0` or `8.4`)",
    |text| {
        let (numbers, label) = match text.split_once('-') {
            Some((numbers, label)) => (numbers, Some(label)),
            None => (text, None),
        };
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        numbers.split('.').all(number)
            && label.is_none_or(|label| {
                label.starts_with(|first: char| first.is_ascii_alphanumeric())
                    && label.bytes().all(plain)
            })
    }
);

word!(
    /// An identifier of Temporal's: a namespace or a task queue.
    Identifier,
    r"^[^\s\x00-\x1f\x7f]{1,200}$",
    "hello-world",
    "an identifier (1 to 200 characters without spaces)",
    |text| {
        let forbidden = |character: char| character.is_whitespace() || character.is_control();
        (1..=200).contains(&text.chars().count()) && !text.contains(forbidden)
    }
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_breaks_the_rule_is_refused() {
        let long = "a".repeat(33);
        for text in ["", "Local", "-local", "my profile", "über", "a/b", &*long] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
        for text in ["", "latest", "1.", ".1", "1..2", "v1.2", "1.2-", "1.2 "] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        for text in ["", " ", "hello world", "a\n"] {
            assert!(text.parse::<Identifier>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_follows_the_pattern_is_accepted_as_it_stands(
            name in "[a-z0-9][a-z0-9-]{0,31}",
            version in r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-[0-9A-Za-z][0-9A-Za-z.-]{0,5})?",
            identifier in "[a-zA-Z0-9_./-]{1,200}",
        ) {
            prop_assert_eq!(name.parse::<Name>().map(|name| name.to_string()), Ok(name));
            prop_assert_eq!(version.parse::<Version>().map(|read| read.to_string()), Ok(version));
            prop_assert_eq!(identifier.parse::<Identifier>().map(|read| read.to_string()), Ok(identifier));
        }
    }
}
