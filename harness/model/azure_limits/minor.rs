//! Major and minor of a version. For Kubernetes and MySQL, Azure chooses the patch release itself.

use std::fmt;

/// Major and minor of a version, such as `1.35`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor {
    pub major: u32,
    pub minor: u32,
}

impl Minor {
    /// Parses a version and ignores everything after the minor number. Returns `None` if it is not
    /// a version.
    pub fn of(version: &str) -> Option<Self> {
        let mut parts = version.split('.');
        let mut next = || parts.next()?.parse().ok();
        Some(Self {
            major: next()?,
            minor: next()?,
        })
    }

    /// The next minor version.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            minor: self.minor + 1,
            ..self
        }
    }

    /// The minor version `count` before this one, at least `major.0`.
    #[must_use]
    pub fn before(self, count: u32) -> Self {
        Self {
            minor: self.minor.saturating_sub(count),
            ..self
        }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers_without_the_patch_release() {
        let of = |text: &str| Minor::of(text).expect("a version");
        assert_eq!(of("1.35.4"), of("1.35"));
        assert!(of("1.9") < of("1.10"));
        assert_eq!(of("1.9.1").next().to_string(), "1.10");
        assert_eq!(of("1.2").before(3), of("1.0"));
        for text in ["", "1", "1.", "x.1", "1.x"] {
            assert_eq!(Minor::of(text), None, "{text}");
        }
    }
}
