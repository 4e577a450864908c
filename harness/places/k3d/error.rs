//! What the k3d backend could not do.

use std::io;

use backend::namespaces;
use base::hint::Hint;
use base::tool;
use camino::Utf8PathBuf;
use model::plan::ResourceId;

use crate::address;

/// What the k3d backend could not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Docker could not do its part.
    #[error("could not use Docker")]
    Docker(#[from] docker::Error),
    /// k3d is not there, or did not say what it is.
    #[error("could not use k3d")]
    Use(#[source] tool::Error),
    /// k3d is of a release that lacks what is used of it.
    #[error("k3d {version} is too old")]
    Old {
        /// Its version.
        version: String,
    },
    /// The cluster was not made.
    #[error("could not make cluster `{cluster}`")]
    Create {
        /// Its name.
        cluster: String,
        /// What its nodes wrote.
        logs: Vec<Utf8PathBuf>,
        /// Why.
        #[source]
        source: tool::Error,
    },
    /// An image is in Docker and did not get into the cluster.
    #[error("k3d has imported {} and {} not there", list(.missing), are(.missing.len()))]
    Import {
        /// The cluster.
        cluster: String,
        /// Images with the nodes that lack them.
        missing: Vec<String>,
    },
    /// A node does not tell its images.
    #[error("{node} does not say which images it has: {said}")]
    List {
        /// The node.
        node: String,
        /// What it says instead.
        said: String,
    },
    /// What is remembered of the cluster could not be read or written.
    #[error("could not {act} {path}")]
    Record {
        /// What was tried.
        act: &'static str,
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A process of a killed command is still at work on the cluster.
    #[error("a k3d of an earlier command does not end: {}", .processes.join(", "))]
    Orphan {
        /// The processes.
        processes: Vec<String>,
    },
    /// The secrets of what is gone are left.
    #[error("could not remove the secrets of what is gone")]
    Secrets(#[source] backend::Error),
    /// No address for a service.
    #[error("could not assign an address")]
    Address(#[from] address::Error),
    /// The worker's image is not to be had.
    #[error("could not provide the worker's image")]
    Worker(#[from] artifact::Error),
    /// A namespace could not be made.
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    /// The frontend cannot be reached.
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// There is nothing of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown {
        /// The name.
        id: ResourceId,
    },
    /// k3d cannot be told the label by which all that belongs to the folder is found again.
    #[error(
        "k3d takes no label with `\\@` in it, and the path of the state folder has one: {path}"
    )]
    Label {
        /// The folder.
        path: String,
    },
    /// Nothing is up.
    #[error("there is no cluster")]
    NoCluster,
    /// The command only looks and may not change anything.
    #[error("the state folder is not owned by this command")]
    NotOwner,
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

fn are(count: usize) -> &'static str {
    if count == 1 { "it is" } else { "they are" }
}

impl Error {
    /// What the user can do.
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Docker(error) => error.hints(),
            Self::Use(tool::Error::Find { .. }) => vec![Hint::say(
                "install k3d (https://k3d.io, \"Installation\"; macOS: `brew install k3d`), or \
                 choose a profile with another backend, such as `--profile server`",
            )],
            Self::Create { logs, .. } if logs.is_empty() => Vec::new(),
            Self::Create { logs, .. } => {
                let logs: Vec<&str> = logs.iter().map(|log| log.as_str()).collect();
                vec![Hint::say(format!(
                    "what its nodes wrote is in {}",
                    logs.join(", ")
                ))]
            }
            Self::Import { cluster, .. } => vec![Hint::say(format!(
                "run `k3d image import --mode=direct --cluster={cluster} IMAGE` to see why; a full \
                 disk is a common cause (`docker system df`)"
            ))],
            Self::Label { .. } => {
                vec![Hint::say("work in another folder; `-C FOLDER` names one")]
            }
            Self::Orphan { .. } => vec![Hint::say("end it by hand")],
            Self::Address(error) => error.hint().into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let hints = error.hints();
        let mut whole = backend::Error::new(error);
        whole.hints = hints;
        whole
    }
}
