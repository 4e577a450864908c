//! The errors of the database.

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

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Docker(#[from] docker::Error),
    #[error(transparent)]
    Mysql(#[from] mysql::Error),
    /// The profile allows fewer connections than its Temporal processes may open.
    #[error(
        "database.mysql.max-connections is {allowed}, but the Temporal processes may open {needed}"
    )]
    Connections { allowed: u32, needed: u32 },
    /// A newer MySQL wrote the data.
    #[error("MySQL {wanted} cannot read the data of MySQL {found}")]
    Downgrade {
        /// The version that wrote the data.
        found: String,
        /// The version that the profile names.
        wanted: String,
    },
    /// The data has another number of history shards.
    #[error(
        "temporal.history-shards is {wanted}, but the database has {found}: the number is \
         fixed for the life of a database"
    )]
    Shards {
        /// The number in the database.
        found: u32,
        /// The number in the profile.
        wanted: u32,
    },
    #[error("could not make a certificate for MySQL")]
    Certificates(#[source] rcgen::Error),
    #[error("could not {act} {path}")]
    File {
        /// A verb, such as `read`.
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// Another command was making the same snapshot for too long.
    #[error("`{holder}` has been making the same database snapshot for {} s", .waited.as_secs())]
    Busy {
        /// The command.
        holder: Holder,
        waited: Duration,
    },
    /// The golden snapshot could not be made.
    #[error("could not make the MySQL snapshot that new databases are copied from")]
    Golden {
        /// The log of the MySQL that the snapshot was made with.
        log: Utf8PathBuf,
        #[source]
        source: Box<Error>,
    },
    /// The command only looks and may not change anything.
    #[error("this command does not hold the lock of the state folder")]
    NotOwner,
    /// There is no snapshot to copy, or only a part of one.
    #[error("the snapshot volume {volume} that the database is copied from no longer exists")]
    NoSnapshot { volume: String },
    /// A helper container failed.
    #[error("could not {act}: exit code {code}{}", indented(.output))]
    Helper {
        /// What it was for, as a verb phrase.
        act: &'static str,
        /// Its exit code.
        code: i64,
        /// Its output.
        output: String,
    },
    #[error("Temporal's SQL tool failed on `{database}`")]
    SchemaTool {
        database: &'static str,
        #[source]
        source: tool::Error,
    },
    /// The container is not running.
    #[error("container `{name}` is not running: {status}")]
    Ended { name: String, status: String },
    /// MySQL did not answer in time.
    #[error("MySQL did not answer within {} s: {reason}", .deadline.as_secs())]
    Silent {
        deadline: Duration,
        /// The last error.
        reason: String,
    },
    /// The schema is of a newer Temporal server.
    #[error(
        "the schema of `{}` has version {found}, which is newer than Temporal {server}", .store.database()
    )]
    Newer {
        store: Store,
        found: Version,
        /// The Temporal release of the profile.
        server: String,
    },
    /// A schema update was interrupted.
    #[error(
        "the update of `{}` from schema version {version} to {towards} was interrupted and \
         cannot be resumed{}", .store.database(), list(.applied)
    )]
    HalfApplied {
        store: Store,
        /// The recorded version.
        version: Version,
        /// The version whose update was interrupted.
        towards: Version,
        /// The changes that this update already made.
        applied: Vec<String>,
        /// The SQL that undoes them. Empty if no statement is safe.
        remedy: Vec<String>,
    },
    /// The resource is not known.
    #[error("`{id}` is not part of this topology")]
    Unknown { id: ResourceId },
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    pub(super) fn file(
        act: &'static str,
        path: impl Into<Utf8PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }

    /// How the user can fix it.
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Docker(error) => error.hints(),
            Self::Connections { needed, .. } => vec![Hint::say(format!(
                "Set `database.mysql.max-connections` in the profile to {needed} or more, or reduce the \
                 replicas under `temporal.roles`."
            ))],
            Self::Downgrade { found, .. } => vec![
                Hint::say(format!(
                    "Set `database.mysql.version` in the profile to {found}, or run "
                ))
                .command(Verb::Down)
                .words(" to delete the data."),
            ],
            Self::Shards { found, .. } => vec![
                Hint::say(format!(
                    "Set `temporal.history-shards` in the profile to {found}, or run "
                ))
                .command(Verb::Down)
                .words(" to delete the data."),
            ],
            Self::Golden { log, source } => {
                let mut hints = source.hints();
                hints.push(Hint::say(format!("See the log of that MySQL in {log}.")));
                hints
            }
            Self::NoSnapshot { .. } => {
                vec![Hint::run(Verb::Up).words(" again to make the snapshot.")]
            }
            Self::SchemaTool {
                source: tool::Error::Find { program },
                ..
            } => vec![
                Hint::say(format!("Install {program}; run "))
                    .command(Verb::Doctor)
                    .words(" to see what else is missing."),
            ],
            Self::Newer { .. } => vec![
                Hint::say("Set `temporal.version` in the profile to the newer release, or run ")
                    .command(Verb::Down)
                    .words(" to delete the data."),
            ],
            Self::HalfApplied { store, remedy, .. } if remedy.is_empty() => vec![
                Hint::say(format!(
                    "Restore database `{}` from a backup, because its content does not match an \
                     interrupted update and no statement is safe; or run ",
                    store.database()
                ))
                .command(Verb::Down)
                .words(" to delete it."),
            ],
            Self::HalfApplied { store, remedy, .. } => vec![
                Hint::say(format!(
                    "Undo the interrupted update in database `{}` with the SQL below, then run ",
                    store.database()
                ))
                .command(Verb::Up)
                .words(format!(" again:{}", list(remedy))),
            ],
            _ => Vec::new(),
        }
    }

    /// Whether the profile or the environment must change to avoid the error.
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

    /// The error with its causes in one line.
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

/// The last lines of a container's output.
fn indented(output: &str) -> String {
    const LINES: usize = 8;
    let lines: Vec<&str> = output.lines().collect();
    list(&lines[lines.len().saturating_sub(LINES)..])
}
