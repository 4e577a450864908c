//! How a program is not to be had.

use std::fmt;
use std::io;

use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use base::tool;
use camino::{Utf8Path, Utf8PathBuf};

use super::release::Release;
use super::{CliVersion, ImageError};

/// A program that could not be found, fetched or built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program that the user points to is not the one the profile asks for.
    #[error("{origin} names {path}: {reason}")]
    Explicit {
        /// Where it is named: a variable such as `HARNESS_TEMPORAL`, or the profile.
        origin: &'static str,
        /// What it names.
        path: Utf8PathBuf,
        /// Why that will not do.
        reason: String,
    },
    /// No source had it.
    #[error("no {sought} is to be had{}", list(.tried))]
    Exhausted {
        /// What is wanted.
        sought: Sought,
        /// What was tried, in order.
        tried: Vec<Attempt>,
    },
    /// Asking a program for its version failed.
    #[error("it did not tell its version")]
    Ask(#[source] tool::Error),
    /// A Temporal CLI has another server in it than the profile asks for, or none that is known.
    #[error("it is {}, not one with server {wanted}", said(.found.as_ref()))]
    Match {
        /// What it says it is.
        found: Option<CliVersion>,
        /// The server version that is wanted.
        wanted: String,
    },
    /// A program of Temporal's server is of another version than the profile asks for.
    #[error("it says `{}`, not `{wanted}`", .said.trim())]
    Version {
        /// What it says when it is asked.
        said: String,
        /// What it should say.
        wanted: String,
    },
    /// No folder to fetch into can be written.
    #[error("no folder can be written to keep {what} in{}", list(.tried))]
    Keep {
        /// What was to be kept.
        what: &'static str,
        /// What was tried, in order.
        tried: Vec<Attempt>,
    },
    /// There is not enough room to fetch into the folder.
    #[error("{folder} has no room for {what}: {} are needed", megabytes(*.needed))]
    Room {
        /// The folder.
        folder: Utf8PathBuf,
        /// What was to be kept there.
        what: &'static str,
        /// Bytes that are needed.
        needed: u64,
    },
    /// Another run is fetching, and was not done in time.
    #[error("another run was fetching into {folder} for all of {seconds} s")]
    Await {
        /// The folder.
        folder: Utf8PathBuf,
        /// How long this run waited.
        seconds: u64,
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
    /// A tool failed.
    #[error("{act}")]
    Use {
        /// What it was used for.
        act: String,
        /// Why.
        #[source]
        source: tool::Error,
    },
    /// Downloading failed.
    #[error("download {url}")]
    Download {
        /// From where.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The download was not over in time.
    #[error("download of {url} was not done after {seconds} s")]
    Hurry {
        /// From where.
        url: String,
        /// The time it had.
        seconds: u64,
    },
    /// What was downloaded is not what was published.
    #[error("what came has SHA-256 {found}, not {wanted}")]
    Verify {
        /// Its digest.
        found: String,
        /// The pinned digest.
        wanted: String,
    },
    /// The checksums of a release do not name its archive.
    #[error("{url} has no SHA-256 of {archive}")]
    Unlisted {
        /// The list of checksums.
        url: String,
        /// The archive's name.
        archive: String,
    },
    /// A mirror that anybody on the way could answer for.
    #[error("{url} is neither https nor on this machine: its checksums would prove nothing")]
    Unproven {
        /// The mirror.
        url: String,
    },
    /// The Go that is installed cannot build it.
    #[error("Go is too old: {reason}")]
    Toolchain {
        /// What it says.
        reason: String,
    },
    /// The folder is not a package that a worker can be built from.
    #[error("{folder} {reason}")]
    Package {
        /// The folder.
        folder: Utf8PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// The worker does not compile.
    #[error("build the worker in {folder}{diagnosis}")]
    Compile {
        /// The package's folder.
        folder: Utf8PathBuf,
        /// The compiler's errors, each line indented.
        diagnosis: String,
        /// How cargo ended.
        #[source]
        source: tool::Error,
    },
    /// The program of a worker's command is not there.
    #[error("the worker's program `{program}` is {}", place(.program))]
    Locate {
        /// As the profile has it.
        program: String,
    },
    /// The profile has an image, and a process runs a program.
    #[error("worker.run.image names the image {image}, and processes run programs")]
    Contained {
        /// The image.
        image: String,
    },
    /// The worker's image is not to be had.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// None of the ways to the server or its SQL tool led anywhere.
    #[error("no {program} {version} is to be had{}", list(.tried))]
    NoServer {
        /// The program.
        program: &'static str,
        /// The release that is wanted.
        version: String,
        /// What was tried, in order.
        tried: Vec<Attempt>,
    },
    /// A program of another release.
    #[error("it is {program} {found}, not {wanted}")]
    Release {
        /// The program.
        program: String,
        /// What it says.
        found: String,
        /// The release that is wanted.
        wanted: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What the C library says of ENOSPC, EDQUOT and EFBIG, and every tool after it.
const NO_ROOM: [&str; 3] = [
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
];

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// A Temporal CLI.
    Cli {
        /// Version of the server in it.
        server: String,
    },
    /// Temporal's server and its SQL tool.
    Server {
        /// Version of both.
        version: String,
    },
}

/// Something that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried.
    pub what: String,
    /// Why it did not help.
    pub reason: String,
}

impl Sought {
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Cli { server } => vec![
                Hint::say(format!(
                    "install a Temporal CLI with server {server} on PATH, or set HARNESS_TEMPORAL to it"
                )),
                Hint::say(
                    "behind a mirror: set HARNESS_TEMPORAL_MIRROR to the folder above `v1.9.1/`, or configure pip's index",
                ),
            ],
            Self::Server { version } => vec![
                Hint::say(format!(
                    "install temporal-server and temporal-sql-tool {version} on PATH, or set HARNESS_TEMPORAL_SERVER and HARNESS_TEMPORAL_SQL_TOOL to them"
                )),
                Hint::say(format!(
                    "behind a mirror: set HARNESS_TEMPORAL_SERVER_MIRROR to the folder above `v{version}/`, or configure GOPROXY"
                )),
            ],
        }
    }
}

impl fmt::Display for Sought {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cli { server } => write!(out, "Temporal CLI with server {server}"),
            Self::Server { version } => {
                write!(out, "temporal-server with temporal-sql-tool {version}")
            }
        }
    }
}

impl Error {
    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Explicit { .. } => vec![Hint::say(
                "point it to a program of the right version, or remove it to have one fetched",
            )],
            Self::Exhausted { sought, .. } => sought.hints(),
            Self::Room { .. } | Self::Keep { .. } => vec![Hint::say(
                "free some space, or set HARNESS_CACHE to a folder on another disk",
            )],
            Self::Await { folder, .. } => vec![Hint::say(format!(
                "see whether a `harness` hangs that holds {folder}/lock"
            ))],
            Self::Package { .. } | Self::Compile { .. } => vec![Hint::say(
                "worker.run.build names the folder of a Cargo package with a binary `worker`",
            )],
            Self::Locate { .. } => vec![Hint::say(
                "worker.run.command is looked up on PATH, or from the working directory if it has a `/`",
            )],
            Self::Use {
                source: tool::Error::Find { program },
                ..
            } => vec![
                Hint::say(format!("install {program}; "))
                    .command(Verb::Doctor)
                    .words(" shows what else is missing"),
            ],
            Self::Contained { .. } => vec![Hint::say(
                "use worker.run.build or worker.run.command, or a backend that runs containers",
            )],
            Self::Image(error) => error.hints(),
            _ => Vec::new(),
        }
    }

    /// The failure of a tool that was used for something; the user's wish to stop is told apart.
    pub(super) fn using(act: impl Into<String>, source: tool::Error) -> Self {
        match source {
            tool::Error::Interrupted { .. } => Self::Interrupted,
            source => Self::Use {
                act: act.into(),
                source,
            },
        }
    }

    /// Whether another source cannot do better.
    pub(super) fn ends_the_search(&self) -> bool {
        matches!(self, Self::Room { .. } | Self::Interrupted)
    }

    /// The failure of an act on a file.
    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }

    /// The same, told as what it is if it is a lack of room in the folder that is fetched to.
    pub(super) fn in_folder(self, folder: &Utf8Path, release: &Release) -> Self {
        if self.lacks_room() {
            Self::no_room(folder, release)
        } else {
            self
        }
    }

    /// A folder that has no room for a release.
    pub(super) fn no_room(folder: &Utf8Path, release: &Release) -> Self {
        Self::Room {
            folder: folder.to_owned(),
            what: release.what,
            needed: release.room,
        }
    }

    /// Whether a write failed for want of space: a full disk, a quota, a limit on the file's size.
    fn lacks_room(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self {
            Self::File { source, .. } => {
                matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
            }
            Self::Use { source, .. } => {
                let said = source.said();
                NO_ROOM.iter().any(|words| said.contains(words))
            }
            _ => false,
        }
    }

    /// The whole of it in one line, causes included.
    pub(super) fn with_causes(&self) -> String {
        in_one_line(self)
    }
}

impl Attempt {
    pub(super) fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.reason)
    }
}

fn list(tried: &[Attempt]) -> String {
    use fmt::Write as _;
    tried.iter().fold(String::new(), |mut text, attempt| {
        write!(text, "\n  tried {attempt}").expect("writing to a string never fails");
        text
    })
}

fn said(version: Option<&CliVersion>) -> String {
    version.map_or_else(
        || "no Temporal CLI".to_owned(),
        |version| format!("version {version}"),
    )
}

fn place(program: &str) -> &'static str {
    if program.contains('/') {
        "not an executable file"
    } else {
        "not on PATH"
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
