//! The faults that processes can express, and how they are undone: SIGKILL, and staying down.

use std::io;
use std::time::Duration;

use backend::fault::{Effect, FaultKind, Injection, Undo};
use backend::fault_deadlines::{CONTAINER, READY};
use backend::{Backend as _, Readiness};
use model::plan::ResourceId;
use model::topology::ServiceName;

use super::backend::ProcessBackend;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::{apply, containers, stop};

/// How often a healed replica is looked at.
const POLL: Duration = Duration::from_millis(50);

impl ProcessBackend {
    /// How an injection will be undone.
    pub(super) fn undo_of(&self, injection: &Injection) -> Result<Undo, Error> {
        let FaultKind::Kill = injection.fault;
        if containers::is_one(&injection.service) {
            return Ok(Undo::Start {
                replicas: vec![injection.service.to_string()],
            });
        }
        let replicas = self.replicas(&injection.service)?;
        Ok(Undo::Start {
            replicas: replicas.into_iter().map(|launch| launch.replica).collect(),
        })
    }

    /// Kills every replica of a service and looks whether they are gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> Result<Effect, Error> {
        if containers::is_one(service) {
            let (proven, observation) = self.containers().kill(service.as_str()).await?;
            return Ok(Effect {
                proven,
                observation,
            });
        }
        let mut seen = Vec::new();
        let mut proven = true;
        for Launch { replica, .. } in self.replicas(service)? {
            let Some(process) = self.alive(&replica)? else {
                proven = false;
                seen.push(format!("{replica} was not running"));
                continue;
            };
            stop::kill_now(self.state(), &replica).await?;
            proven &= !process.leads() && self.alive(&replica)?.is_none();
            seen.push(format!("{replica} (pid {}) is gone", process.pid));
        }
        Ok(Effect {
            proven: proven && !seen.is_empty(),
            observation: seen.join(", "),
        })
    }

    /// Starts replicas again that are not running, by their launch records, and waits for them.
    /// Every one is tried, whatever becomes of the others.
    pub(super) async fn start_again(&self, replicas: &[String]) -> Result<(), Error> {
        let mut failures = Vec::new();
        let mut started = Vec::new();
        for replica in replicas {
            match self.start_one_again(replica).await {
                Ok(launch) => started.extend(launch),
                Err(error) => failures.push(error),
            }
        }
        let began = tokio::time::Instant::now();
        for launch in &started {
            // They become ready at the same time, so they have one time together.
            let within = launch.ready_timeout.as_std().min(READY);
            let left = within.saturating_sub(began.elapsed());
            failures.extend(self.wait_for(&launch.id(), left).await.err());
        }
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Error::Several { failures }),
        }
    }

    /// Starts one; gives the record of a process that is still to become ready.
    async fn start_one_again(&self, replica: &str) -> Result<Option<Launch>, Error> {
        if containers::is_one(&ServiceName::new(replica)) {
            self.containers().start_again(replica).await?;
            let id = ResourceId::new("container", replica);
            self.wait_for(&id, CONTAINER).await?;
            return Ok(None);
        }
        let launch = match self.launch(&ResourceId::new("process", replica)) {
            Ok(launch) => launch,
            // It was taken down since: that it does not run is no fault any more.
            Err(Error::Unknown { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (state, lock) = (self.state(), self.lock()?);
        apply::ensure(&launch, state, lock, self.children(), self.haste()).await?;
        Ok(Some(launch))
    }

    /// Whether workflows can be started; nothing is asked where no frontend was brought up.
    pub(super) async fn workflows_start(&self) -> Readiness {
        match self.frontend_address() {
            Ok(frontend) => self.namespaces().serves(frontend).await,
            Err(Error::Unknown { .. }) => Readiness::Ready,
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// The replicas that stand for a service.
    fn replicas(&self, service: &ServiceName) -> Result<Vec<Launch>, Error> {
        let records = self.records()?.into_values();
        Ok(records
            .map(|(launch, _)| launch)
            .filter(|launch| launch.services.iter().any(|name| name == service.as_str()))
            .collect())
    }

    fn alive(&self, replica: &str) -> Result<Option<PidFile>, Error> {
        PidFile::alive(self.state(), replica).map_err(|source| Error::Records {
            path: self.state().run(),
            source,
        })
    }

    async fn wait_for(&self, id: &ResourceId, within: Duration) -> Result<(), Error> {
        let deadline = tokio::time::Instant::now() + within;
        let failed = |reason: String| Error::Start {
            replica: id.name().to_owned(),
            source: io::Error::other(reason),
        };
        loop {
            let reason = match self.ready(id).await {
                Readiness::Ready => return Ok(()),
                Readiness::Never(reason) => return Err(failed(reason)),
                Readiness::NotYet(reason) => reason,
            };
            if tokio::time::Instant::now() >= deadline {
                return Err(failed(reason));
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
