//! The state of Temporal's schemas, read before anything touches them.
//!
//! Temporal's SQL tool carries out the statements of a version one after another and writes the
//! version down only after the last one. If it is stopped in between, MySQL, which has no
//! transaction over such statements, is between two versions, and running the tool again fails at
//! the first of them (temporal#1087). What each version does is known here from the tool itself, so
//! that this is noticed first and the way back can be named.

mod judge;
mod manifest;
mod object;
mod read;
#[cfg(test)]
mod tests;
mod version;

use std::time::Duration;

use serde::Serialize;

use super::{Access, Client, Error};
use manifest::Manifest;
pub use version::Version;

/// How long MySQL may take to answer.
const DEADLINE: Duration = Duration::from_secs(15);

/// Temporal's two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// Workflows, tasks, cluster metadata.
    Default,
    /// What List and Count are answered from.
    Visibility,
}

/// What was found of a store's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No database, or no table of Temporal's in it.
    Empty,
    /// As the server expects it. Where it is not known what a release expects, any whole schema
    /// counts as current: the tool of that release may still have an update for it.
    Current(Version),
    /// An update leads to what the server expects.
    Older(Version),
    /// Of a newer server.
    Newer(Version),
    /// An update was interrupted, and cannot go on from there by itself (temporal#1087).
    HalfApplied {
        /// The version that it has.
        version: Version,
        /// The version whose update was interrupted.
        towards: Version,
        /// What that update has done already, such as `added column executions.data_encoding`.
        applied: Vec<String>,
        /// The SQL that takes it back, after which the update can be run again. A column comes back
        /// as the last of its table, and without what was in it; Temporal names its columns, and
        /// that update was to drop it anyway.
        ///
        /// Empty where no statement is safe: what is found is not what an interrupted update
        /// leaves, but a recorded version that is missing or wrong. A backup helps, or an empty
        /// database.
        remedy: Vec<String>,
    },
}

impl Store {
    /// Both, in the order in which they are set up.
    pub const ALL: [Self; 2] = [Self::Default, Self::Visibility];

    /// The database that it is in.
    pub fn database(self) -> &'static str {
        match self {
            Self::Default => "temporal",
            Self::Visibility => "temporal_visibility",
        }
    }

    /// What Temporal's SQL tool calls its schema.
    pub fn schema_name(self) -> &'static str {
        match self {
            Self::Default => "mysql/v8/temporal",
            Self::Visibility => "mysql/v8/visibility",
        }
    }

    /// The version that a release of the server expects, where it is known: what that release has
    /// in `schema/mysql/v8/version.go`.
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

/// Reads the state of a store's schema; `server` is the release that is to run on it.
pub async fn state(access: &Access, store: Store, server: &str) -> Result<State, Error> {
    let mut client = Client::connect(access, None, DEADLINE).await?;
    state_in(&mut client, store, store.database(), server).await
}

/// Reads it in a database of any name.
async fn state_in(
    client: &mut Client,
    store: Store,
    database: &str,
    server: &str,
) -> Result<State, Error> {
    let found = read::found(client, database).await?;
    let expected = store.expected(server);
    Ok(judge::judge(
        &Manifest::of(store),
        database,
        &found,
        expected,
    ))
}
