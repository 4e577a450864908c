//! The scalar types of a profile: strings with a rule, which is checked when they are parsed.

use std::fmt;
use std::str::FromStr;

use crate::image_name::is_reference;
use crate::quantity::{ParseError, Whole, textual};

/// A number of replicas. The upper bound catches mistakes.
pub type Replicas = Whole<1, 1000>;

/// A number of replicas of a worker. Zero is only for a worker that somebody else runs.
pub type WorkerReplicas = Whole<0, 1000>;

/// Defines a string type with a rule: `$holds` checks it, `$pattern` expresses it in the schema,
/// and `$expected` describes it in errors.
macro_rules! scalar {
    ($(#[$documentation:meta])* $name:ident, $pattern:literal, $example:literal, $expected:literal, $holds:expr) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        textual!($name, $pattern, $example);

        impl $name {
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
pub(super) use scalar;

scalar!(
    /// The name of a profile. It is part of folder, cluster and resource names, so it follows the
    /// rules of all of them.
    Name,
    r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
    "local",
    "a name (1 to 32 lowercase letters, digits and `-`, no `-` at the start or end)",
    |text| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=32).contains(&text.len())
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.bytes().all(plain)
    }
);

scalar!(
    /// The name of one of several workers. Its service is `worker-NAME`, and a replica of it
    /// `worker-NAME-0`, so the name does not end like a number of a replica.
    WorkerName,
    r"^(?!.*-[0-9]+$)[a-z]([a-z0-9-]{0,30}[a-z0-9])?$",
    "orders",
    "the name of a worker (1 to 32 lowercase letters, digits and `-`, beginning with a letter, not \
     ending with `-` or with `-` and a number)",
    |text| {
        let numbered = text.rsplit_once('-').is_some_and(|(_, end)| {
            end.bytes().all(|byte| byte.is_ascii_digit())
        });
        text.parse::<Name>().is_ok() && text.starts_with(|first: char| first.is_ascii_lowercase()) && !numbered
    }
);

scalar!(
    /// The version of a release. It is part of Kubernetes labels, which end with a letter or digit
    /// and have at most 63 characters.
    Version,
    r"^(?=.{1,63}$)[0-9]+(\.[0-9]+)*(-[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?)?$",
    "1.32.0",
    "a version (such as `1.32.0` or `8.4`)",
    |text| {
        let (numbers, label) = match text.split_once('-') {
            Some((numbers, label)) => (numbers, Some(label)),
            None => (text, None),
        };
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        let outer = |letter: char| letter.is_ascii_alphanumeric();
        text.len() <= 63
            && numbers.split('.').all(number)
            && label.is_none_or(|label| {
                label.starts_with(outer) && label.ends_with(outer) && label.bytes().all(plain)
            })
    }
);

scalar!(
    /// The name of a Temporal namespace. Clients send it in an HTTP header, so it is printable
    /// ASCII. Temporal reserves `temporal-system`.
    NamespaceName,
    r"^(?!temporal-system$)[!-~]{1,200}$",
    "default",
    "a namespace name (1 to 200 printable ASCII characters without spaces; not `temporal-system`)",
    |text| (1..=200).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && text != "temporal-system"
);

scalar!(
    /// The name of a task queue. Temporal reserves names that start with `/_sys/` or
    /// `temporal-sys-`.
    TaskQueueName,
    r"^(?!/_sys/|temporal-sys-)[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]{1,200}$",
    "hello-world",
    "a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or \
     `temporal-sys-`)",
    |text| (1..=200).contains(&text.chars().count())
        && !text.contains(unseen)
        && !text.starts_with("/_sys/")
        && !text.starts_with("temporal-sys-")
);

/// Whether a character is invisible. Two different names could look the same with it.
fn unseen(character: char) -> bool {
    let marks = [
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202f}',
        '\u{2060}'..='\u{2064}',
    ];
    character.is_whitespace()
        || character.is_control()
        || character == '\u{feff}'
        || marks.iter().any(|range| range.contains(&character))
}

scalar!(
    /// The name of an environment variable, by the rule of all supported Kubernetes versions.
    EnvironmentName,
    r"^[A-Za-z_.-][A-Za-z0-9_.-]*$",
    "LOG_LEVEL",
    "an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)",
    |text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        !text.is_empty()
            && text.bytes().all(plain)
            && !text.starts_with(|first: char| first.is_ascii_digit())
    }
);

scalar!(
    /// A string that can be an argument or an environment variable of a program.
    Text,
    r"^[^\x00]*$",
    "debug",
    "a string without the character NUL",
    |text| !text.contains('\0')
);

scalar!(
    /// The path of a file or folder.
    FilePath,
    r"^[^\x00]+$",
    "workflow",
    "a path (not empty, without the character NUL)",
    |text| !text.is_empty() && !text.contains('\0')
);

scalar!(
    /// The reference of a container image.
    Image,
    r"^(?=.{1,255}(:[^:/@]*)?(@.*)?$)((localhost|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)(:([0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?/|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?:([0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])/)?[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
    "registry.example/worker:1.0",
    "an image reference (such as `registry.example/worker:1.0`: a lowercase path and an optional tag)",
    is_reference
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_string_that_breaks_the_rule_is_rejected() {
        let long = "a".repeat(33);
        for text in ["", "Local", "-local", "my profile", "über", "a/b", &*long] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
        for text in ["a-", "-"] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
        let long = format!("1.2-{}", "a".repeat(60));
        for text in [
            "", "latest", "1.", ".1", "1..2", "v1.2", "1.2-", "1.2 ", "1.2-a-", "1.2-a.", &*long,
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        for text in ["", " ", "hello world", "a\n", "größe", "temporal-system"] {
            assert!(text.parse::<NamespaceName>().is_err(), "{text}");
        }
        for text in [
            "",
            " ",
            "hello world",
            "a\n",
            "/_sys/a",
            "temporal-sys-a",
            "a\u{200b}b",
        ] {
            assert!(text.parse::<TaskQueueName>().is_err(), "{text}");
        }
        for text in ["", "A=B", "1A", "A B", "A\0", "Ä"] {
            assert!(text.parse::<EnvironmentName>().is_err(), "{text}");
        }
        for text in [
            "",
            "Worker",
            "Orders/app",
            "registry.example:70000/app",
            "a b",
            "a:",
            "a/",
            "/a",
            "a//b",
            "a:b:c",
            "a@sha256:0",
            "a..b",
            "http://a/b",
        ] {
            assert!(text.parse::<Image>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_string_that_matches_the_pattern_is_accepted_unchanged(
            name in "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
            version in r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-[0-9A-Za-z]([0-9A-Za-z.-]{0,5}[0-9A-Za-z])?)?",
            queue in "[a-zA-Z0-9_.-][a-zA-Z0-9_./-]{0,199}",
            image in r"([a-z]{1,4}([.][A-Z]{1,4}(:[0-9]{1,4})?|:[0-9]{1,4})/)?[a-z0-9]{1,5}([._-][a-z0-9]{1,5}){0,2}(/[a-z]{1,4}){0,2}(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,9})?",
        ) {
            prop_assert_eq!(name.parse::<Name>().map(|name| name.to_string()), Ok(name));
            prop_assert_eq!(version.parse::<Version>().map(|read| read.to_string()), Ok(version));
            prop_assert_eq!(queue.parse::<TaskQueueName>().map(|read| read.to_string()), Ok(queue));
            prop_assert_eq!(image.parse::<Image>().map(|read| read.to_string()), Ok(image));
        }
    }
}
