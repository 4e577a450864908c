//! The faults that Azure can express, and how they are undone: pods killed and kept away, and the
//! database restarted, by failover where it has a standby.

use std::time::Duration;

use azure::arm::Restart;
use backend::fault::{Effect, FaultKind, Injection, Undo};
use backend::fault_deadlines::{READY, RESTART};
use backend::{Backend as _, Readiness};
use model::plan::ResourceId;
use model::profile::azure::HighAvailability;
use model::topology::{Component, ServiceName};
use tokio::time::{Instant, sleep, timeout};

use super::backend::AzureBackend;
use super::error::Error;
use super::group::Found;

/// How often a database that is restarted is looked at.
const POLL: Duration = Duration::from_millis(100);

impl AzureBackend {
    fn is_database(&self, service: &ServiceName) -> Result<bool, Error> {
        let topology = &self
            .wanted(&ResourceId::new("deployment", service))?
            .topology;
        let found = topology.service(service.as_str());
        Ok(found.is_some_and(|found| found.component == Component::Database))
    }

    /// How an injection will be undone.
    pub(super) async fn undo_of(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        let FaultKind::Kill = injection.fault;
        let service = &injection.service;
        if self.is_database(service)? {
            return Ok(Undo::Start {
                replicas: vec![service.to_string()],
            });
        }
        let id = ResourceId::new("deployment", service);
        let topology = &self.wanted(&id)?.topology;
        let replicas = match topology.service(service.as_str()) {
            Some(wanted) => wanted.replicas,
            None => self.connected().await?.cluster.replicas(service).await?,
        };
        Ok(Undo::Scale {
            service: service.clone(),
            replicas,
        })
    }

    /// Kills a service, and looks whether it is gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> Result<Effect, backend::Error> {
        if self.is_database(service)? {
            return self.restart_database().await;
        }
        let killed = self.connected().await?.cluster.kill(service).await;
        let (proven, observation) = killed?;
        Ok(Effect {
            proven,
            observation,
        })
    }

    /// Azure keeps no database down: the fault is over when the server is back, and to undo it is
    /// to have waited for that.
    async fn restart_database(&self) -> Result<Effect, backend::Error> {
        let scope = self.scope().await?;
        let server = &scope.names.mysql;
        let standby = self.settings.azure.mysql.high_availability;
        let forced = standby != HighAvailability::Disabled;
        let how = if forced {
            Restart::Failover
        } else {
            Restart::InPlace
        };
        let arm = &self.cloud().await?.arm;
        let failed = || Error::azure("restart the database");
        let begun = arm.restart_server(&scope.group, server, how).await;
        let id = super::stack::id(&scope);
        let back = self.finish(begun.map_err(failed())?, &id);
        let back = timeout(RESTART, back).await;
        let reason = || format!("Azure does not have it back within {} s", RESTART.as_secs());
        let back = back.map_err(|_| Error::Silent { reason: reason() })?;
        back.map_err(failed())?;
        self.until_database_answers().await?;
        Ok(Effect {
            proven: true,
            observation: if forced {
                format!("server {server} has failed over to its standby")
            } else {
                format!("server {server} was restarted")
            },
        })
    }

    /// Azure says that its server is back; what stands for it on this machine has to be asked.
    async fn until_database_answers(&self) -> Result<(), backend::Error> {
        let Some(ground) = &self.ground else {
            return Ok(());
        };
        let id = ground.database_needs();
        let deadline = Instant::now() + READY;
        loop {
            match ground.ready(&id).await {
                Readiness::Ready => return Ok(()),
                Readiness::NotYet(_) | Readiness::Never(_) if Instant::now() < deadline => {
                    sleep(POLL).await;
                }
                Readiness::NotYet(reason) | Readiness::Never(reason) => {
                    return Err(Error::Silent { reason }.into());
                }
            }
        }
    }

    /// Undoes a kill. Where everything was taken down since, that nothing runs is no fault any more.
    pub(super) async fn revive(&self, undo: &Undo) -> Result<(), backend::Error> {
        let Found::Ours(_) = self.find_group().await? else {
            return Ok(());
        };
        let Some(connection) = self.connection().await? else {
            return Ok(());
        };
        match undo {
            Undo::Scale { service, replicas } => connection.cluster.scale(service, *replicas).await,
            // Azure starts its server itself, and the injection has waited for that.
            Undo::Start { .. } => Ok(()),
        }
    }

    /// Whether workflows can be started; nothing is asked where everything was taken down since.
    pub(super) async fn workflows_start(&self) -> Readiness {
        match self.connection().await {
            Ok(Some(_)) => match self.frontend_address().await {
                Ok(frontend) => self.namespaces.serves(frontend).await,
                Err(error) => Readiness::unseen(&error),
            },
            Ok(None) => Readiness::Ready,
            Err(error) => Readiness::unseen(&error),
        }
    }
}
