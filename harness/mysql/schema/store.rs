//! Temporal's two stores.

use serde::Serialize;

use super::version::Version;

/// One of Temporal's two stores. Each is a database with its own schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// Workflows, tasks, cluster metadata.
    Default,
    /// The records that List and Count queries read.
    Visibility,
}

impl Store {
    /// Both, in the order in which they are set up.
    pub const ALL: [Self; 2] = [Self::Default, Self::Visibility];

    /// The name of the store's database.
    pub fn database(self) -> &'static str {
        match self {
            Self::Default => "temporal",
            Self::Visibility => "temporal_visibility",
        }
    }

    /// The name of the schema in Temporal's SQL tool.
    pub fn schema_name(self) -> &'static str {
        match self {
            Self::Default => "mysql/v8/temporal",
            Self::Visibility => "mysql/v8/visibility",
        }
    }

    /// The schema version that a release of the server expects, if known: the one in
    /// `schema/mysql/v8/version.go` of that release.
    pub fn expected(self, server: &str) -> Option<Version> {
        let mut parts = server.split('.');
        let (default, visibility) = match (parts.next()?, parts.next()?) {
            ("1", "28") => (17, 9),
            ("1", "29") => (18, 9),
            ("1", "30") => (18, 13),
            ("1", "31" | "32") => (19, 14),
            _ => return None,
        };
        let minor = match self {
            Self::Default => default,
            Self::Visibility => visibility,
        };
        Some(Version { major: 1, minor })
    }
}
