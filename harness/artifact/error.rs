//! Why a program could not be found, fetched or built.

use std::fmt;
use std::io;

use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use base::tool;
use camino::{Utf8Path, Utf8PathBuf};

use super::release::Release;
use super::{CliVersion, ImageError};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program that the user names is not the one that the profile needs.
    #[error("{origin} names {path}: {reason}")]
    Explicit {
        /// Where the user names it: a variable such as `HARNESS_TEMPORAL`, or the profile.
        origin: &'static str,
        path: Utf8PathBuf,
        reason: String,
    },
    /// No source had it.
    #[error("could not find {target}; tried:{}", list(.tried))]
    NotFound {
        target: Target,
        /// In the order of the attempts.
        tried: Vec<Attempt>,
    },
    #[error("could not read its version")]
    Ask(#[source] tool::Error),
    /// A Temporal CLI with another server than the profile needs, or with an unknown one.
    #[error("it is {}, but server {wanted} is needed", version_text(.found.as_ref()))]
    Match {
        /// The version that it prints.
        found: Option<CliVersion>,
        /// The server version that the profile needs.
        wanted: String,
    },
    /// A program of Temporal's server with another version than the profile needs.
    #[error("it prints `{}`, but `{wanted}` is needed", .output.trim())]
    Version {
        /// What it prints as its version.
        output: String,
        /// What it should print.
        wanted: String,
    },
    /// No folder to fetch into is writable.
    #[error("found no writable folder for {what}; tried:{}", list(.tried))]
    NoFolder {
        what: &'static str,
        /// In the order of the attempts.
        tried: Vec<Attempt>,
    },
    /// The disk of the folder has too little free space.
    #[error("not enough disk space in {folder} for {what}: needs {}", megabytes(*.needed))]
    DiskFull {
        folder: Utf8PathBuf,
        what: &'static str,
        /// Bytes.
        needed: u64,
    },
    /// Another run held the lock for too long.
    #[error("another run has been fetching into {folder} for {seconds} s")]
    LockTimeout { folder: Utf8PathBuf, seconds: u64 },
    #[error("could not {act} {path}")]
    File {
        /// A verb, such as `read`.
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not {act}")]
    Use {
        /// What the tool was used for, as a verb phrase.
        act: String,
        #[source]
        source: tool::Error,
    },
    #[error("could not download {url}")]
    Download {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("download of {url} did not finish within {seconds} s")]
    DownloadTimeout { url: String, seconds: u64 },
    /// The download differs from what was published.
    #[error("the download has SHA-256 {found}, but {wanted} is needed")]
    Verify { found: String, wanted: String },
    #[error("{url} has no SHA-256 for {archive}")]
    Unlisted { url: String, archive: String },
    /// A mirror without TLS, whose answers anybody on the network could forge.
    #[error("{url} is neither https nor on this machine, so its checksums prove nothing")]
    Unproven { url: String },
    /// The installed Go is too old to build the server.
    #[error("Go is too old: {reason}")]
    Toolchain {
        /// What Go prints.
        reason: String,
    },
    /// No worker can be built from the folder.
    #[error("{folder} {reason}")]
    Package {
        folder: Utf8PathBuf,
        /// What is wrong with the folder, as the end of a sentence that begins with its path.
        reason: String,
    },
    /// The worker does not compile.
    #[error("could not build the worker in {folder}{diagnosis}")]
    Compile {
        folder: Utf8PathBuf,
        /// The compiler's errors, each line indented.
        diagnosis: String,
        #[source]
        source: tool::Error,
    },
    /// The program of the worker's command does not exist.
    #[error("the worker's program `{program}` is {}", missing_from(.program))]
    Locate { program: String },
    /// The program of `worker.run.prepare` does not exist.
    #[error("the program `{program}` of `worker.run.prepare` is {}", missing_from(.program))]
    LocatePrepare { program: String },
    #[error("could not prepare the worker")]
    Prepare {
        #[source]
        source: tool::Error,
    },
    /// The profile names an image, but the backend runs programs.
    #[error("worker.run.image names the image {image}, but this backend runs programs")]
    ImageForProcess { image: String },
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A program of another release.
    #[error("it is {program} {found}, but {wanted} is needed")]
    Release {
        program: String,
        found: String,
        wanted: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What the C library, and so every tool, prints for ENOSPC, EDQUOT and EFBIG.
const NO_ROOM: [&str; 3] = [
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
];

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Cli {
        /// The version of the server in it.
        server: String,
    },
    Server {
        /// The version of both.
        version: String,
    },
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub what: String,
    pub reason: String,
}

impl Target {
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Cli { server } => vec![
                Hint::say(format!(
                    "Install a Temporal CLI with server {server} on PATH, or set HARNESS_TEMPORAL to its path."
                )),
                Hint::say(
                    "With a mirror, set HARNESS_TEMPORAL_MIRROR to the URL of the folder above `v1.9.1/`, or configure pip's index.",
                ),
            ],
            Self::Server { version } => vec![
                Hint::say(format!(
                    "Install temporal-server and temporal-sql-tool {version} on PATH, or set HARNESS_TEMPORAL_SERVER and HARNESS_TEMPORAL_SQL_TOOL to their paths."
                )),
                Hint::say(format!(
                    "With a mirror, set HARNESS_TEMPORAL_SERVER_MIRROR to the URL of the folder above `v{version}/`, or configure GOPROXY."
                )),
            ],
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cli { server } => write!(out, "a Temporal CLI with server {server}"),
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
                "Set it to a program of the right version, or remove it so that one is fetched.",
            )],
            Self::NotFound { target, .. } => target.hints(),
            Self::DiskFull { .. } | Self::NoFolder { .. } => vec![Hint::say(
                "Free disk space, or set HARNESS_CACHE to a folder on another disk.",
            )],
            Self::LockTimeout { folder, .. } => vec![Hint::say(format!(
                "Check whether a `harness` process hangs and holds {folder}/lock."
            ))],
            Self::Package { .. } | Self::Compile { .. } => vec![Hint::say(
                "Set `worker.run.build` in the profile to the folder of a Cargo package with a binary `worker`.",
            )],
            Self::Locate { .. } => vec![Hint::say(
                "Install or build it, or set `worker.run.command` in the profile to a program on PATH, or to a path with a `/` from the working directory.",
            )],
            Self::LocatePrepare { .. } => vec![Hint::say(
                "Install it, or correct `worker.run.prepare` in the profile.",
            )],
            Self::Prepare { .. } => vec![Hint::say(
                "Fix what it reports, or correct `worker.run.prepare` in the profile.",
            )],
            Self::Use {
                source: tool::Error::Find { program },
                ..
            } => vec![
                Hint::say(format!("Install {program}; run "))
                    .command(Verb::Doctor)
                    .words(" to see what else is missing."),
            ],
            Self::ImageForProcess { .. } => vec![Hint::say(
                "Set `worker.run.build` or `worker.run.command` in the profile, or use a backend that runs containers.",
            )],
            Self::Image(error) => error.hints(),
            _ => Vec::new(),
        }
    }

    /// The failure of a tool. An interruption by the user becomes [`Self::Interrupted`].
    pub(super) fn using(act: impl Into<String>, source: tool::Error) -> Self {
        match source {
            tool::Error::Interrupted { .. } => Self::Interrupted,
            source => Self::Use {
                act: act.into(),
                source,
            },
        }
    }

    /// Whether no other source can succeed.
    pub(super) fn ends_the_search(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Interrupted)
    }

    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }

    /// The same error, but [`Self::DiskFull`] if the disk of the folder is full.
    pub(super) fn in_folder(self, folder: &Utf8Path, release: &Release) -> Self {
        if self.lacks_room() {
            Self::no_room(folder, release)
        } else {
            self
        }
    }

    pub(super) fn no_room(folder: &Utf8Path, release: &Release) -> Self {
        Self::DiskFull {
            folder: folder.to_owned(),
            what: release.what,
            needed: release.room,
        }
    }

    /// Whether a write failed because of a full disk, a quota, or a limit on the file size.
    fn lacks_room(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self {
            Self::File { source, .. } => {
                matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
            }
            Self::Use { source, .. } => {
                let output = source.last_lines();
                NO_ROOM.iter().any(|words| output.contains(words))
            }
            _ => false,
        }
    }

    /// The error with its causes in one line.
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
        write!(text, "\n  {attempt}").expect("writing to a string never fails");
        text
    })
}

fn version_text(version: Option<&CliVersion>) -> String {
    version.map_or_else(
        || "not a Temporal CLI".to_owned(),
        |version| format!("version {version}"),
    )
}

fn missing_from(program: &str) -> &'static str {
    if program.contains('/') {
        "not an executable file"
    } else {
        "not on PATH"
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
