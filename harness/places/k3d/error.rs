//! The errors of the k3d backend, with their hints.

use std::io;

use backend::namespaces;
use base::hint::Hint;
use base::tool;
use camino::Utf8PathBuf;
use model::plan::ResourceId;

use crate::address;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Docker failed.
    #[error("could not use Docker")]
    Docker(#[from] docker::Error),
    /// k3d is missing, or did not report its version.
    #[error("could not use k3d")]
    Use(#[source] tool::Error),
    /// The release of k3d lacks required options.
    #[error("k3d {version} is too old")]
    Old { version: String },
    /// k3d failed to create the cluster.
    #[error("could not create cluster `{cluster}`")]
    Create {
        cluster: String,
        /// The log files of its nodes.
        logs: Vec<Utf8PathBuf>,
        #[source]
        source: tool::Error,
    },
    /// k3d reported a successful import, but nodes lack images.
    #[error("the import by k3d succeeded, but nodes lack these images: {}", list(.missing))]
    Import {
        cluster: String,
        /// The missing images, each with its node.
        missing: Vec<String>,
    },
    /// A node could not list its images.
    #[error("could not list the images of {node}: {said}")]
    List {
        node: String,
        /// The output instead of a list.
        said: String,
    },
    /// A file about the cluster could not be read or written.
    #[error("could not {act} {path}")]
    Record {
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// A k3d process of a killed command could not be stopped.
    #[error("could not stop k3d of an earlier command: {}", .processes.join(", "))]
    Orphan { processes: Vec<String> },
    /// The secrets of a removed topology remain.
    #[error("could not remove the secrets of the removed topology")]
    Secrets(#[source] backend::Error),
    /// No address for a service.
    #[error("could not assign an address")]
    Address(#[from] address::Error),
    /// The worker's image could not be built or found.
    #[error("could not provide the worker's image")]
    Worker(#[from] artifact::Error),
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// The topology has no resource of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown { id: ResourceId },
    /// k3d does not accept the label that marks the resources of the folder.
    #[error(
        "k3d does not accept labels with `\\@`, but the path of the state folder has it: {path}"
    )]
    Label { path: String },
    /// No cluster is up.
    #[error("there is no cluster")]
    NoCluster,
    /// The command only looks and may not change anything.
    #[error("this command does not hold the lock of the state folder")]
    NotOwner,
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

impl Error {
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Docker(error) => error.hints(),
            Self::Use(tool::Error::Find { .. }) => vec![Hint::say(
                "Install k3d (https://k3d.io, \"Installation\"; macOS: `brew install k3d`), or \
                 choose a profile with another backend, such as `--profile server`.",
            )],
            Self::Create { logs, .. } if logs.is_empty() => Vec::new(),
            Self::Create { logs, .. } => {
                let logs: Vec<&str> = logs.iter().map(|log| log.as_str()).collect();
                vec![Hint::say(format!(
                    "See the logs of its nodes in {}.",
                    logs.join(", ")
                ))]
            }
            Self::Import { cluster, .. } => vec![Hint::say(format!(
                "Run `k3d image import --mode=direct --cluster={cluster} IMAGE` to see why; a full \
                 disk is a common cause (`docker system df`)."
            ))],
            Self::Label { .. } => {
                vec![Hint::say("Work in another folder; `-C FOLDER` names one.")]
            }
            Self::Orphan { .. } => vec![Hint::say("Stop it by hand.")],
            Self::Address(error) => vec![error.hint()],
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
