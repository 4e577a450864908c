//! The version of a schema.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The version of a schema, such as `1.19`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
}

impl Version {
    /// The version that the tool records after it has created only its own tables.
    pub(super) const NONE: Self = Self { major: 0, minor: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

/// Text that is not a schema version.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a schema version such as 1.19")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let parsed = text.split_once('.').and_then(|(major, minor)| {
            Some(Self {
                major: major.parse().ok()?,
                minor: minor.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| NotAVersion(text.to_owned()))
    }
}

impl Serialize for Version {
    /// Serializes as text, because a number could not distinguish `1.1` from `1.10`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
