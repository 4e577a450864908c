//! The levers of this place: Azure restarts the database, and the cluster controls everything else
//! as workloads.

use std::collections::BTreeMap;
use std::sync::Arc;

use backend::fault::{Pull, Reach, Recipients, Sighting, Sign, Signal};
use backend::{Backend as _, Host as _, Readiness, namespaces};
use base::causes::in_one_line;
use model::plan::{ResourceId, ResourceKind};
use model::profile::azure::HighAvailability;
use model::topology::{Component, Layer, Service, ServiceName, Topology};

use super::connection::Link;
use super::objects::Objects;
use super::server::{Condition, Server};
use super::site::Site;

#[derive(Debug)]
pub(super) struct Levers {
    site: Arc<Site>,
    link: Arc<Link>,
    objects: Arc<Objects>,
    server: Server,
}

impl Levers {
    pub(super) fn new(site: &Arc<Site>, link: &Arc<Link>, objects: &Arc<Objects>) -> Self {
        Self {
            site: Arc::clone(site),
            link: Arc::clone(link),
            objects: Arc::clone(objects),
            server: Server::new(site),
        }
    }

    /// How each service of a topology is controlled.
    pub(super) fn reach(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
        if self.site.without_cluster() {
            return BTreeMap::new();
        }
        let availability = self.site.settings.azure.mysql.high_availability;
        let reach = |service: &Service| {
            let reach = match service.component {
                Component::Database => Reach::Managed {
                    standby: availability != HighAvailability::Disabled,
                },
                Component::Temporal(_) | Component::Web { .. } | Component::Worker { .. } => {
                    Reach::Workload {
                        replicas: service.replicas,
                    }
                }
            };
            (service.name.clone(), reach)
        };
        topology.services.iter().map(reach).collect()
    }

    pub(super) async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        match pull {
            Pull::Signal {
                signal: Signal::Kill,
                whom: Recipients::Service(service),
            } => {
                let connection = self.link.connected().await?;
                connection.cluster.kill_all(service).await
            }
            Pull::Scale { service, replicas } => self.scale(service, *replicas).await,
            Pull::Restart { failover } => self.server.restart(*failover).await,
            Pull::Signal { .. } | Pull::Start { .. } => {
                Err(pull.foreign(self.site.settings.aim.name()))
            }
        }
    }

    pub(super) async fn look(&self, sign: &Sign) -> Sighting {
        let looked = match sign {
            Sign::Gone { service, lives } => self.gone(service, lives).await,
            Sign::Interrupted { lives, .. } => self.interrupted(lives).await,
            Sign::Back { service, .. } if is_database(service) => self.database_is_back().await,
            Sign::Back { service, .. } => self.back(service).await,
            Sign::Serves { namespace } => self.serves(namespace).await,
        };
        looked.unwrap_or_else(|error| Sighting::NotYet(in_one_line(&error)))
    }

    /// Does nothing if the cluster or the service was taken down in the meantime.
    async fn scale(&self, service: &ServiceName, replicas: u16) -> Result<(), backend::Error> {
        let Some(connection) = self.link.connection().await? else {
            return Ok(());
        };
        if !self.objects.has(&deployment(service)).await? {
            return Ok(());
        }
        connection.cluster.scale(service, replicas).await
    }

    async fn gone(
        &self,
        service: &ServiceName,
        lives: &BTreeMap<String, String>,
    ) -> Result<Sighting, backend::Error> {
        let connection = self.link.connected().await?;
        Ok(connection.cluster.gone(service, lives).await)
    }

    /// The stand-in shows this by the lives of its container; otherwise Azure's state of the server
    /// counts.
    async fn interrupted(
        &self,
        lives: &BTreeMap<String, String>,
    ) -> Result<Sighting, backend::Error> {
        if let Some(stand_in) = self.site.stand_in.as_ref().filter(|_| !lives.is_empty()) {
            return Ok(stand_in.place.containers().vitals().await.gone(lives));
        }
        Ok(match self.server.condition().await? {
            Condition::Away(what) => Sighting::Seen(what),
            Condition::Ready => match self.server.failure() {
                Some(reason) => Sighting::Never(reason),
                None => Sighting::NotYet("the server is ready".to_owned()),
            },
            Condition::Absent => Sighting::Never("there is no server".to_owned()),
        })
    }

    /// Azure must report its server as ready; a stand-in must answer as well.
    async fn database_is_back(&self) -> Result<Sighting, backend::Error> {
        match self.server.condition().await? {
            Condition::Absent => return Ok(no_more("database")),
            Condition::Away(what) => return Ok(Sighting::NotYet(what)),
            Condition::Ready => {}
        }
        if self.server.is_restarting() {
            return Ok(Sighting::NotYet(
                "Azure has not finished the restart".to_owned(),
            ));
        }
        let Some(stand_in) = &self.site.stand_in else {
            return Ok(Sighting::Seen("the server is ready".to_owned()));
        };
        Ok(
            match stand_in.place.ready(&database::container_id(), None).await {
                Readiness::Ready => Readiness::Ready.into(),
                Readiness::NotYet(reason) => Sighting::NotYet(reason),
                // Azure would start its server. Here, a killed command may not have started the
                // stand-in again.
                Readiness::Never(reason) => {
                    stand_in.place.pull(&start()).await?;
                    Sighting::NotYet(reason)
                }
            },
        )
    }

    async fn back(&self, service: &ServiceName) -> Result<Sighting, backend::Error> {
        let id = deployment(service);
        if self.link.connection().await?.is_none() || !self.objects.has(&id).await? {
            return Ok(no_more(service.as_str()));
        }
        Ok(self.objects.ready(&id, None).await.into())
    }

    async fn serves(&self, namespace: &str) -> Result<Sighting, backend::Error> {
        if self.link.connection().await?.is_none() {
            return Ok(no_more("frontend"));
        }
        let frontend = self.link.frontend().await?;
        Ok(namespaces::ready(namespace, frontend).await.into())
    }
}

fn is_database(service: &ServiceName) -> bool {
    service.layer() == Layer::Database
}

fn deployment(service: &ServiceName) -> ResourceId {
    ResourceId::new(ResourceKind::Deployment, service)
}

/// The lever that starts the stand-in's database.
fn start() -> Pull {
    let container = database::container_id();
    Pull::Start {
        replicas: vec![container.name().to_owned()],
    }
}

/// The service was taken down in the meantime, so nothing has to run.
fn no_more(what: &str) -> Sighting {
    Sighting::Seen(format!("there is no {what} any more"))
}
