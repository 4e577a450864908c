//! The one trait, and the types in its signatures.

use std::collections::BTreeMap;

use model::plan::{Observed, Resource, ResourceId};
use model::topology::{ServiceName, Topology};
use temporal::Frontend;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::host::Host;
use super::readiness::Readiness;
use crate::event::Events;
use crate::fault::{Pull, Reach, Sighting, Sign};

/// How a place may provide itself with what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Provision<'a> {
    /// Whether anything may be fetched.
    pub fetch: Fetch,
    /// Told of progress.
    pub events: &'a Events,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// Whether preparing may take from elsewhere what is not on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// Download and build what is missing.
    Missing,
    /// Only look, for a plan that is not carried out.
    Nothing,
}

/// A topology that was prepared for.
#[derive(Debug)]
pub struct Prepared<P> {
    /// The resources that make it up here.
    pub desired: Vec<Resource>,
    /// What these are made of.
    pub parts: P,
}

/// What becomes of a resource.
#[derive(Debug)]
pub enum Change<'a, P> {
    /// It is made, or made anew, of what was prepared.
    Make(&'a P),
    /// It is removed.
    Remove,
}

/// A place that can run a topology.
///
/// Implementers promise that `apply` may be repeated after a crash at any point of it, and that
/// `observe` sees everything that any earlier `apply` may have left.
#[expect(
    async_fn_in_trait,
    reason = "callers are generic and never spawn these futures"
)]
pub trait Backend {
    /// The Temporal frontend it gives access to.
    type Frontend: Frontend;

    /// What the resources of a topology are made of here: programs, images, addresses, names.
    type Parts;

    /// Where replicas live here.
    type Hosts: Host;

    /// Fetches what a topology needs here and is no part of it, such as programs and images, assigns
    /// addresses, and says which resources make it up.
    async fn prepare(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Prepared<Self::Parts>, Error>;

    /// The names of the resources that make up a topology here, without anything being prepared.
    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, Error>;

    /// The resources that exist, alive or dead. `named` are those that the journal knows: one of
    /// them that a crash may have left half made counts as dead. Where something was prepared, what
    /// has to be made anew with what it is in is left out.
    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Self::Parts>,
    ) -> Result<Vec<Observed>, Error>;

    /// Makes a resource, anew if it is there, or removes it.
    async fn apply(&self, id: &ResourceId, change: Change<'_, Self::Parts>) -> Result<(), Error>;

    /// Checks once, within a bounded time, whether a resource does its job: as far as can be seen
    /// without knowing what was prepared, where `parts` are not given.
    async fn ready(&self, id: &ResourceId, parts: Option<&Self::Parts>) -> Readiness;

    /// A client of the running cluster's frontend, in a namespace.
    async fn frontend(&self, namespace: &str) -> Result<Self::Frontend, Error>;

    /// Where the replicas live.
    fn hosts(&self) -> &Self::Hosts;

    /// After everything was removed: ends whatever else carries the mark of this topology, and
    /// names, for people, what would not go.
    async fn sweep(&self) -> Vec<String>;

    /// How this place takes hold of the services of a topology, of those that it can.
    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach>;

    /// Pulls a lever, within a bounded time: what comes of it is looked for afterwards.
    async fn pull(&self, pull: &Pull) -> Result<(), Error>;

    /// Looks for a sign once, within a bounded time.
    async fn look(&self, sign: &Sign) -> Sighting;
}
