//! The faults that processes can express, and how they are undone: SIGKILL, and staying down.

use std::io;
use std::time::Duration;

use super::backend::ProcessBackend;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::{apply, stop};
use crate::backend::Readiness;
use crate::fault::{Effect, FaultKind, Injection, Undo};
use crate::plan::ResourceId;
use crate::topology::ServiceName;

/// How often a healed replica is looked at.
const POLL: Duration = Duration::from_millis(50);

impl ProcessBackend {
    /// How an injection will be undone.
    pub(super) fn undo_of(&self, injection: &Injection) -> Result<Undo, Error> {
        let FaultKind::Kill = injection.fault;
        let replicas = self.replicas(&injection.service)?;
        Ok(Undo::Start {
            replicas: replicas.into_iter().map(|launch| launch.replica).collect(),
        })
    }

    /// Kills every replica of a service and looks whether they are gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> Result<Effect, Error> {
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
    pub(super) async fn start_again(&self, replicas: &[String]) -> Result<(), Error> {
        let mut launches = Vec::new();
        for replica in replicas {
            match self.launch(&ResourceId::new("process", replica)) {
                Ok(launch) => launches.push(launch),
                // It was taken down since: that it does not run is no fault any more.
                Err(Error::Unknown { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for launch in &launches {
            apply::ensure(
                launch,
                self.state(),
                self.lock()?,
                self.children(),
                self.haste(),
            )
            .await?;
        }
        for launch in &launches {
            self.wait_until_ready(launch).await?;
        }
        Ok(())
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

    async fn wait_until_ready(&self, launch: &Launch) -> Result<(), Error> {
        let deadline = tokio::time::Instant::now() + launch.ready_timeout.as_std();
        let failed = |reason: String| Error::Start {
            replica: launch.replica.clone(),
            source: io::Error::other(reason),
        };
        loop {
            let reason = match self.process_ready(&launch.id()).await {
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
