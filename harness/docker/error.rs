//! What a Docker engine could not do.

use std::io;
use std::time::Duration;

use base::hint::{Hint, Verb};
use base::shell;
use camino::Utf8PathBuf;

/// What a Docker engine could not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `DOCKER_HOST` names an engine in a way that is not spoken here.
    #[error("DOCKER_HOST is `{host}`, which is neither unix://PATH nor tcp://HOST:PORT")]
    Host {
        /// Its value.
        host: String,
    },
    /// A socket cannot have that path.
    #[error("DOCKER_HOST names a socket by a path of {} bytes, which is too long for one: {path}", .path.len())]
    Socket {
        /// The path.
        path: String,
    },
    /// No engine answers.
    #[error("no Docker engine answers at {address}")]
    Connect {
        /// Where it was looked for.
        address: String,
        /// Why.
        #[source]
        source: bollard::errors::Error,
    },
    /// An image is neither here nor to be had.
    #[error("image {image} is not on this machine and could not be pulled")]
    Pull {
        /// The image.
        image: String,
        /// Why.
        #[source]
        source: bollard::errors::Error,
    },
    /// Something of that name belongs to somebody else.
    #[error("{kind} `{name}` is there already and belongs to {}", whose(.owner.as_deref()))]
    Foreign {
        /// `container`, `network` or `volume`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The state folder that it belongs to, if it is the harness's at all.
        owner: Option<String>,
    },
    /// The engine refused or failed.
    #[error("could not {act}")]
    Api {
        /// What was tried, such as `create container harness-local-mysql`.
        act: String,
        /// Why.
        #[source]
        source: bollard::errors::Error,
    },
    /// A container did not end in time.
    #[error("container `{name}` was not done within {} s", .deadline.as_secs())]
    Deadline {
        /// Its name.
        name: String,
        /// How long it had.
        deadline: Duration,
    },
    /// The engine began an answer and did not go on with it.
    #[error("could not {act}: Docker said nothing for {} s", .deadline.as_secs())]
    Silent {
        /// What was tried.
        act: String,
        /// How long it was waited for.
        deadline: Duration,
    },
    /// A file could not be read or written.
    #[error("could not {act} {path}")]
    File {
        /// What was tried.
        act: &'static str,
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Host { .. } => vec![Hint::say(
                "unset DOCKER_HOST, or set it to the socket of a local engine, such as \
                 unix:///var/run/docker.sock",
            )],
            Self::Socket { path } => vec![Hint::say(format!(
                "make a link to it that has a short path, such as by `ln -s {} /tmp/docker.sock`, and \
                 name that",
                shell::word(path)
            ))],
            Self::Connect { .. } => vec![Hint::say(
                "start Docker, or set DOCKER_HOST to the engine's socket (`docker context inspect` \
                 shows it)",
            )],
            Self::Pull { image, .. } => vec![
                Hint::say(format!(
                    "see what `docker pull {image}` says; it also has your registry logins"
                )),
                Hint::say(format!(
                    "without a registry: `docker load` an archive that has {image}"
                )),
            ],
            Self::Foreign { kind, name, owner } => vec![match owner {
                Some(owner) => Hint::run(Verb::Down).words(format!(" in the folder above {owner}")),
                None => Hint::say(format!(
                    "remove it if it is yours to remove: `docker {kind} rm {name}`"
                )),
            }],
            _ => Vec::new(),
        }
    }

    /// The failure of an act that the engine was asked for.
    pub(super) fn api(act: impl Into<String>) -> impl FnOnce(bollard::errors::Error) -> Self {
        let act = act.into();
        move |source| Self::Api { act, source }
    }

    /// The failure of an act on a file.
    pub fn file(act: &'static str, path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}

fn whose(owner: Option<&str>) -> String {
    owner.map_or_else(
        || "none of the harness's topologies".to_owned(),
        |owner| format!("the topology in {owner}"),
    )
}

/// The status code of an answer of the engine, where it is one.
pub(super) fn status(error: &bollard::errors::Error) -> Option<u16> {
    match error {
        bollard::errors::Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// `None` for what is not there, as the engine says it.
pub(super) fn present<T>(
    answer: Result<T, bollard::errors::Error>,
) -> Result<Option<T>, bollard::errors::Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if status(&error) == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}
