//! What the database could not do.

use std::io;
use std::time::Duration;

use backend::Blame;
use backend::state::Holder;
use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use base::tool;
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use mysql::schema::{Store, Version};

/// What the database could not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Docker refused or failed.
    #[error(transparent)]
    Docker(#[from] docker::Error),
    /// MySQL refused or did not answer.
    #[error(transparent)]
    Mysql(#[from] mysql::Error),
    /// The profile allows fewer connections than its Temporal processes may open.
    #[error(
        "database.mysql.max-connections is {allowed}, and the Temporal processes may open {needed}"
    )]
    Connections {
        /// What the profile allows.
        allowed: u32,
        /// What may be needed.
        needed: u32,
    },
    /// The data was written by a newer MySQL.
    #[error("the data of MySQL {found} cannot be read by MySQL {wanted}")]
    Downgrade {
        /// The version that wrote it.
        found: String,
        /// The version that the profile names.
        wanted: String,
    },
    /// The data is spread over another number of history shards.
    #[error(
        "temporal.history-shards is {wanted}, and the database was made for {found}: the number is \
         fixed for the life of a database"
    )]
    Shards {
        /// What the data is spread over.
        found: u32,
        /// What the profile names.
        wanted: u32,
    },
    /// No certificate could be made.
    #[error("could not make a certificate for MySQL")]
    Certificates(#[source] rcgen::Error),
    /// A file could not be read or written.
    #[error("could not {act} {path}")]
    File {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another command makes the same snapshot, and was not done in time.
    #[error("`{holder}` was making the same database for all of {} s", .waited.as_secs())]
    Busy {
        /// The command.
        holder: Holder,
        /// How long this one waited.
        waited: Duration,
    },
    /// The snapshot that databases begin as a copy of could not be made.
    #[error("could not make the MySQL that every database here begins as a copy of")]
    Golden {
        /// Where the log of that MySQL is.
        log: Utf8PathBuf,
        /// Why.
        #[source]
        source: Box<Error>,
    },
    /// There is no snapshot to copy, or only a part of one.
    #[error("the volume {volume} that the database begins as a copy of is not there any more")]
    NoSnapshot {
        /// The volume.
        volume: String,
    },
    /// A container that helps did not do its work.
    #[error("could not {act}: code {code}{}", indented(.said))]
    Helper {
        /// What it was for.
        act: &'static str,
        /// How it ended.
        code: i64,
        /// What it said.
        said: String,
    },
    /// Temporal's SQL tool failed.
    #[error("Temporal's SQL tool failed on `{database}`")]
    SchemaTool {
        /// The database.
        database: &'static str,
        /// Why.
        #[source]
        source: tool::Error,
    },
    /// The container ended where it should run.
    #[error("container `{name}` does not run: {status}")]
    Ended {
        /// Its name.
        name: String,
        /// What became of it.
        status: String,
    },
    /// MySQL did not answer in time.
    #[error("MySQL did not answer within {} s: {reason}", .deadline.as_secs())]
    Silent {
        /// How long it had.
        deadline: Duration,
        /// What was seen last.
        reason: String,
    },
    /// The schema is of a newer server.
    #[error(
        "the schema of `{}` has version {found}, which is newer than Temporal {server}", .store.database()
    )]
    Newer {
        /// The store.
        store: Store,
        /// The version that was found.
        found: Version,
        /// The release that is to run on it.
        server: String,
    },
    /// An update of a schema was interrupted.
    #[error(
        "the update of `{}` from schema version {version} to {towards} was interrupted, and MySQL \
         cannot go on from there{}", .store.database(), list(.applied)
    )]
    HalfApplied {
        /// The store.
        store: Store,
        /// The version that it has.
        version: Version,
        /// The version whose update was interrupted.
        towards: Version,
        /// What that update has done already.
        applied: Vec<String>,
        /// The SQL that takes it back; none where no statement is safe.
        remedy: Vec<String>,
    },
    /// There is nothing of that name, or nothing is known of it yet.
    #[error("`{id}` is not part of this topology")]
    Unknown {
        /// The name.
        id: ResourceId,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The failure of an act on a file.
    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }

    /// What a user can do about it.
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Docker(error) => error.hints(),
            Self::Connections { needed, .. } => vec![Hint::say(format!(
                "set database.mysql.max-connections to {needed} or more, or let fewer replicas run \
                 under temporal.roles"
            ))],
            Self::Downgrade { found, .. } => vec![
                Hint::say(format!("set database.mysql.version to {found}, or run "))
                    .command(Verb::Down)
                    .words(" to give its data up"),
            ],
            Self::Shards { found, .. } => vec![
                Hint::say(format!("set temporal.history-shards to {found}, or run "))
                    .command(Verb::Down)
                    .words(" to give its data up"),
            ],
            Self::Golden { log, source } => {
                let mut hints = source.hints();
                hints.push(Hint::say(format!("the log of that MySQL is {log}")));
                hints
            }
            Self::NoSnapshot { .. } => {
                vec![Hint::run(Verb::Up).words(" again, which makes it anew")]
            }
            Self::SchemaTool {
                source: tool::Error::Find { program },
                ..
            } => vec![
                Hint::say(format!("install {program}; "))
                    .command(Verb::Doctor)
                    .words(" shows what else is missing"),
            ],
            Self::Newer { .. } => vec![
                Hint::say("run the newer release of Temporal, or run ")
                    .command(Verb::Down)
                    .words(" to give the data up"),
            ],
            Self::HalfApplied { store, remedy, .. } if remedy.is_empty() => vec![
                Hint::say(format!(
                    "what is in database `{}` is not what an interrupted update leaves, so that no \
                     statement is safe: restore a backup of it, or run ",
                    store.database()
                ))
                .command(Verb::Down)
                .words(" to give it up"),
            ],
            Self::HalfApplied { store, remedy, .. } => vec![
                Hint::say(format!(
                    "take the half of it back in database `{}`, then run ",
                    store.database()
                ))
                .command(Verb::Up)
                .words(format!(" again:{}", list(remedy))),
            ],
            _ => Vec::new(),
        }
    }

    /// What has to change for it not to come again.
    fn blame(&self) -> Blame {
        match self {
            Self::Connections { .. }
            | Self::Downgrade { .. }
            | Self::Shards { .. }
            | Self::Newer { .. } => Blame::Profile,
            Self::Golden { source, .. } => source.blame(),
            _ => Blame::Place,
        }
    }

    /// The whole of it in one line, causes included.
    pub(super) fn in_one_line(&self) -> String {
        in_one_line(self)
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let (hints, blame) = (error.hints(), error.blame());
        let mut whole = Self::new(error);
        whole.hints = hints;
        whole.blame = blame;
        whole
    }
}

fn list<T: AsRef<str>>(lines: &[T]) -> String {
    lines
        .iter()
        .fold(String::new(), |text, line| text + "\n    " + line.as_ref())
}

/// The last lines of what a container said.
fn indented(said: &str) -> String {
    const LINES: usize = 8;
    let lines: Vec<&str> = said.lines().collect();
    list(&lines[lines.len().saturating_sub(LINES)..])
}
