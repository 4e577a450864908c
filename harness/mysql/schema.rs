//! The state of Temporal's schemas. It is read before anything changes them.
//!
//! Temporal's SQL tool runs the statements of a version one after another, and records the version
//! after the last one. MySQL has no transaction over such statements. If the tool is stopped in
//! between, the schema is between two versions, and the next run of the tool fails at its first
//! statement (temporal#1087). The harness knows what each version does from a recording of the
//! tool, so it can detect this state and name the SQL that undoes it.

mod judge;
mod manifest;
mod object;
mod read;
mod state;
mod store;
mod version;

use std::time::Duration;

use manifest::Manifest;

use super::{Client, ConnectOptions, Error};
pub use state::State;
pub use store::Store;
pub use version::Version;

/// How long MySQL may take to answer.
const DEADLINE: Duration = Duration::from_secs(15);

/// Reads the state of a store's schema. `server` is the Temporal release that will run on it.
pub async fn state(access: &ConnectOptions, store: Store, server: &str) -> Result<State, Error> {
    let mut client = Client::connect(access, None, DEADLINE).await?;
    state_in(&mut client, store, store.database(), server).await
}

/// Reads the state in a database of any name.
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

#[cfg(test)]
mod tests;
