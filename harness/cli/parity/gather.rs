//! Gathers the facts of one side.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::{Backend, Host as _, Place};
use model::topology::{Component, Topology, needed_connections};
use mysql::{Client, ConnectOptions, preflight, schema};
use serde_json::json;
use temporal::backoff::Pace;
use temporal::{Cluster, Frontend as _};
use tokio::time::Instant;

use super::facts::{Database, Facts, Probe, Rendered, Running, Worker};

/// The deadline of each request.
const DEADLINE: Duration = Duration::from_secs(10);

/// The facts of a profile and of its running topology.
pub async fn gather<B: Backend>(
    profile: &str,
    place: &Place,
    topology: &Topology,
    backend: &B,
) -> Facts {
    let running = match backend.observe(&[], None).await {
        Ok(observed) if observed.is_empty() => Probe::Unknown("not up".to_owned()),
        Ok(_) => Probe::Known(running(place, topology, backend).await),
        Err(error) => Probe::of(Err(error)),
    };
    Facts {
        profile: profile.to_owned(),
        place: place.clone(),
        rendered: Rendered::of(topology),
        running,
    }
}

async fn running<B: Backend>(place: &Place, topology: &Topology, backend: &B) -> Running {
    let frontend = backend.frontend(topology.main_namespace()).await;
    let cluster = match &frontend {
        Ok(frontend) => {
            let ask = async || frontend.cluster(DEADLINE).await;
            Probe::of(paced("cluster", ask).await)
        }
        Err(error) => Probe::of(Err(error)),
    };
    let mut namespaces = BTreeMap::new();
    for namespace in &topology.temporal.namespaces {
        let name = namespace.name.clone();
        let retention = match &frontend {
            Ok(frontend) => {
                let ask = async || frontend.retention(name.clone(), DEADLINE).await;
                Probe::of(paced(&name, ask).await)
            }
            Err(error) => Probe::of(Err(error)),
        };
        let retention = retention.then(|kept| Probe::Known(kept.map(Into::into)));
        namespaces.insert(name, retention);
    }
    let server = match &cluster {
        Probe::Known(Cluster { server_version, .. }) => server_version,
        Probe::Unknown(_) | Probe::Absent => &topology.temporal.version,
    };
    let database = match backend.hosts().database().await {
        Ok(Some(access)) => Probe::of(database(&access, server).await),
        Ok(None) if place.database == "mysql" => {
            Probe::Unknown("the database does not exist yet".to_owned())
        }
        Ok(None) => Probe::Absent,
        Err(error) => Probe::of(Err(error)),
    };
    Running {
        cluster,
        namespaces,
        database,
    }
}

/// Sends a request, and repeats it after a pause while the server answers that it is overloaded.
async fn paced<T>(
    what: &str,
    ask: impl AsyncFn() -> Result<T, temporal::Error>,
) -> Result<T, temporal::Error> {
    let until = Instant::now() + DEADLINE;
    let mut pace = Pace::new(what);
    loop {
        match ask().await {
            Err(error) if error.is_rate_limited() && pace.wait_before(until).await => {}
            done => return done,
        }
    }
}

async fn database(access: &ConnectOptions, server: &str) -> Result<Database, mysql::Error> {
    let mut client = Client::connect(access, None, DEADLINE).await?;
    let facts = preflight::Facts::read(&mut client).await?;
    let state = async |store| Probe::of(schema::state(access, store, server).await);
    Ok(Database {
        server: facts,
        default_schema: state(schema::Store::Default).await,
        visibility_schema: state(schema::Store::Visibility).await,
    })
}

impl Rendered {
    /// What a topology requires.
    pub fn of(topology: &Topology) -> Self {
        let components = topology.services.iter();
        let roles = components.filter_map(|service| {
            let Component::Temporal(role) = &service.component else {
                return None;
            };
            Some((role.clone(), service.replicas))
        });
        let workers = topology.workers().map(|worker| Worker {
            service: worker.service.name.clone(),
            task_queue: worker.task_queue.to_owned(),
            replicas: worker.service.replicas,
            run: worker.run.clone(),
        });
        let temporal = &topology.temporal;
        let namespaces = temporal.namespaces.iter();
        Self {
            topology: topology.digest.clone(),
            server_version: temporal.version.clone(),
            history_shards: temporal.history_shards,
            roles: roles.collect(),
            namespaces: namespaces
                .map(|namespace| (namespace.name.clone(), namespace.retention))
                .collect(),
            dynamic_config: temporal
                .dynamic_config
                .iter()
                .map(|(key, setting)| (key.clone(), json!(setting)))
                .collect(),
            mysql: topology.database.version.clone(),
            tls: topology.database.tls,
            max_connections: topology.database.max_connections,
            needed_connections: needed_connections(topology),
            workers: workers.collect(),
        }
    }
}
