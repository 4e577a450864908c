//! Temporal's namespaces as resources, independent of where the frontend runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::quantity;
use model::topology::{Digest, Namespace, Topology};
use temporal::{Client, TaskKind};
use tokio::time::{Instant, sleep};

use super::Readiness;

/// How long a namespace may take to be usable everywhere. Temporal refreshes its caches every 10 s,
/// and a busy machine needs a minute for 512 history shards.
const READY: quantity::Duration = quantity::Duration::from_secs(180);

/// How long one call to the frontend may take.
const CALL: Duration = Duration::from_secs(5);

/// How long a frontend may give no answer. After its database was unavailable, it takes some
/// seconds to reconnect.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);

/// How long a look at a frontend that may be gone may take.
const GLANCE: Duration = Duration::from_secs(1);

/// For how long the shards are asked more slowly after the server limited the rate of requests.
const PACED: Duration = Duration::from_secs(10);

/// A task queue without pollers: describing it shows whether the server knows the namespace.
const UNUSED_QUEUE: &str = "harness-readiness";

/// A failure to create a namespace.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The topology has no namespace of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown { id: ResourceId },
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// The frontend refused or did not answer.
    #[error("could not create namespace `{name}`")]
    Make {
        name: String,
        #[source]
        source: temporal::Error,
    },
}

/// The namespaces of a topology. Empty before the topology is known.
#[derive(Debug, Default)]
pub struct Namespaces {
    wanted: BTreeMap<ResourceId, Namespace>,
    /// What must be ready before any of them can be created.
    needs: Vec<ResourceId>,
}

impl Namespaces {
    pub fn of(topology: &Topology, needs: Vec<ResourceId>) -> Self {
        let resource = |namespace: &Namespace| {
            let id = ResourceId::new(ResourceKind::Namespace, &namespace.name);
            (id, namespace.clone())
        };
        Self {
            wanted: topology.temporal.namespaces.iter().map(resource).collect(),
            needs,
        }
    }

    /// The resource ids of the namespaces of a topology.
    pub fn expected(topology: &Topology) -> impl Iterator<Item = ResourceId> {
        let namespaces = topology.temporal.namespaces.iter();
        namespaces.map(|namespace| ResourceId::new(ResourceKind::Namespace, &namespace.name))
    }

    pub fn desire(&self) -> impl Iterator<Item = Resource> {
        self.wanted.iter().map(|(id, namespace)| Resource {
            id: id.clone(),
            digest: Digest::of(namespace),
            needs: self.needs.clone(),
            ready_timeout: READY,
        })
    }

    /// The namespaces that the running frontend has. Empty if it does not answer.
    pub async fn observe(&self, frontend: SocketAddr) -> Vec<Observed> {
        let Ok(client) = client(frontend, "default", GLANCE).await else {
            return Vec::new();
        };
        let mut observed = Vec::new();
        for (id, namespace) in &self.wanted {
            let retention = client.namespace_retention(&namespace.name, GLANCE).await;
            if let Ok(Some(retention)) = retention {
                let found = Namespace {
                    name: namespace.name.clone(),
                    retention: retention.into(),
                };
                observed.push(Observed {
                    id: id.clone(),
                    state: State::Live(Digest::of(&found)),
                    needs: self.needs.clone(),
                    // It is removed with the database that stores it.
                    stays: true,
                });
            }
        }
        observed
    }

    /// Creates or updates a namespace.
    pub async fn apply(&self, id: &ResourceId, frontend: SocketAddr) -> Result<(), Error> {
        let Some(Namespace { name, retention }) = self.wanted.get(id) else {
            return Err(Error::Unknown { id: id.clone() });
        };
        let client = client(frontend, name, CALL).await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match make(&client, name, retention.as_std()).await {
                Err(error) if error.is_passing() && Instant::now() < deadline => sleep(PAUSE).await,
                done => {
                    return done.map_err(|source| Error::Make {
                        name: name.clone(),
                        source,
                    });
                }
            }
        }
    }
}

async fn make(client: &Client, name: &str, retention: Duration) -> Result<(), temporal::Error> {
    match client.namespace_retention(name, CALL).await? {
        Some(found) if found == retention => Ok(()),
        Some(_) => client.update_retention(name, retention, CALL).await,
        None => client.register_namespace(name, retention, CALL).await,
    }
}

/// Whether a workflow can be started in a namespace: the services of the server know it, which
/// takes some seconds after its creation, and every history shard answers.
pub async fn ready(name: &str, frontend: SocketAddr) -> Readiness {
    let client = match client(frontend, name, GLANCE).await {
        Ok(client) => client,
        Err(error) => return Readiness::unseen(&error),
    };
    let known = client.pollers(UNUSED_QUEUE, TaskKind::Workflow, GLANCE);
    if let Err(error) = known.await {
        return Readiness::unseen(&error);
    }
    match client.check_shards(CALL, PACED).await {
        Ok(()) => Readiness::Ready,
        Err(error) => Readiness::unseen(&error),
    }
}

/// A client of the frontend. The namespace need not exist yet.
pub async fn client(
    frontend: SocketAddr,
    namespace: &str,
    deadline: Duration,
) -> Result<Client, connect::Error> {
    let options = connect::Options::plaintext(frontend.to_string())
        .with_namespace(namespace)
        .with_connect_timeout(deadline);
    Client::connect(options).await
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[tokio::test]
    async fn a_frontend_that_cannot_be_reached_is_reported_with_the_reason() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let closed = listener.local_addr().expect("bound");
        drop(listener);
        let Readiness::NotYet(reason) = ready("default", closed).await else {
            panic!("nothing listens there");
        };
        assert!(reason.to_lowercase().contains("refused"), "{reason}");
    }
}
