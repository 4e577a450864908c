//! The replicas of the model: entries of a file, each with its own log file.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use backend::state::Directory;
use backend::{Endpoint, Error, Host, Log, Vital, Vitals};
use base::causes::in_one_line;
use base::file::{Stored, read_stored, write_atomically};
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::{ResourceId, ResourceKind};
use model::topology::{Digest, ServiceName};
use serde::{Deserialize, Serialize};
use temporal::simulated::Frontend;
use tokio_util::sync::CancellationToken;

use super::death;

/// A replica of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replica {
    pub(super) digest: Digest,
    pub(super) service: String,
    pub(super) needs: Vec<ResourceId>,
    /// Port numbers by port name. The first replica of a service has all ports of the service.
    pub(super) ports: BTreeMap<String, u16>,
    pub(super) alive: bool,
    #[serde(default)]
    pub(super) starts: u64,
    /// How it ended, if it has.
    #[serde(default)]
    pub(super) ended: Option<String>,
    /// How many bytes of its log belong to earlier launches.
    #[serde(default)]
    pub(super) log_begin: u64,
}

/// The entries of the model, by resource id.
pub(super) type World = BTreeMap<ResourceId, Replica>;

#[derive(Debug)]
pub struct Replicas {
    pub(super) state: Directory,
    /// The simulated frontend, which counts the started workflows.
    pub(super) frontend: Frontend,
}

impl Replicas {
    fn path(&self) -> Utf8PathBuf {
        self.state.run().join("simulated.json")
    }

    /// The entries of the model. Without a file there are none.
    pub(super) fn world(&self) -> Result<Stored<World, Error>, Error> {
        let stored = read_stored(&self.path()).map_err(Error::new)?;
        Ok(stored.map_damage(Error::new))
    }

    /// The same, but empty on any error.
    pub(super) fn world_or_empty(&self) -> World {
        let world = self.world().ok().and_then(Stored::damaged_as_none);
        world.unwrap_or_default()
    }

    /// Lets the replica of `HARNESS_MODEL_DEATH` die if it is due, with its last log line.
    fn die_in_time(&self) -> Result<(), Error> {
        let Some(replica) = death::due(self.frontend.starts()) else {
            return Ok(());
        };
        let ended = format!("exit status: {}", death::STATUS);
        let died = self.mark(|id, _| id.name() == replica, Some(&ended))?;
        for replica in died {
            self.write_log(&replica, death::LAST_LINE)?;
        }
        Ok(())
    }

    pub(super) fn write_log(&self, replica: &str, line: &str) -> Result<(), Error> {
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log(replica));
        log.and_then(|mut log| writeln!(log, "{line}"))
            .map_err(Error::new)
    }

    pub(super) fn log(&self, replica: &str) -> Utf8PathBuf {
        self.state.logs().join(format!("{replica}.log"))
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut World)) -> Result<(), Error> {
        let mut world = self.world()?.damaged_as_none().unwrap_or_default();
        change(&mut world);
        let bytes = serde_json::to_vec(&world).map_err(Error::new)?;
        write_atomically(&self.path(), &bytes).map_err(Error::new)
    }

    /// Ends replicas, or starts them if `ended` is `None`. Returns the replicas that changed.
    pub(super) fn mark(
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

impl Host for Replicas {
    async fn vitals(&self) -> Vitals {
        let world = match self.die_in_time().and_then(|()| self.world()) {
            Ok(Stored::Absent) => World::new(),
            Ok(Stored::Read(world)) => world,
            Ok(Stored::Damaged(_)) => {
                return Vitals::unseen(format!("{} is damaged", self.path()));
            }
            Err(error) => return Vitals::unseen(in_one_line(&error)),
        };
        Vitals {
            replicas: world.into_iter().map(vital).collect(),
            unseen: None,
        }
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let id = ResourceId::new(ResourceKind::Replica, replica);
        let found = self.world_or_empty().remove(&id)?;
        let is_last = life.is_none_or(|life| life == found.starts.to_string());
        let tail = LogTail::of_file(self.log(replica), found.log_begin);
        tail.ok().filter(|_| is_last)
    }

    async fn logs(&self) -> Vec<Log> {
        let world = self.world_or_empty().into_iter();
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

    async fn endpoints(&self) -> Vec<Endpoint> {
        self.world_or_empty()
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

    async fn usage(&self) -> BTreeMap<String, Duration> {
        BTreeMap::new()
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
