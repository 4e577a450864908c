//! The simulated backend: resources are entries of a file and are ready at once.
//!
//! It runs every verb through the same pipeline as a real place, without touching one.

use std::collections::BTreeMap;
use std::sync::Arc;

use backend::fault::{Pull, Reach, Recipients, Sighting, Sign, Signal};
use backend::state::{Directory, Lock};
use backend::{Backend, Change, Error, Host as _, Place, Prepared, Provision, Readiness};
use base::causes::in_one_line;
use base::file::Stored;
use model::plan::{Action, Observed, Resource, ResourceId, ResourceKind, State};
use model::quantity::Duration;
use model::topology::{Digest, Service, ServiceName, Topology};
use serde_json::Value;
use temporal::Start;
use temporal::simulated::{Defect, Frontend, Model};

use super::replicas::{Replica, Replicas, World};

const NAME: &str = "simulated";

/// The first port of the model. Nothing listens there.
const FIRST_PORT: u16 = 20_000;

/// A topology that is only simulated.
#[derive(Debug)]
pub struct SimulatedBackend {
    // Held but not read: it keeps other commands out of the folder.
    _lock: Option<Lock>,
    replicas: Replicas,
}

/// The desired replicas of a topology.
#[derive(Debug)]
pub struct Parts(World);

impl SimulatedBackend {
    /// The model of a state folder.
    pub fn new(state: Directory, lock: Option<Lock>) -> Self {
        let model = Model {
            result: Arc::new(greeting),
            defect_of: by_type,
            ..Model::default()
        };
        let frontend = Frontend::new(model);
        Self {
            _lock: lock,
            replicas: Replicas { state, frontend },
        }
    }

    pub fn place(&self) -> Place {
        Place {
            backend: NAME.to_owned(),
            engine: "model".to_owned(),
            database: "model".to_owned(),
            cluster: None,
        }
    }
}

/// The result of the simulated worker: the greeting of the example workflow.
fn greeting(start: &Start) -> Value {
    let name = start
        .input
        .first()
        .and_then(Value::as_str)
        .unwrap_or("Guest");
    Value::String(format!("Hello {name}!"))
}

/// The behaviour of some workflow types: `Sleep` runs for the duration in its argument, and the
/// server can report nothing about `Unreadable`.
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
    type Hosts = Replicas;
    type Parts = Parts;

    async fn prepare(
        &self,
        topology: &Topology,
        _: Provision<'_>,
    ) -> Result<Prepared<Parts>, Error> {
        let mut port = FIRST_PORT;
        let (mut desired, mut world) = (Vec::new(), World::new());
        for service in &topology.services {
            let mut ports = BTreeMap::new();
            for named in &service.ports {
                ports.insert(named.name.clone(), named.pinned.unwrap_or(port));
                port += 1;
            }
            for (resource, replica) in wanted(service, topology, ports) {
                world.insert(resource.id.clone(), replica);
                desired.push(resource);
            }
        }
        desired.sort_by(|one, other| one.id.cmp(&other.id));
        let parts = Parts(world);
        Ok(Prepared { desired, parts })
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, Error> {
        let services = topology.services.iter();
        let replicas = services.flat_map(Service::replica_names);
        let replicas = replicas.map(|replica| ResourceId::new(ResourceKind::Replica, replica));
        Ok(replicas.collect())
    }

    async fn observe(
        &self,
        named: &[ResourceId],
        _: Option<&Parts>,
    ) -> Result<Vec<Observed>, Error> {
        let observed = |id: ResourceId, state: State, needs: Vec<ResourceId>| Observed {
            id,
            state,
            needs,
            stays: false,
        };
        let dead = |reason: String| State::Dead { reason };
        let world = match self.replicas.world()? {
            Stored::Absent => World::new(),
            Stored::Read(world) => world,
            Stored::Damaged(_) => {
                let state = dead("its record is damaged".to_owned());
                let named = named.iter().cloned();
                return Ok(named
                    .map(|id| observed(id, state.clone(), Vec::new()))
                    .collect());
            }
        };
        let each = world.into_iter().map(|(id, replica)| {
            let state = if replica.alive {
                State::Live(replica.digest)
            } else {
                dead("the model marks it as dead".to_owned())
            };
            observed(id, state, replica.needs)
        });
        Ok(each.collect())
    }

    async fn apply(&self, id: &ResourceId, change: Change<'_, Parts>) -> Result<(), Error> {
        let log = fs_err::metadata(self.replicas.log(id.name()));
        let log_begin = log.map_or(0, |log| log.len());
        let mut done = Action::Delete;
        self.replicas.change(|world| match change {
            Change::Remove => {
                world.remove(id);
            }
            Change::Make(Parts(wanted)) => {
                let before = world.get(id);
                done = before.map_or(Action::Create, |_| Action::Update);
                let starts = before.map_or(0, |replica| replica.starts);
                let replica = wanted.get(id).map(|wanted| Replica {
                    starts: starts + 1,
                    log_begin,
                    ..wanted.clone()
                });
                world.extend(replica.map(|replica| (id.clone(), replica)));
            }
        })?;
        self.replicas.write_log(id.name(), &format!("{done} {id}"))
    }

    async fn ready(&self, id: &ResourceId, _: Option<&Parts>) -> Readiness {
        let world = self.replicas.world();
        match world.and_then(Stored::damaged_as_error) {
            Ok(Some(world)) if world.get(id).is_some_and(|replica| replica.alive) => {
                Readiness::Ready
            }
            Ok(_) => Readiness::Never("the model does not have it".to_owned()),
            Err(error) => Readiness::Never(in_one_line(&error)),
        }
    }

    async fn frontend(&self, _: &str) -> Result<Frontend, Error> {
        Ok(self.replicas.frontend.clone())
    }

    fn hosts(&self) -> &Replicas {
        &self.replicas
    }

    async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }

    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
        let workers = topology.workers().map(|worker| {
            let reach = Reach::Replicas(worker.service.replica_names().collect());
            (worker.service.name.clone(), reach)
        });
        workers.collect()
    }

    async fn pull(&self, pull: &Pull) -> Result<(), Error> {
        let (replicas, ended) = match pull {
            Pull::Signal {
                signal: Signal::Kill,
                whom: Recipients::Replicas(replicas),
            } => (replicas, Some("signal: 9 (SIGKILL)")),
            Pull::Start { replicas } => (replicas, None),
            Pull::Signal { .. } | Pull::Scale { .. } | Pull::Restart { .. } => {
                return Err(pull.foreign(NAME));
            }
        };
        let meant = |id: &ResourceId, _: &Replica| is_named(replicas, id);
        self.replicas.mark(meant, ended).map(drop)
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        match sign {
            Sign::Gone { lives, .. } => self.replicas.vitals().await.gone(lives),
            Sign::Back { replicas, .. } => {
                match self.replicas.world().and_then(Stored::damaged_as_error) {
                    Ok(world) => {
                        let mut meant = world
                            .iter()
                            .flatten()
                            .filter(|(id, _)| is_named(replicas, id));
                        match meant.find(|(_, replica)| !replica.alive) {
                            Some((id, _)) => Sighting::NotYet(format!("{} is dead", id.name())),
                            None => Sighting::Seen("the model marks it as alive".to_owned()),
                        }
                    }
                    Err(error) => Readiness::unseen(&error).into(),
                }
            }
            Sign::Serves { .. } => Sighting::Seen("the model serves".to_owned()),
            Sign::Interrupted { .. } => sign.foreign(NAME),
        }
    }
}

fn is_named(replicas: &[String], id: &ResourceId) -> bool {
    replicas.iter().any(|name| name == id.name())
}

/// The replicas of a service, as resources and as desired entries of the model.
fn wanted(
    service: &Service,
    topology: &Topology,
    mut ports: BTreeMap<String, u16>,
) -> Vec<(Resource, Replica)> {
    // The number of replicas does not change the digest of one replica.
    let one = Service {
        replicas: 1,
        ..service.clone()
    };
    let digest = Digest::of(&(one, &topology.temporal.dynamic_config));
    let others = topology.services.iter();
    let needed = others.filter(|other| service.needs.contains(&other.name));
    let needs: Vec<ResourceId> = needed
        .map(|other| ResourceId::new(ResourceKind::Replica, other.replica(0)))
        .collect();
    let replica = |name: String| {
        let resource = Resource {
            id: ResourceId::new(ResourceKind::Replica, name),
            digest: digest.clone(),
            needs: needs.clone(),
            ready_timeout: service.ready_timeout,
        };
        let replica = Replica {
            digest: digest.clone(),
            service: service.name.as_str().to_owned(),
            needs: needs.clone(),
            ports: std::mem::take(&mut ports),
            alive: true,
            starts: 0,
            ended: None,
            log_begin: 0,
        };
        (resource, replica)
    };
    service.replica_names().map(replica).collect()
}
