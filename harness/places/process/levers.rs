//! The levers of this place: kills replicas and starts them again.

use std::collections::BTreeMap;

use backend::fault::{Pull, Reach, Recipients, Sighting, Sign, Signal};
use backend::{Host as _, Readiness, namespaces};
use base::causes::in_one_line;
use futures_util::future::join_all;
use model::topology::{Component, Service, ServiceName, Topology};

use super::console::WEB;
use super::container_host::ContainerHost;
use super::containers::Containers;
use super::docker_site::{MYSQL, is_container};
use super::engine::Engine;
use super::error::Error;
use super::process_host::ProcessHost;
use super::processes::Processes;
use super::site::Site;

/// The name of the backend in errors.
const BACKEND: &str = "process";

/// How each service of a topology is controlled. Services that cannot be controlled are absent.
pub(super) fn reach(engine: &Engine, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
    // The development server runs everything except the worker, so no part of it can be killed
    // alone.
    let apart = matches!(engine, Engine::Server);
    let services = topology.services.iter();
    services
        .filter(|service| apart || matches!(service.component, Component::Worker { .. }))
        // Somebody else runs a worker without replicas.
        .filter(|service| service.replicas > 0)
        .map(|service| (service.name.clone(), Reach::Replicas(replicas(service))))
        .collect()
}

fn replicas(service: &Service) -> Vec<String> {
    match service.component {
        Component::Database => vec![MYSQL.to_owned()],
        Component::Web { .. } => vec![WEB.to_owned()],
        Component::Temporal(_) | Component::Worker { .. } => service.replica_names().collect(),
    }
}

#[derive(Debug)]
pub(super) struct Levers<'a> {
    pub(super) site: &'a Site,
    pub(super) processes: &'a Processes,
    pub(super) containers: &'a Containers,
    pub(super) hosts: &'a (ProcessHost, ContainerHost),
}

impl Levers<'_> {
    pub(super) async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        match pull {
            Pull::Signal {
                signal: Signal::Kill,
                whom: Recipients::Replicas(replicas),
            } => Ok(each(replicas, async |replica| self.kill(replica).await).await?),
            Pull::Start { replicas } => {
                Ok(each(replicas, async |replica| self.start_again(replica).await).await?)
            }
            Pull::Signal { .. } | Pull::Scale { .. } | Pull::Restart { .. } => {
                Err(pull.foreign(BACKEND))
            }
        }
    }

    pub(super) async fn look(&self, sign: &Sign) -> Sighting {
        match sign {
            Sign::Gone { lives, .. } => self.hosts.vitals().await.gone(lives),
            Sign::Back { replicas, .. } => self.back(replicas).await,
            Sign::Serves { namespace } => self.serves(namespace).await,
            Sign::Interrupted { .. } => sign.foreign(BACKEND),
        }
    }

    async fn kill(&self, replica: &str) -> Result<(), Error> {
        if is_container(replica) {
            self.containers.kill(replica).await
        } else {
            self.processes.kill(replica).await
        }
    }

    async fn start_again(&self, replica: &str) -> Result<(), Error> {
        if is_container(replica) {
            self.containers.start_again(replica).await
        } else {
            self.processes.start_again(replica).await
        }
    }

    /// Whether all of the replicas that still exist do their job.
    async fn back(&self, replicas: &[String]) -> Sighting {
        let mut looks = Vec::new();
        for replica in replicas {
            let looked = if is_container(replica) {
                self.containers.ready_again(replica).await
            } else {
                self.processes.ready_again(replica).await
            };
            let looked = looked.unwrap_or_else(|error| {
                Some(if error.is_damage() {
                    Readiness::Never(in_one_line(&error))
                } else {
                    Readiness::unseen(&error)
                })
            });
            looks.extend(looked.map(|look| (replica.as_str(), look)));
        }
        together(&looks)
    }

    /// Whether workflows can be started. Passes without a check if no frontend is up.
    async fn serves(&self, namespace: &str) -> Sighting {
        if let Some(cluster) = self.site.cluster() {
            return match cluster.check().await {
                Ok(version) => Sighting::Seen(format!("Temporal {version} answers")),
                Err(error) => Readiness::unseen(&error).into(),
            };
        }
        match self.site.frontend_address() {
            Ok(Some(frontend)) => namespaces::ready(namespace, frontend).await.into(),
            Ok(None) => Sighting::Seen("no frontend is up".to_owned()),
            Err(error) if error.is_damage() => Sighting::Never(in_one_line(&error)),
            Err(error) => Readiness::unseen(&error).into(),
        }
    }
}

/// Does something to all replicas at once, even if it fails for some.
async fn each(
    replicas: &[String],
    act: impl AsyncFn(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    let done = join_all(replicas.iter().map(|replica| act(replica))).await;
    let mut failures: Vec<Error> = done.into_iter().filter_map(Result::err).collect();
    match failures.len() {
        0 => Ok(()),
        1 => Err(failures.remove(0)),
        _ => Err(Error::Several { failures }),
    }
}

/// The combined result of several checks: the worst one.
fn together(looks: &[(&str, Readiness)]) -> Sighting {
    let (mut ready, mut not_yet, mut never) = (Vec::new(), Vec::new(), Vec::new());
    for (replica, look) in looks {
        match look {
            Readiness::Ready => ready.push((*replica).to_owned()),
            Readiness::NotYet(reason) => not_yet.push(format!("{replica}: {reason}")),
            Readiness::Never(reason) => never.push(format!("{replica}: {reason}")),
        }
    }
    if !never.is_empty() {
        // Replicas that are not ready yet are reported, too, since no further check follows.
        never.extend(not_yet);
        Sighting::Never(never.join("; "))
    } else if !not_yet.is_empty() {
        Sighting::NotYet(not_yet.join("; "))
    } else if !ready.is_empty() {
        Sighting::Seen(format!("ready: {}", ready.join(", ")))
    } else {
        Sighting::Seen("all of its replicas were taken down".to_owned())
    }
}

#[cfg(test)]
mod tests;
