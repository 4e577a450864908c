//! How an image is not to be had.

use std::io;

use base::hint::{Hint, Verb};
use base::tool;
use camino::Utf8PathBuf;

/// A worker's image that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile has a command, and containers run images.
    #[error("worker.run.command names a program of this machine, which no container has")]
    Command,
    /// The folder says neither how to compile nor how to build an image.
    #[error("{folder} has neither Cargo.toml nor Dockerfile")]
    Recipe {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// The worker is for another system, and the folder does not say how to build an image.
    #[error(
        "{folder} has no Dockerfile, and a worker that is built here runs in no Linux container"
    )]
    Dockerfile {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// The worker is no executable in a form that Linux runs.
    #[error("{path} is no ELF executable")]
    Executable {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file is damaged, or of a kind that is not known here.
    #[error("{path} is no sound 64-bit ELF file")]
    Format {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: object::Error,
    },
    /// A library is nowhere.
    #[error("{of} needs the library `{name}`, which is in no folder that the loader looks in")]
    Library {
        /// The library.
        name: String,
        /// What needs it.
        of: Utf8PathBuf,
    },
    /// A file could not be read or written.
    #[error("{act} {path}")]
    File {
        /// What was done to it.
        act: &'static str,
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is to be in the image could not be read.
    #[error("read what is to be in the worker's image")]
    Read(#[source] io::Error),
    /// The archive could not be written.
    #[error("write the archive of the worker's image")]
    Write(#[source] io::Error),
    /// Two readings of the same files differ.
    #[error("the worker, or a library of it, changed while its image was made")]
    Changed,
    /// What the profile names is no image.
    #[error("worker.run.image is `{reference}`, which cannot be the name of an image")]
    Reference {
        /// What it says.
        reference: String,
    },
    /// Docker could not build or name an image.
    #[error("{act}")]
    Docker {
        /// What it was asked for.
        act: String,
        /// Why.
        #[source]
        source: tool::Error,
    },
}

impl Error {
    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        let hint = match self {
            Self::Command => {
                "use worker.run.build or worker.run.image, or run it on `--backend process`"
            }
            Self::Reference { .. } => {
                "it is [REGISTRY/]NAME[:TAG], in lowercase letters, digits and single separators"
            }
            Self::Recipe { .. } | Self::Dockerfile { .. } => {
                "write a Dockerfile, or name an image in worker.run.image"
            }
            Self::Executable { .. } | Self::Format { .. } => {
                "write a Dockerfile in the folder without Cargo.toml, or name an image in worker.run.image"
            }
            Self::Library { .. } => "install it, or name an image that has it in worker.run.image",
            Self::Changed => "run it again when nothing builds in the folder",
            Self::Docker {
                source: tool::Error::Find { .. },
                ..
            } => {
                let docker = Hint::say("install Docker; ").command(Verb::Doctor);
                return vec![docker.words(" shows what else is missing")];
            }
            Self::Docker { .. } | Self::File { .. } | Self::Read(_) | Self::Write(_) => {
                return Vec::new();
            }
        };
        vec![Hint::say(hint)]
    }

    /// The failure of an act on a file.
    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}
