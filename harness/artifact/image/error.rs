//! Why an image could not be made.

use std::io;

use base::hint::{Hint, Verb};
use base::tool;
use camino::Utf8PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile names a command, but containers run images.
    #[error("worker.run.command names a program of this machine, but containers run images")]
    Command,
    /// This harness is for another system, and nobody published an image of it.
    #[error(
        "the example worker is part of this program, which does not run in a Linux container, and no image of it is published"
    )]
    NotPublished,
    /// The folder has neither a Cargo package nor a Dockerfile.
    #[error("{folder} has neither Cargo.toml nor Dockerfile")]
    Recipe { folder: Utf8PathBuf },
    /// The worker would be built for another system, and the folder has no Dockerfile.
    #[error(
        "{folder} has no Dockerfile, and a worker that is built on this system does not run in a Linux container"
    )]
    Dockerfile { folder: Utf8PathBuf },
    /// The worker is not an executable that Linux runs.
    #[error("{path} is not an ELF executable")]
    Executable { path: Utf8PathBuf },
    /// The file is damaged, or of an unknown kind.
    #[error("{path} is not a valid 64-bit ELF file")]
    Format {
        path: Utf8PathBuf,
        #[source]
        source: object::Error,
    },
    /// A library does not exist on this machine.
    #[error(
        "{of} needs the library `{name}`, which is in none of the folders that the loader searches"
    )]
    Library {
        name: String,
        /// The file that needs it.
        of: Utf8PathBuf,
    },
    #[error("could not {act} {path}")]
    File {
        /// A verb, such as `read`.
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not read the files for the worker's image")]
    Read(#[source] io::Error),
    #[error("could not write the archive of the worker's image")]
    Write(#[source] io::Error),
    /// The files changed between two readings.
    #[error("the worker or one of its libraries changed while its image was made")]
    Changed,
    /// The profile's text is not an image reference.
    #[error("worker.run.image is `{reference}`, which is not a valid image reference")]
    Reference { reference: String },
    /// Docker could not build or tag an image.
    #[error("could not {act}")]
    Docker {
        /// What Docker was used for, as a verb phrase.
        act: String,
        #[source]
        source: tool::Error,
    },
}

impl Error {
    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        let hint = match self {
            Self::Command => {
                "Set `worker.run.build` or `worker.run.image` in the profile, or use `--backend process`."
            }
            Self::NotPublished => {
                "Set `worker.run.image` in the profile to an image, or use `--backend process`."
            }
            Self::Reference { .. } => {
                "Write it as [REGISTRY/]NAME[:TAG], in lowercase letters, digits and single separators."
            }
            Self::Recipe { .. } | Self::Dockerfile { .. } => {
                "Write a Dockerfile, or set `worker.run.image` in the profile to an image."
            }
            Self::Executable { .. } | Self::Format { .. } => {
                "Write a Dockerfile in a folder without Cargo.toml, or set `worker.run.image` in the profile to an image."
            }
            Self::Library { .. } => {
                "Install the library, or set `worker.run.image` in the profile to an image that has it."
            }
            Self::Changed => "Run the command again when no build is running in the folder.",
            Self::Docker {
                source: tool::Error::Find { .. },
                ..
            } => {
                let docker = Hint::say("Install Docker; run ").command(Verb::Doctor);
                return vec![docker.words(" to see what else is missing.")];
            }
            Self::Docker { .. } | Self::File { .. } | Self::Read(_) | Self::Write(_) => {
                return Vec::new();
            }
        };
        vec![Hint::say(hint)]
    }

    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}
