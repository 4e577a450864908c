//! The errors of a Docker engine.

use std::io;
use std::time::Duration;

use base::hint::{Hint, Verb};
use base::shell;
use camino::Utf8PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL in `DOCKER_HOST` has an unsupported form.
    #[error("DOCKER_HOST is `{host}`, which is neither unix://PATH nor tcp://HOST:PORT")]
    Host { host: String },
    /// The path of the socket is too long.
    #[error("the socket path in DOCKER_HOST has {} bytes, which is too long: {path}", .path.len())]
    Socket { path: String },
    #[error("no Docker engine answers at {address}")]
    Connect {
        /// The URL that was tried.
        address: String,
        #[source]
        source: bollard::errors::Error,
    },
    /// An image does not exist here, and pulling it failed.
    #[error("image {image} is not on this machine and could not be pulled")]
    Pull {
        image: String,
        #[source]
        source: bollard::errors::Error,
    },
    /// Another owner has something of that name.
    #[error("{kind} `{name}` already exists and belongs to {}", whose(.owner.as_deref()))]
    Foreign {
        /// `container`, `network` or `volume`.
        kind: &'static str,
        name: String,
        /// The state folder that it belongs to; `None` if the harness did not make it.
        owner: Option<String>,
    },
    /// The engine refused a request or failed.
    #[error("could not {act}")]
    Api {
        /// What was tried, as a verb phrase, such as `create the container harness-local-mysql`.
        act: String,
        #[source]
        source: bollard::errors::Error,
    },
    /// A container did not end in time.
    #[error("container `{name}` did not end within {} s", .deadline.as_secs())]
    Deadline { name: String, deadline: Duration },
    /// The engine began an answer and did not continue it.
    #[error("could not {act}: Docker sent no data for {} s", .deadline.as_secs())]
    Silent {
        /// What was tried, as a verb phrase.
        act: String,
        deadline: Duration,
    },
    #[error("could not {act} {path}")]
    File {
        /// A verb, such as `read`.
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// How the user can fix it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Host { .. } => vec![Hint::say(
                "Unset DOCKER_HOST, or set it to the socket of a local engine, such as \
                 unix:///var/run/docker.sock.",
            )],
            Self::Socket { path } => vec![Hint::say(format!(
                "Make a symbolic link with a short path, such as with `ln -s {} /tmp/docker.sock`, and \
                 set DOCKER_HOST to the link.",
                shell::word(path)
            ))],
            Self::Connect { .. } => vec![Hint::say(
                "Start Docker, or set DOCKER_HOST to the engine's socket (`docker context inspect` \
                 shows it).",
            )],
            Self::Pull { image, .. } => vec![
                Hint::say(format!(
                    "Run `docker pull {image}` to see the reason; it also uses your registry logins."
                )),
                Hint::say(format!(
                    "Without a registry, run `docker load` with an archive that contains {image}."
                )),
            ],
            Self::Foreign { kind, name, owner } => vec![match owner {
                Some(owner) => {
                    Hint::run(Verb::Down).words(format!(" in the folder above {owner}."))
                }
                None => Hint::say(format!(
                    "If it is not needed, remove it with `docker {kind} rm {name}`."
                )),
            }],
            _ => Vec::new(),
        }
    }

    /// The failure of a request to the engine. `act` is a verb phrase.
    pub(super) fn api(act: impl Into<String>) -> impl FnOnce(bollard::errors::Error) -> Self {
        let act = act.into();
        move |source| Self::Api { act, source }
    }

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

/// The status code of an error answer of the engine.
pub(super) fn status(error: &bollard::errors::Error) -> Option<u16> {
    match error {
        bollard::errors::Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// `None` for an answer with status 404.
pub(super) fn present<T>(
    answer: Result<T, bollard::errors::Error>,
) -> Result<Option<T>, bollard::errors::Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if status(&error) == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}
