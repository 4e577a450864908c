//! What a run takes place in.

use backend::event::Events;
use backend::fault::Journal;
use engine::watch::Watch;
use model::topology::Topology;
use tokio_util::sync::CancellationToken;

/// What a run takes place in.
#[derive(Debug)]
pub struct Context<'a, B> {
    /// The place.
    pub backend: &'a B,
    /// What is up there.
    pub topology: &'a Topology,
    /// Where it is written down what is to be undone.
    pub journal: &'a Journal,
    /// Who is told.
    pub events: &'a Events,
    /// Attended until all evidence has been gathered; where the run could not begin, it still holds
    /// what was seen.
    pub watch: &'a Watch,
    /// Once cancelled, the run ends early, after healing.
    pub shutdown: &'a CancellationToken,
}

impl<B> Clone for Context<'_, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Context<'_, B> {}
