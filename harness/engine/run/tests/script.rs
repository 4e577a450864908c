//! A scripted backend that records what it was asked to do.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use backend::fault::{Pull, Reach, Sighting, Sign};
use backend::{
    Backend, Change, Diagnosis, Endpoint, Error, Host, Log, Prepared, Provision, Readiness, Vitals,
};
use base::hint::Hint;
use base::log_tail::LogTail;
use model::plan::{Observed, ResourceId};
use model::topology::{ServiceName, Topology};
use temporal::simulated::Frontend;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How a resource behaves. A resource without a script is ready at once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Behaviour {
    /// Applying it takes this long.
    AppliedAfter(Duration),
    /// Applying it fails after this long.
    RefusesAfter(Duration),
    /// It is ready this long after it was applied.
    ReadyAfter(Duration),
    /// It will never be ready.
    Never(&'static str),
    /// A check of it does not finish.
    Silent,
    /// It is not ready, and its place knows why from this time on: certainly, or probably.
    Diagnosed { after: Duration, certain: bool },
}

pub(super) struct Script {
    behaviours: BTreeMap<String, Behaviour>,
    began: Instant,
    applied: RefCell<BTreeMap<ResourceId, Instant>>,
    asked: RefCell<Vec<String>>,
}

impl Script {
    pub(super) fn new<const N: usize>(behaviours: [(&str, Behaviour); N]) -> Self {
        Self::from_iter(behaviours.map(|(name, behaviour)| (name.to_owned(), behaviour)))
    }

    /// What the backend was asked, one line each, with the second of the request.
    pub(super) fn asked(&self) -> String {
        self.asked.borrow().join("\n")
    }

    fn behaviour(&self, id: &ResourceId) -> Option<Behaviour> {
        self.behaviours.get(id.name()).copied()
    }
}

impl FromIterator<(String, Behaviour)> for Script {
    fn from_iter<T: IntoIterator<Item = (String, Behaviour)>>(behaviours: T) -> Self {
        Self {
            behaviours: behaviours.into_iter().collect(),
            began: Instant::now(),
            applied: RefCell::default(),
            asked: RefCell::default(),
        }
    }
}

impl Backend for Script {
    type Frontend = Frontend;
    type Hosts = Nobody;
    type Parts = ();

    async fn apply(&self, id: &ResourceId, change: Change<'_, ()>) -> Result<(), Error> {
        let second = self.began.elapsed().as_secs();
        let what = match change {
            Change::Make(()) => "make",
            Change::Remove => "remove",
        };
        let asked = format!("{second}s: {what} {}", id.name());
        self.asked.borrow_mut().push(asked);
        match self.behaviour(id) {
            Some(Behaviour::AppliedAfter(time)) => sleep(time).await,
            Some(Behaviour::RefusesAfter(time)) => {
                sleep(time).await;
                return Err(Error::new("it refused"));
            }
            Some(
                Behaviour::ReadyAfter(_)
                | Behaviour::Never(_)
                | Behaviour::Silent
                | Behaviour::Diagnosed { .. },
            )
            | None => {}
        }
        self.applied.borrow_mut().insert(id.clone(), Instant::now());
        Ok(())
    }

    async fn ready(&self, id: &ResourceId, _: Option<&()>) -> Readiness {
        let applied = self.applied.borrow().get(id).copied();
        let since = applied.map(|applied| applied.elapsed());
        match self.behaviour(id) {
            Some(Behaviour::Never(reason)) => Readiness::Never(reason.to_owned()),
            Some(Behaviour::Silent) => pending().await,
            Some(Behaviour::ReadyAfter(time)) if since.is_none_or(|since| since < time) => {
                Readiness::NotYet("not yet".to_owned())
            }
            Some(Behaviour::Diagnosed { .. }) => Readiness::NotYet("not yet".to_owned()),
            _ => Readiness::Ready,
        }
    }

    async fn diagnose(&self, id: &ResourceId) -> Option<Diagnosis> {
        match self.behaviour(id) {
            Some(Behaviour::Diagnosed { after, certain }) if self.began.elapsed() >= after => {
                Some(Diagnosis {
                    reason: "it polls another task queue".to_owned(),
                    remedy: Hint::say("Correct it."),
                    certain,
                })
            }
            _ => None,
        }
    }

    async fn prepare(&self, _: &Topology, _: Provision<'_>) -> Result<Prepared<()>, Error> {
        unreachable!("the plan exists already")
    }

    async fn expects(&self, _: &Topology) -> Result<Vec<ResourceId>, Error> {
        unreachable!("the engine uses only its plan")
    }

    async fn observe(&self, _: &[ResourceId], _: Option<&()>) -> Result<Vec<Observed>, Error> {
        unreachable!("the plan exists already")
    }

    async fn frontend(&self, _: &str) -> Result<Frontend, Error> {
        unreachable!("the engine starts no workflow")
    }

    fn hosts(&self) -> &Nobody {
        unreachable!("a plan needs no hosts")
    }

    async fn sweep(&self) -> Vec<String> {
        unreachable!("the engine uses only its plan")
    }

    fn levers(&self, _: &Topology) -> BTreeMap<ServiceName, Reach> {
        unreachable!("a plan has no faults")
    }

    async fn pull(&self, _: &Pull) -> Result<(), Error> {
        unreachable!("a plan has no faults")
    }

    async fn look(&self, _: &Sign) -> Sighting {
        unreachable!("a plan has no faults")
    }
}

/// A host for plans, which never ask for replicas.
pub(super) struct Nobody;

impl Host for Nobody {
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
