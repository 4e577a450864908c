//! Resolves scenarios, so that every error in them is found before anything starts.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use backend::Backend;
use backend::run_id::RunId;
use jiff::{SignedDuration, Timestamp};
use scenario::{Document, Environment, Resolution};

use crate::error::{CommandError, Exit};
use crate::verb::session::Session;

/// A scenario with its resolution.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) document: Document,
    pub(super) seed: u64,
    pub(super) resolution: Resolution,
}

/// Resolves every document in the environment of a session.
pub(super) fn resolve<B: Backend>(
    documents: Vec<Document>,
    seed: Option<u64>,
    session: &Session<B>,
) -> Result<Vec<Resolved>, CommandError> {
    let levers = session.backend.levers(&session.topology);
    let environment = Environment {
        topology: &session.topology,
        place: &session.place,
        levers: &levers,
    };
    // The millisecond makes the name of each run unique.
    let now = Timestamp::now();
    documents
        .into_iter()
        .zip(0..)
        .map(|(document, index)| {
            let seed = seed.or(document.scenario.seed).unwrap_or_else(random);
            let resolution = scenario::resolve(
                &document,
                seed,
                RunId::new(seed, now + SignedDuration::from_millis(index)),
                environment,
            )
            .map_err(|error| CommandError::new(Exit::Invalid, error))?;
            Ok(Resolved {
                document,
                seed,
                resolution,
            })
        })
        .collect()
}

/// A random seed, short enough to type.
fn random() -> u64 {
    RandomState::new().build_hasher().finish() & 0xffff_ffff
}
