//! The simulated backend: resources are entries of a file, and are ready as soon as they are there.
//!
//! It runs every verb through the same pipeline as a real place, without touching one.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use backend::fault::{Capability, Effect, FaultKind, Injection, Undo};
use backend::state::{Directory, Lock};
use backend::{Backend, Endpoint, Error, Log, Place, Provision, Readiness, Vital, Vitals};
use base::file::{present, write_atomically};
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::{Action, Observed, Resource, ResourceId, State};
use model::quantity::Duration;
use model::topology::{Component, Digest, Service, ServiceName, Topology};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::Start;
use temporal::simulated::{Defect, Frontend, Model};
use tokio_util::sync::CancellationToken;

use super::death;

/// The first port of the model; nothing listens there.
const FIRST_PORT: u16 = 20_000;

/// A replica of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Replica {
    digest: Digest,
    service: String,
    needs: Vec<ResourceId>,
    /// Port name to number; the first replica of a service has those of all.
    ports: BTreeMap<String, u16>,
    alive: bool,
    /// How often it was started.
    #[serde(default)]
    starts: u64,
    /// How it ended, if it has.
    #[serde(default)]
    ended: Option<String>,
    /// How many bytes of its log are of earlier launches.
    #[serde(default)]
    log_begin: u64,
}

type World = BTreeMap<ResourceId, Replica>;

/// A topology that is a model.
#[derive(Debug)]
pub struct SimulatedBackend {
    state: Directory,
    // Held, not read: while this lives no other command has the folder.
    _lock: Option<Lock>,
    desired: World,
    frontend: Frontend,
}

impl SimulatedBackend {
    /// The model of a state folder.
    pub fn new(state: Directory, lock: Option<Lock>) -> Self {
        let model = Model {
            result: Arc::new(greeting),
            defect_of: by_type,
            ..Model::default()
        };
        Self {
            state,
            _lock: lock,
            desired: World::new(),
            frontend: Frontend::new(model),
        }
    }

    fn path(&self) -> Utf8PathBuf {
        self.state.run().join("simulated.json")
    }

    /// The model; none where its file holds something else.
    fn world(&self) -> Result<Option<World>, Error> {
        let bytes = present(fs_err::read(self.path())).map_err(Error::new)?;
        Ok(bytes.map_or(Some(World::new()), |bytes| {
            serde_json::from_slice(&bytes).ok()
        }))
    }

    /// The same where nobody can be told of what went wrong.
    fn glance(&self) -> World {
        self.world().ok().flatten().unwrap_or_default()
    }

    /// Has the replica die that the model wants dead by now, with its last words.
    fn die_in_time(&self) -> Result<(), Error> {
        let Some(replica) = death::due(self.frontend.starts()) else {
            return Ok(());
        };
        let ended = format!("exit status: {}", death::STATUS);
        let died = self.mark(|id, _| id.name() == replica, Some(&ended))?;
        for replica in died {
            self.write_log(&replica, death::LAST_WORDS)?;
        }
        Ok(())
    }

    fn write_log(&self, replica: &str, line: &str) -> Result<(), Error> {
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log(replica));
        log.and_then(|mut log| writeln!(log, "{line}"))
            .map_err(Error::new)
    }

    fn log(&self, replica: &str) -> Utf8PathBuf {
        self.state.logs().join(format!("{replica}.log"))
    }

    fn change(&self, change: impl FnOnce(&mut World)) -> Result<(), Error> {
        let mut world = self.world()?.unwrap_or_default();
        change(&mut world);
        let bytes = serde_json::to_vec(&world).map_err(Error::new)?;
        write_atomically(&self.path(), &bytes).map_err(Error::new)
    }

    /// Ends replicas, or without `ended` starts them, and returns those for which that was a change.
    fn mark(
        &self,
        matches: impl Fn(&ResourceId, &Replica) -> bool,
        ended: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let alive = ended.is_none();
        let mut changed = Vec::new();
        self.change(|world| {
            for (id, replica) in world {
                if matches(id, replica) && replica.alive != alive {
                    replica.alive = alive;
                    replica.ended = ended.map(str::to_owned);
                    replica.starts += u64::from(alive);
                    changed.push(id.name().to_owned());
                }
            }
        })?;
        Ok(changed)
    }
}

/// What the modelled worker answers: the greeting of the example workflow.
fn greeting(start: &Start) -> Value {
    let name = start
        .input
        .first()
        .and_then(Value::as_str)
        .unwrap_or("Guest");
    Value::String(format!("Hello {name}!"))
}

/// What the model does with workflows of some types: `Sleep` takes as long as its argument says, and
/// of `Unreadable` the server cannot tell anything.
fn by_type(start: &Start) -> Option<Defect> {
    match start.workflow_type.as_str() {
        "Sleep" => {
            let length = start.input.first().and_then(Value::as_str)?;
            let length: Duration = length.parse().ok()?;
            Some(Defect::RunsFor(length.as_std()))
        }
        "Unreadable" => Some(Defect::Unreadable),
        _ => None,
    }
}

impl Backend for SimulatedBackend {
    type Frontend = Frontend;

    fn place(&self) -> Place {
        Place {
            backend: "simulated".to_owned(),
            engine: "model".to_owned(),
            database: "model".to_owned(),
        }
    }

    async fn prepare(&mut self, topology: &Topology, _: Provision<'_>) -> Result<(), Error> {
        let mut port = FIRST_PORT;
        for service in &topology.services {
            let mut ports = BTreeMap::new();
            for named in &service.ports {
                ports.insert(named.name.clone(), named.pinned.unwrap_or(port));
                port += 1;
            }
            // How many others there are is nothing to a replica.
            let one = Service {
                replicas: 1,
                ..service.clone()
            };
            let digest = Digest::of(&(one, &topology.temporal.dynamic_config));
            let replicas = service.replica_names().map(|replica| {
                let id = ResourceId::new("replica", replica);
                let needs = topology
                    .services
                    .iter()
                    .filter(|other| service.needs.contains(&other.name))
                    .map(|other| ResourceId::new("replica", other.replica(0)));
                let replica = Replica {
                    digest: digest.clone(),
                    service: service.name.as_str().to_owned(),
                    needs: needs.collect(),
                    ports: std::mem::take(&mut ports),
                    alive: true,
                    starts: 0,
                    ended: None,
                    log_begin: 0,
                };
                (id, replica)
            });
            self.desired.extend(replicas);
        }
        Ok(())
    }

    fn desire(&self, topology: &Topology) -> Vec<Resource> {
        let timeout = |name: &str| {
            let service = topology
                .services
                .iter()
                .find(|service| service.name.as_str() == name);
            service.map_or(Duration::default(), |service| service.ready_timeout)
        };
        let replicas = self.desired.iter();
        replicas
            .map(|(id, replica)| Resource {
                id: id.clone(),
                digest: replica.digest.clone(),
                needs: replica.needs.clone(),
                ready_timeout: timeout(&replica.service),
            })
            .collect()
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, Error> {
        let services = topology.services.iter();
        let replicas = services.flat_map(Service::replica_names);
        let replicas = replicas.map(|replica| ResourceId::new("replica", replica));
        Ok(replicas.collect())
    }

    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, Error> {
        let Some(world) = self.world()? else {
            let dead = named.iter().map(|id| Observed {
                id: id.clone(),
                state: State::Dead {
                    reason: format!("{} is no model", self.path()),
                },
                needs: Vec::new(),
            });
            return Ok(dead.collect());
        };
        Ok(world
            .into_iter()
            .map(|(id, replica)| Observed {
                id,
                state: if replica.alive {
                    State::Live(replica.digest)
                } else {
                    State::Dead {
                        reason: "the model says so".to_owned(),
                    }
                },
                needs: replica.needs,
            })
            .collect())
    }

    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), Error> {
        self.change(|world| match action {
            Action::Keep => {}
            Action::Delete => {
                world.remove(id);
            }
            Action::Create | Action::Update => {
                let starts = world.get(id).map_or(0, |replica| replica.starts);
                let log = fs_err::metadata(self.log(id.name()));
                let replica = self.desired.get(id).map(|desired| Replica {
                    starts: starts + 1,
                    log_begin: log.map_or(0, |log| log.len()),
                    ..desired.clone()
                });
                world.extend(replica.map(|replica| (id.clone(), replica)));
            }
        })?;
        self.write_log(id.name(), &format!("{action} {id}"))
    }

    async fn ready(&self, id: &ResourceId) -> Readiness {
        match self.world() {
            Ok(Some(world)) if world.get(id).is_some_and(|replica| replica.alive) => {
                Readiness::Ready
            }
            Ok(_) => Readiness::Never("the model does not have it".to_owned()),
            Err(error) => Readiness::Never(error.to_string()),
        }
    }

    async fn logs(&self) -> Vec<Log> {
        let world = self.glance().into_iter();
        world
            .map(|(id, replica)| Log {
                replica: id.name().to_owned(),
                services: vec![replica.service],
                path: self.log(id.name()),
            })
            .collect()
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error> {
        // Replicas write their log files themselves.
        if let Some(follow) = follow {
            follow.cancelled().await;
        }
        Ok(())
    }

    async fn vitals(&self) -> Vitals {
        let vitals = self.die_in_time().and_then(|()| self.world());
        match vitals {
            Ok(Some(world)) => Vitals {
                replicas: world.into_iter().map(vital).collect(),
                unseen: None,
            },
            Ok(None) => Vitals::unseen(format!("{} is no model", self.path())),
            Err(error) => Vitals::unseen(error.to_string()),
        }
    }

    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let id = ResourceId::new("replica", replica);
        let found = self.glance().remove(&id)?;
        let is_last = life.is_none_or(|life| life == found.starts.to_string());
        let tail = LogTail::of_file(self.log(replica), found.log_begin);
        tail.ok().filter(|_| is_last)
    }

    async fn evidence(&self, _: &ResourceId) -> Option<Utf8PathBuf> {
        None
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        self.glance()
            .into_iter()
            .flat_map(|(id, Replica { service, ports, .. })| {
                ports.into_iter().map(move |(port, number)| Endpoint {
                    service: ServiceName::new(&service),
                    replica: id.name().to_owned(),
                    port,
                    address: SocketAddr::from((Ipv4Addr::LOCALHOST, number)),
                    wanted: None,
                })
            })
            .collect()
    }

    async fn frontend(&self) -> Result<Frontend, Error> {
        Ok(self.frontend.clone())
    }

    async fn database(&self) -> Result<Option<mysql::Access>, Error> {
        Ok(None)
    }

    fn faults(&self, topology: &Topology) -> Vec<Capability> {
        let workers = topology
            .services
            .iter()
            .filter(|service| matches!(service.component, Component::Worker { .. }));
        workers.map(Capability::kill).collect()
    }

    async fn usage(&self) -> BTreeMap<String, std::time::Duration> {
        BTreeMap::new()
    }

    async fn undo(&self, injection: &Injection) -> Result<Undo, Error> {
        let FaultKind::Kill = injection.fault;
        Ok(Undo::Start {
            replicas: replicas(&self.glance(), &injection.service),
        })
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, Error> {
        let FaultKind::Kill = injection.fault;
        let service = injection.service.as_str();
        let killed = Some("signal: 9 (SIGKILL)");
        let gone = self.mark(|_, replica| replica.service == service, killed)?;
        let gone: Vec<String> = gone.iter().map(|name| format!("{name} is gone")).collect();
        Ok(Effect {
            proven: !gone.is_empty(),
            observation: gone.join(", "),
        })
    }

    async fn heal(&self, undo: &Undo) -> Result<(), Error> {
        let Undo::Start { replicas } = undo else {
            unreachable!("only what runs in Kubernetes is scaled");
        };
        self.mark(|id, _| replicas.iter().any(|name| name == id.name()), None)?;
        Ok(())
    }

    async fn serves(&self) -> Readiness {
        Readiness::Ready
    }

    fn outlives(&self, _: &ResourceId) -> bool {
        false
    }

    fn hurry(&self) {}

    async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }
}

fn vital((id, replica): (ResourceId, Replica)) -> (String, Vital) {
    let ended = (!replica.alive).then(|| replica.ended.unwrap_or_else(|| "it is dead".to_owned()));
    let vital = Vital {
        services: vec![replica.service],
        life: replica.starts.to_string(),
        ended,
        before: None,
        if_gone: "the model does not have it",
    };
    (id.name().to_owned(), vital)
}

fn replicas(world: &World, service: &ServiceName) -> Vec<String> {
    let of_service = world
        .iter()
        .filter(|(_, replica)| replica.service == service.as_str());
    of_service.map(|(id, _)| id.name().to_owned()).collect()
}
