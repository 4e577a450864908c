//! The product and release of a server.

/// A release of MySQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release {
    /// `8` in 8.4.7.
    pub(super) major: u16,
    /// `4` in 8.4.7.
    pub(super) minor: u16,
    /// `7` in 8.4.7.
    pub(super) patch: u16,
}

impl Release {
    /// Parses the beginning of `VERSION()`, such as `8.0.36-28-azure`.
    pub(super) fn of_version(version: &str) -> Option<Self> {
        let end = version.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let mut parts = version[..end.unwrap_or(version.len())].split('.');
        let mut part = || parts.next()?.parse().ok();
        Some(Self {
            major: part()?,
            minor: part()?,
            patch: part()?,
        })
    }
}

/// Whether a server is `MariaDB`: its version or its comment contains the name.
pub(super) fn is_mariadb(version: &str, comment: &str) -> bool {
    [version, comment]
        .iter()
        .any(|text| text.to_lowercase().contains("mariadb"))
}
