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
mod state;
mod store;
#[cfg(test)]
mod tests;
mod version;

use std::time::Duration;

use manifest::Manifest;

use super::{Access, Client, Error};
pub use state::State;
pub use store::Store;
pub use version::Version;

/// How long MySQL may take to answer.
const DEADLINE: Duration = Duration::from_secs(15);

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
