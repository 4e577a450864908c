//! The faults that a cluster can express, and how they are undone: pods and the database's
//! container killed, and kept away.

use backend::Readiness;
use backend::fault::{Effect, FaultKind, Injection, Undo};
use model::plan::ResourceId;
use model::topology::ServiceName;

use super::backend::K3dBackend;
use super::found::Found;
use super::ports::MYSQL;

fn is_database(service: &ServiceName) -> bool {
    service.as_str() == MYSQL
}

impl K3dBackend {
    /// How an injection will be undone.
    pub(super) async fn undo_of(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        let FaultKind::Kill = injection.fault;
        let service = &injection.service;
        if is_database(service) {
            return Ok(Undo::Start {
                replicas: vec![MYSQL.to_owned()],
            });
        }
        // What the topology wants; a fault that is open already may have left fewer.
        let replicas = match self.wanted_replicas(service) {
            Some(replicas) => replicas,
            None => self.kubernetes().await?.replicas(service).await?,
        };
        Ok(Undo::Scale {
            service: service.clone(),
            replicas,
        })
    }

    fn wanted_replicas(&self, service: &ServiceName) -> Option<u16> {
        let id = ResourceId::new("deployment", service);
        let wanted = self.wanted(&id).ok()?;
        Some(wanted.topology.service(service.as_str())?.replicas)
    }

    /// Kills a service, and looks whether it is gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> Result<Effect, backend::Error> {
        let (proven, observation) = if is_database(service) {
            self.docker().await?.mysql.kill().await?
        } else {
            self.kubernetes().await?.kill(service).await?
        };
        Ok(Effect {
            proven,
            observation,
        })
    }

    /// Undoes a kill. Where the cluster or the database was taken down since, that nothing runs is
    /// no fault any more.
    pub(super) async fn revive(&self, undo: &Undo) -> Result<(), backend::Error> {
        match undo {
            Undo::Start { replicas } if replicas.iter().any(|replica| replica == MYSQL) => {
                self.start_database().await
            }
            Undo::Start { .. } => Ok(()),
            Undo::Scale { service, replicas } => match self.find_cluster().await? {
                Found::Live(_) => self.kubernetes().await?.scale(service, *replicas).await,
                Found::Absent | Found::Dead(_) => Ok(()),
            },
        }
    }

    /// Whether workflows can be started; nothing is asked where the cluster was taken down since. A
    /// stand-in for a cluster in Azure has no frontend of its own.
    pub(super) async fn workflows_start(&self) -> Readiness {
        match self.find_cluster().await {
            Ok(Found::Live(_)) => match self.frontend_address() {
                Ok(frontend) => self.namespaces.serves(frontend).await,
                Err(_) => Readiness::Ready,
            },
            Ok(Found::Absent | Found::Dead(_)) => Readiness::Ready,
            Err(error) => Readiness::unseen(&error),
        }
    }

    async fn start_database(&self) -> Result<(), backend::Error> {
        let mysql = &self.docker().await?.mysql;
        let there = mysql.observe(&[]).await?;
        let container = ResourceId::new("container", MYSQL);
        if there.iter().any(|observed| observed.id == container) {
            mysql.start_again().await?;
        }
        Ok(())
    }
}
