//! A backend that has only a frontend.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::fault::{Pull, Reach, Sighting, Sign};
use backend::{
    Backend, Change, Endpoint, Error, Host, Log, Prepared, Provision, Readiness, Vitals,
};
use base::log_tail::LogTail;
use model::plan::{Observed, ResourceId};
use model::topology::{ServiceName, Topology};
use tokio_util::sync::CancellationToken;

use crate::server::Stateless;

/// A backend that has only a frontend.
#[derive(Debug)]
pub(crate) struct FrontendOnly;

impl Host for FrontendOnly {
    async fn vitals(&self) -> Vitals {
        Vitals::default()
    }

    async fn log_tail(&self, _: &str, _: Option<&str>) -> Option<LogTail> {
        None
    }

    async fn logs(&self) -> Vec<Log> {
        Vec::new()
    }

    async fn collect_logs(&self, _: Option<&CancellationToken>) -> Result<(), Error> {
        Ok(())
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        BTreeMap::new()
    }
}

impl Backend for FrontendOnly {
    type Frontend = Stateless;
    type Hosts = Self;
    type Parts = ();

    async fn prepare(&self, _: &Topology, _: Provision<'_>) -> Result<Prepared<()>, Error> {
        unreachable!("the bench starts no topology")
    }

    async fn expects(&self, _: &Topology) -> Result<Vec<ResourceId>, Error> {
        Ok(Vec::new())
    }

    async fn observe(&self, _: &[ResourceId], _: Option<&()>) -> Result<Vec<Observed>, Error> {
        Ok(Vec::new())
    }

    async fn apply(&self, _: &ResourceId, _: Change<'_, ()>) -> Result<(), Error> {
        unreachable!("the bench starts no topology")
    }

    async fn ready(&self, _: &ResourceId, _: Option<&()>) -> Readiness {
        Readiness::Ready
    }

    async fn frontend(&self, _: &str) -> Result<Stateless, Error> {
        Ok(Stateless)
    }

    fn hosts(&self) -> &Self {
        self
    }

    async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }

    fn levers(&self, _: &Topology) -> BTreeMap<ServiceName, Reach> {
        BTreeMap::new()
    }

    async fn pull(&self, pull: &Pull) -> Result<(), Error> {
        Err(pull.foreign("frontend-only"))
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        sign.foreign("frontend-only")
    }
}
