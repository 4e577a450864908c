//! Containers: what one is to be, what it is, and its life from start to removal.

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

/// How long a removal that is under way already may take.
const REMOVAL: Duration = Duration::from_secs(30);

/// A container as it is to be.
#[derive(Debug, Clone, Default)]
pub struct ContainerSpec {
    /// Its name.
    pub name: String,
    /// Its image, by id or reference.
    pub image: String,
    /// What it runs in place of the image's own arguments.
    pub arguments: Vec<String>,
    /// What it runs in place of the image's own entry point.
    pub entrypoint: Option<Vec<String>>,
    /// The user that it runs as, in place of the image's own.
    pub user: Option<String>,
    /// Environment variables; no secrets, as `docker inspect` shows them.
    pub environment: BTreeMap<String, String>,
    /// Labels besides [`super::OWNER`].
    pub labels: BTreeMap<String, String>,
    /// The state folder that it belongs to.
    pub owner: String,
    /// The network it is attached to: a name, `host`, `none`, or `container:NAME`; the default
    /// bridge if none is named.
    pub network: Option<String>,
    /// Further names by which it is found on that network.
    pub aliases: Vec<String>,
    /// Ports on this machine.
    pub publish: Vec<Publish>,
    /// Volumes.
    pub mounts: Vec<Mount>,
    /// Files put into it before it starts; the way in for secrets.
    pub files: Vec<File>,
    /// Memory in bytes that it may use.
    pub memory: Option<u64>,
    /// How long it may take to end when it is stopped.
    pub stop_timeout: Option<Duration>,
}

/// A port of a container on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// The port in the container.
    pub container: u16,
    /// Where it is to be had here; port 0 has the engine choose one.
    pub host: SocketAddr,
}

/// A volume in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The volume's name.
    pub volume: String,
    /// Where it is in the container.
    pub target: String,
    /// Whether it can only be read.
    pub read_only: bool,
}

/// A file that is put into a container.
#[derive(Debug, Clone)]
pub struct File {
    /// Where.
    pub path: Utf8PathBuf,
    /// What is in it.
    pub content: Vec<u8>,
    /// Its permissions.
    pub mode: u32,
    /// Whose it is: user and group number.
    pub owner: (u64, u64),
}

/// A container as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where its ports are to be had on this machine, as long as it runs.
    pub ports: Vec<Publish>,
    /// When it was last started, if ever.
    pub started: Option<Timestamp>,
    /// What it does.
    pub status: Status,
}

/// What a container does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It was made and never started.
    Created,
    /// It runs.
    Running,
    /// It is frozen.
    Paused,
    /// It has ended.
    Exited {
        /// With this code.
        code: i64,
        /// For want of memory.
        out_of_memory: bool,
    },
}

impl Status {
    /// Whether it has ended as a program does that has done its work.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Exited { code: 0, .. })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Created => out.write_str("it was made and never started"),
            Self::Running => out.write_str("it runs"),
            Self::Paused => out.write_str("it is paused"),
            Self::Exited {
                out_of_memory: true,
                ..
            } => out.write_str("it was killed for want of memory"),
            Self::Exited { code, .. } => write!(out, "it ended with code {code}"),
        }
    }
}

impl Engine {
    /// The container of that name, if there is one.
    pub async fn container(&self, name: &str) -> Result<Option<Container>, Error> {
        let options = None::<InspectContainerOptions>;
        let found = present(self.api.inspect_container(name, options).await)
            .map_err(Error::api(format!("look for container {name}")))?;
        Ok(found.map(Container::from))
    }

    /// Creates a container, puts its files into it, and starts it. What a crash left under its name
    /// is removed first; a container of another owner is an error.
    pub async fn start_container(&self, spec: &ContainerSpec) -> Result<Container, Error> {
        self.create_container(spec).await?;
        self.start_again(&spec.name).await?;
        let started = self.container(&spec.name).await?;
        started.ok_or_else(|| gone(&spec.name))
    }

    /// Starts a container again that has ended; that it runs is no error.
    pub async fn start_again(&self, name: &str) -> Result<(), Error> {
        let options = None::<StartContainerOptions>;
        let started = self.api.start_container(name, options).await;
        unless(304, started).map_err(Error::api(format!("start container {name}")))
    }

    /// Asks a container to end, and kills it after `grace`; that it has ended, or is gone, is no
    /// error.
    pub async fn stop_container(&self, name: &str, grace: Duration) -> Result<(), Error> {
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        // The answer comes once it has ended.
        let api = self.api.clone().with_timeout(self.api.timeout() + grace);
        let stopped = present(api.stop_container(name, Some(options)).await).map(drop);
        unless(304, stopped).map_err(Error::api(format!("stop container {name}")))
    }

    /// Kills a container, if it runs; answers with whether it did.
    pub async fn kill_container(&self, name: &str) -> Result<bool, Error> {
        let options = None::<KillContainerOptions>;
        match self.api.kill_container(name, options).await {
            Ok(()) => Ok(true),
            // It is not there, or does not run.
            Err(error) if matches!(status(&error), Some(404 | 409)) => Ok(false),
            Err(error) => Err(Error::api(format!("kill container {name}"))(error)),
        }
    }

    /// Removes a container with its anonymous volumes, killing it if it runs; that it is gone
    /// already is no error.
    pub async fn remove_container(&self, name: &str) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true);
        let removed = self.api.remove_container(name, Some(options.build())).await;
        match removed {
            Err(error) if status(&error) == Some(409) => self.wait_for_removal(name).await,
            removed => present(removed)
                .map(drop)
                .map_err(Error::api(format!("remove container {name}"))),
        }
    }

    /// Somebody else removes it at this moment.
    async fn wait_for_removal(&self, name: &str) -> Result<(), Error> {
        let options = WaitContainerOptionsBuilder::default().condition("removed");
        let mut removed = Box::pin(self.api.wait_container(name, Some(options.build())));
        let waited = timeout(REMOVAL, removed.next()).await;
        waited.map(drop).map_err(|_| Error::Deadline {
            name: name.to_owned(),
            deadline: REMOVAL,
        })
    }

    /// Refuses a container that is not `owner`'s; removes one that is.
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

/// An answer by which the engine says that there is nothing to do.
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

/// It was removed by somebody else between two requests.
fn gone(name: &str) -> Error {
    Error::Api {
        act: format!("start container {name}"),
        source: bollard::errors::Error::DockerResponseServerError {
            status_code: 404,
            message: "it was removed at once".to_owned(),
        },
    }
}
