//! The trait [`Backend`] and the types in its signatures.

use std::collections::BTreeMap;

use model::plan::{Observed, Resource, ResourceId};
use model::topology::{ServiceName, Topology};
use temporal::Frontend;
use tokio_util::sync::CancellationToken;

use super::diagnosis::Diagnosis;
use super::error::Error;
use super::existing::ClusterSeen;
use super::host::Host;
use super::readiness::Readiness;
use crate::event::Events;
use crate::fault::{Pull, Reach, Sighting, Sign};

/// What a place may do to get what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Provision<'a> {
    /// Whether it may download and build.
    pub fetch: Fetch,
    /// Receives the progress.
    pub events: &'a Events,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// Whether `prepare` may download or build what this machine lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// Download and build what is missing.
    Missing,
    /// Only look: the plan is not carried out.
    Nothing,
}

/// What `prepare` found for a topology.
#[derive(Debug)]
pub struct Prepared<P> {
    /// The resources that make up the topology in this place.
    pub desired: Vec<Resource>,
    /// What these resources are made of.
    pub parts: P,
}

/// What `apply` does to a resource.
#[derive(Debug)]
pub enum Change<'a, P> {
    /// Create it from the prepared parts, or replace it.
    Make(&'a P),
    /// Remove it.
    Remove,
}

/// A place that can run a topology.
///
/// Implementers guarantee two things. `apply` can be repeated after a crash at any point. `observe`
/// reports everything that an earlier `apply` may have left.
#[expect(
    async_fn_in_trait,
    reason = "callers are generic and never spawn these futures"
)]
pub trait Backend {
    /// The client of the Temporal frontend.
    type Frontend: Frontend;

    /// What this place makes resources from: programs, images, addresses, names.
    type Parts;

    /// What the replicas run on.
    type Hosts: Host;

    /// Fetches what a topology needs here but does not contain, such as programs and images.
    /// Assigns addresses. Returns the resources that make up the topology.
    async fn prepare(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Prepared<Self::Parts>, Error>;

    /// The ids of the resources that make up a topology here. Prepares nothing.
    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, Error>;

    /// The resources that exist, alive or dead. `named` are those in the journal: one of them that
    /// a crash may have left half made counts as dead. With `parts`, a resource is left out if it
    /// must be recreated together with the resource that contains it.
    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Self::Parts>,
    ) -> Result<Vec<Observed>, Error>;

    /// Creates a resource, replaces it if it exists, or removes it.
    async fn apply(&self, id: &ResourceId, change: Change<'_, Self::Parts>) -> Result<(), Error>;

    /// Checks once, within a bounded time, whether a resource does its job. Without `parts`, it
    /// checks only what can be checked without preparing.
    async fn ready(&self, id: &ResourceId, parts: Option<&Self::Parts>) -> Readiness;

    /// Looks, within a bounded time, for the reason why a resource is not ready.
    /// `None` if this place knows no more than [`Self::ready`] said.
    async fn diagnose(&self, _: &ResourceId) -> Option<Diagnosis> {
        None
    }

    /// A client of the running cluster's frontend, in a namespace.
    async fn frontend(&self, namespace: &str) -> Result<Self::Frontend, Error>;

    /// The cluster that the topology uses and this place did not start, and what it answers within a
    /// bounded time. `None` if the place runs the cluster itself.
    async fn existing_cluster(&self) -> Option<ClusterSeen> {
        None
    }

    /// Records durably, before a load begins, how the ids of its workflows begin. Fails if
    /// [`Self::end_load`] could not find them. Does nothing if the place runs the cluster itself.
    async fn begin_load(&self, _prefixes: &[String]) -> Result<(), Error> {
        Ok(())
    }

    /// Terminates what the recorded load left open on a cluster that this place did not start, and
    /// returns how many workflows were open. Removes the record if nothing is left. `known` are the
    /// ids of all its workflows that may be open, if the caller knows them. `stop` ends the wait,
    /// with the error [`LeftOpen`](crate::LeftOpen).
    async fn end_load(
        &self,
        _known: Option<&[String]>,
        _stop: &CancellationToken,
    ) -> Result<u64, Error> {
        Ok(0)
    }

    /// The hosts that the replicas run on.
    fn hosts(&self) -> &Self::Hosts;

    /// Ends what still carries the marker of this topology after everything was removed. Returns,
    /// for people, what could not be ended.
    async fn sweep(&self) -> Vec<String>;

    /// How this place controls each service of a topology. Services that it cannot control are
    /// absent.
    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach>;

    /// Pulls a lever, within a bounded time. The caller looks for the effect afterwards.
    async fn pull(&self, pull: &Pull) -> Result<(), Error>;

    /// Looks for a sign once, within a bounded time.
    async fn look(&self, sign: &Sign) -> Sighting;
}
