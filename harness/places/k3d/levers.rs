//! The levers of this place: Docker controls the database's container, and the cluster controls
//! everything else as workloads.

use std::collections::BTreeMap;

use backend::fault::{Pull, Reach, Recipients, Sighting, Sign, Signal};
use backend::{Host as _, namespaces};
use base::causes::in_one_line;
use model::plan::{ResourceId, ResourceKind};
use model::topology::{Component, Service, ServiceName, Topology};

use super::container_host::ContainerHost;
use super::error::Error;
use super::found::Found;
use super::groups::Groups;
use super::ports::MYSQL;
use super::record::ClusterRecord;
use super::site::Site;

/// The name of the backend in errors.
const BACKEND: &str = "k3d";

/// How each service of a topology is controlled.
pub(super) fn reach(topology: &Topology) -> BTreeMap<ServiceName, Reach> {
    let reach = |service: &Service| {
        let reach = match service.component {
            Component::Database => Reach::Replicas(vec![MYSQL.to_owned()]),
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

#[derive(Debug)]
pub(super) struct Levers<'a> {
    pub(super) containers: &'a ContainerHost,
    pub(super) groups: &'a Groups,
}

impl Levers<'_> {
    pub(super) async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        match pull {
            Pull::Signal {
                signal: Signal::Kill,
                whom: Recipients::Service(service),
            } => self.site().api.cluster().await?.kill_all(service).await,
            Pull::Signal {
                signal: Signal::Kill,
                whom: Recipients::Replicas(replicas),
            } if is_database(replicas) => self.site().mysql().await?.container().kill().await,
            Pull::Start { replicas } if is_database(replicas) => {
                self.site().mysql().await?.container().start_again().await
            }
            Pull::Scale { service, replicas } => {
                if self.is_applied(service).await? {
                    let cluster = self.site().api.cluster().await?;
                    cluster.scale(service, *replicas).await?;
                }
                Ok(())
            }
            Pull::Signal { .. } | Pull::Start { .. } | Pull::Restart { .. } => {
                Err(pull.foreign(BACKEND))
            }
        }
    }

    pub(super) async fn look(&self, sign: &Sign) -> Sighting {
        let looked = match sign {
            Sign::Gone { service, lives } => self.gone(service, lives).await,
            Sign::Back { service, .. } => self.back(service).await,
            Sign::Serves { namespace } => self.serves(namespace).await,
            Sign::Interrupted { .. } => return sign.foreign(BACKEND),
        };
        looked.unwrap_or_else(|error| Sighting::NotYet(in_one_line(&error)))
    }

    async fn gone(
        &self,
        service: &ServiceName,
        lives: &BTreeMap<String, String>,
    ) -> Result<Sighting, backend::Error> {
        if service.as_str() == MYSQL {
            return Ok(self.containers.vitals().await.gone(lives));
        }
        Ok(self.site().api.cluster().await?.gone(service, lives).await)
    }

    /// If the cluster or the database was taken down in the meantime, the service counts as back.
    async fn back(&self, service: &ServiceName) -> Result<Sighting, backend::Error> {
        if service.as_str() == MYSQL {
            let mysql = self.site().mysql().await?;
            if !mysql.container().is_made().await? {
                return Ok(Sighting::Seen("there is no database any more".to_owned()));
            }
            return Ok(mysql.ready(&database::container_id(), None).await.into());
        }
        if !self.is_applied(service).await? {
            return Ok(Sighting::Seen(format!("there is no `{service}` any more")));
        }
        Ok(self.groups.ready(&deployment(service), None).await.into())
    }

    /// If the cluster was taken down in the meantime, nothing is checked. A stand-in for a cluster
    /// in Azure has no frontend of its own.
    async fn serves(&self, namespace: &str) -> Result<Sighting, backend::Error> {
        let nothing = || Sighting::Seen("there is no frontend any more".to_owned());
        if let Found::Absent | Found::Dead(_) = self.find().await? {
            return Ok(nothing());
        }
        Ok(match ClusterRecord::frontend(&self.site().state) {
            Ok(frontend) => namespaces::ready(namespace, frontend).await.into(),
            Err(_) => nothing(),
        })
    }

    /// Whether a service was applied to the running cluster and not removed since.
    async fn is_applied(&self, service: &ServiceName) -> Result<bool, Error> {
        Ok(match self.find().await? {
            Found::Live(record) => record.groups.contains(&deployment(service)),
            Found::Absent | Found::Dead(_) => false,
        })
    }

    /// The cluster. A damaged record is an error, because it does not show what was taken down.
    async fn find(&self) -> Result<Found, Error> {
        ClusterRecord::read(&self.site().state)?.damaged_as_error()?;
        self.groups.nodes.find().await
    }

    fn site(&self) -> &Site {
        &self.groups.nodes.site
    }
}

fn is_database(replicas: &[String]) -> bool {
    replicas == [MYSQL]
}

fn deployment(service: &ServiceName) -> ResourceId {
    ResourceId::new(ResourceKind::Deployment, service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_a_container_and_every_other_service_a_workload() {
        let topology = testing::profile::topology("k3d", &["temporal.roles.history.replicas=3"]);
        let reach = reach(&topology);
        assert_eq!(reach.len(), topology.services.len());
        for (service, reach) in reach {
            let expected = match service.as_str() {
                MYSQL => Reach::Replicas(vec![MYSQL.to_owned()]),
                "temporal-history" => Reach::Workload { replicas: 3 },
                "worker" => Reach::Workload { replicas: 2 },
                _ => Reach::Workload { replicas: 1 },
            };
            assert_eq!(reach, expected, "{service}");
        }
    }
}
