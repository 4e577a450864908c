//! What a run needs of its surroundings.

use backend::event::Events;
use backend::fault::Journal;
use engine::watch::Watch;
use model::topology::Topology;
use tokio_util::sync::CancellationToken;

/// What a run needs of its surroundings.
#[derive(Debug)]
pub struct Context<'a, B> {
    pub backend: &'a B,
    pub topology: &'a Topology,
    /// The faults that have to be healed.
    pub journal: &'a Journal,
    pub events: &'a Events,
    /// Watches the replicas until all evidence is recorded. If the run could not begin, it still holds
    /// the deaths so far.
    pub watch: &'a Watch,
    /// After its cancellation the run heals all faults and ends early.
    pub shutdown: &'a CancellationToken,
}

impl<B> Clone for Context<'_, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Context<'_, B> {}
