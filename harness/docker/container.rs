//! Containers: desired and observed state, and the calls from creation to removal.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bollard::query_parameters::{
    InspectContainerOptions, KillContainerOptions, RemoveContainerOptionsBuilder,
    StartContainerOptions, StopContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use camino::Utf8PathBuf;
use futures_util::stream::StreamExt as _;
use jiff::Timestamp;
use tokio::time::timeout;

use super::error::{present, status};
use super::{Engine, Error, OWNER};

/// How long a removal that is already in progress may take.
const REMOVAL: Duration = Duration::from_secs(30);

/// The desired state of a container.
#[derive(Debug, Clone, Default)]
pub struct ContainerSpec {
    pub name: String,
    /// The image, by id or reference.
    pub image: String,
    /// Replaces the image's own arguments.
    pub arguments: Vec<String>,
    /// Replaces the image's own entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's own user.
    pub user: Option<String>,
    /// Environment variables. They must not contain secrets, because `docker inspect` shows them.
    pub environment: BTreeMap<String, String>,
    /// Labels in addition to [`super::OWNER`].
    pub labels: BTreeMap<String, String>,
    /// The state folder that it belongs to.
    pub owner: String,
    /// The network: a name, `host`, `none`, or `container:NAME`. The default is the default bridge.
    pub network: Option<String>,
    /// Additional names on that network.
    pub aliases: Vec<String>,
    /// Ports that are published on this machine.
    pub publish: Vec<Publish>,
    pub mounts: Vec<Mount>,
    /// Files that are copied into it before it starts. Secrets go into the container this way.
    pub files: Vec<File>,
    /// The memory limit in bytes.
    pub memory: Option<u64>,
    /// How long it may take to stop before it is killed.
    pub stop_timeout: Option<Duration>,
}

/// A port of a container that is published on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// The port in the container.
    pub container: u16,
    /// The address on this machine. With port 0, the engine chooses a free port.
    pub host: SocketAddr,
}

/// A volume that is mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The name of the volume.
    pub volume: String,
    /// The path in the container.
    pub target: String,
    pub read_only: bool,
}

/// A file that is copied into a container.
#[derive(Debug, Clone)]
pub struct File {
    pub path: Utf8PathBuf,
    pub content: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
    /// User and group number.
    pub owner: (u64, u64),
}

/// The observed state of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// The ports that are published on this machine, if it runs.
    pub ports: Vec<Publish>,
    /// The last start; `None` if it was never started.
    pub started: Option<Timestamp>,
    pub status: Status,
}

/// What a container does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It was created but never started.
    Created,
    Running,
    Paused,
    /// It has ended.
    Exited {
        code: i64,
        /// Whether the kernel killed it for lack of memory.
        out_of_memory: bool,
    },
}

impl Status {
    /// Whether it has ended with exit code 0.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Exited { code: 0, .. })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Created => out.write_str("it was created but never started"),
            Self::Running => out.write_str("it runs"),
            Self::Paused => out.write_str("it is paused"),
            Self::Exited {
                out_of_memory: true,
                ..
            } => out.write_str("it ran out of memory"),
            Self::Exited { code, .. } => write!(out, "it exited with code {code}"),
        }
    }
}

impl Engine {
    pub async fn container(&self, name: &str) -> Result<Option<Container>, Error> {
        let options = None::<InspectContainerOptions>;
        let found = present(self.api.inspect_container(name, options).await)
            .map_err(Error::api(format!("look up the container {name}")))?;
        Ok(found.map(Container::from))
    }

    /// Creates a container, copies its files into it, and starts it. First removes a container of
    /// the same name and owner, which a crash may have left. A container of another owner is an
    /// error.
    pub async fn start_container(&self, spec: &ContainerSpec) -> Result<Container, Error> {
        self.create_container(spec).await?;
        self.start_again(&spec.name).await?;
        let started = self.container(&spec.name).await?;
        started.ok_or_else(|| gone(&spec.name))
    }

    /// Starts an ended container again. A running container is not an error.
    pub async fn start_again(&self, name: &str) -> Result<(), Error> {
        let options = None::<StartContainerOptions>;
        let started = self.api.start_container(name, options).await;
        unless(304, started).map_err(Error::api(format!("start the container {name}")))
    }

    /// Asks a container to end and kills it after `grace`. An ended or missing container is not an
    /// error.
    pub async fn stop_container(&self, name: &str, grace: Duration) -> Result<(), Error> {
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        // The engine answers only after the container has ended.
        let api = self.api.clone().with_timeout(self.api.timeout() + grace);
        let stopped = present(api.stop_container(name, Some(options)).await).map(drop);
        unless(304, stopped).map_err(Error::api(format!("stop the container {name}")))
    }

    /// Kills a container. Returns whether it was running.
    pub async fn kill_container(&self, name: &str) -> Result<bool, Error> {
        let options = None::<KillContainerOptions>;
        match self.api.kill_container(name, options).await {
            Ok(()) => Ok(true),
            // It does not exist or does not run.
            Err(error) if matches!(status(&error), Some(404 | 409)) => Ok(false),
            Err(error) => Err(Error::api(format!("kill the container {name}"))(error)),
        }
    }

    /// Kills and removes a container with its anonymous volumes. A missing container is not an
    /// error.
    pub async fn remove_container(&self, name: &str) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true);
        let removed = self.api.remove_container(name, Some(options.build())).await;
        match removed {
            Err(error) if status(&error) == Some(409) => self.wait_for_removal(name).await,
            removed => present(removed)
                .map(drop)
                .map_err(Error::api(format!("remove the container {name}"))),
        }
    }

    /// Another client is removing the container.
    async fn wait_for_removal(&self, name: &str) -> Result<(), Error> {
        let options = WaitContainerOptionsBuilder::default().condition("removed");
        let mut removed = Box::pin(self.api.wait_container(name, Some(options.build())));
        let waited = timeout(REMOVAL, removed.next()).await;
        waited.map(drop).map_err(|_| Error::Deadline {
            name: name.to_owned(),
            deadline: REMOVAL,
        })
    }

    /// Removes a container of `owner`, and refuses one of another owner.
    pub(super) async fn make_way(&self, name: &str, owner: &str) -> Result<(), Error> {
        let Some(found) = self.container(name).await? else {
            return Ok(());
        };
        match found.labels.get(OWNER) {
            Some(found) if found == owner => self.remove_container(name).await,
            found => Err(Error::Foreign {
                kind: "container",
                name: name.to_owned(),
                owner: found.cloned(),
            }),
        }
    }
}

/// Treats an answer with this status as success: the engine had nothing to do.
fn unless(
    code: u16,
    answer: Result<(), bollard::errors::Error>,
) -> Result<(), bollard::errors::Error> {
    answer.or_else(|error| {
        if status(&error) == Some(code) {
            Ok(())
        } else {
            Err(error)
        }
    })
}

/// The error for a container that another client removed between two requests.
fn gone(name: &str) -> Error {
    Error::Api {
        act: format!("start the container {name}"),
        source: bollard::errors::Error::DockerResponseServerError {
            status_code: 404,
            message: "another client removed it".to_owned(),
        },
    }
}
