//! What most verbs begin with: a profile, its topology, its state folder, its backend.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::backend::process::{ProcessBackend, Settings};
use crate::backend::simulated::SimulatedBackend;
use crate::backend::{self, Backend};
use crate::error::{CommandError, Exit};
use crate::profile::{self, Engine, Profile, Reader, Request, Source};
use crate::state::{self, Directory, Journal, Lock};
use crate::tool::Environment;
use crate::topology::Topology;
use crate::ui::Ui;

/// How long a command waits for another one to let go of the state folder.
const PATIENCE: Duration = Duration::from_secs(15);

/// The profile that is meant where none is named.
pub(super) const DEFAULT_PROFILE: &str = "local";

/// How long it waits before it says so: a command that has just ended may still be seen off by the
/// child that it started last.
const FIRST_TRY: Duration = Duration::from_millis(300);

/// Which profile a verb is about.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Target {
    /// Profile by name: profiles/NAME.yaml
    #[arg(
        long,
        short,
        value_name = "NAME",
        default_value = DEFAULT_PROFILE,
        conflicts_with = "file"
    )]
    pub(super) profile: String,
    /// The same as `--profile local`
    #[arg(long, conflicts_with_all = ["profile", "file"])]
    pub(super) local: bool,
    /// Profile by file
    #[arg(long, short, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// Set a key of the profile, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

impl Target {
    /// The arguments that name this target again, for a command line of another process.
    pub(super) fn arguments(&self) -> Vec<String> {
        let which = match &self.file {
            Some(file) => ["--file".to_owned(), file.to_string()],
            None => ["--profile".to_owned(), self.profile.clone()],
        };
        let sets = self
            .set
            .iter()
            .flat_map(|set| ["--set".to_owned(), set.clone()]);
        which.into_iter().chain(sets).collect()
    }

    /// What has to stand behind a verb for it to be about this target; nothing for the default.
    pub(super) fn suffix(&self) -> String {
        if self.file.is_none() && self.profile == DEFAULT_PROFILE && self.set.is_empty() {
            return String::new();
        }
        let words = self.arguments().into_iter();
        let words: Vec<String> = words.map(|word| format!(" {}", shell(&word))).collect();
        words.concat()
    }
}

/// A word as a shell takes it.
fn shell(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The backend is chosen once, here; verbs are generic.
#[derive(Debug)]
pub(super) enum AnySession {
    Process(Box<Session<ProcessBackend>>),
    Simulated(Box<Session<SimulatedBackend>>),
}

/// Runs `$body` with the session of whichever backend it is.
macro_rules! on_backend {
    ($any:expr, |$session:ident| $body:expr) => {
        match $any {
            $crate::cli::session::AnySession::Process(mut $session) => {
                let $session = &mut *$session;
                $body
            }
            $crate::cli::session::AnySession::Simulated(mut $session) => {
                let $session = &mut *$session;
                $body
            }
        }
    };
}
pub(super) use on_backend;

/// Everything that a verb needs to know.
#[derive(Debug)]
pub(super) struct Session<B: Backend> {
    pub(super) profile: Profile,
    pub(super) topology: Topology,
    pub(super) state: Directory,
    pub(super) journal: Option<Journal>,
    pub(super) backend: B,
}

impl<B: Backend> Session<B> {
    /// What a verb that owns the state folder works with.
    pub(super) fn owned(&self) -> Owned<'_, B> {
        let journal = self.journal.as_ref();
        Owned {
            backend: &self.backend,
            state: &self.state,
            journal: journal.expect("only verbs that own the state folder change anything"),
        }
    }
}

/// A topology that may be changed, whatever its profile says.
#[derive(Debug)]
pub(super) struct Owned<'a, B> {
    pub(super) backend: &'a B,
    pub(super) state: &'a Directory,
    pub(super) journal: &'a Journal,
}

/// The session of a verb that only looks.
pub(super) fn look(target: &Target) -> Result<AnySession, CommandError> {
    let profile = load(target)?;
    let state = state_of(&profile)?;
    assemble(profile, state, None, None)
}

/// The session of a verb that changes something: it owns the state folder until it is dropped.
/// Whom it has to wait for is told at once.
pub(super) async fn own(
    target: &Target,
    verb: &str,
    ui: &mut Ui,
) -> Result<AnySession, CommandError> {
    match own_within(target, verb, FIRST_TRY).await {
        Err(busy) if is_busy(&busy) => {
            ui.say(format!(
                "· {}; waiting for up to {}s",
                busy.source,
                PATIENCE.as_secs()
            ));
            own_within(target, verb, PATIENCE).await
        }
        other => other,
    }
}

fn is_busy(error: &CommandError) -> bool {
    let state = error.source.downcast_ref::<state::Error>();
    matches!(state, Some(state::Error::Busy { .. }))
}

/// As [`own`], for a verb with a patience of its own.
pub(super) async fn own_within(
    target: &Target,
    verb: &str,
    patience: Duration,
) -> Result<AnySession, CommandError> {
    let profile = load(target)?;
    let state = state_of(&profile)?;
    let opened = state.open(verb, profile.backend.kind(), patience).await;
    let (lock, journal) = opened.map_err(state_error)?;
    assemble(profile, state, Some(lock), Some(journal))
}

fn assemble(
    profile: Profile,
    state: Directory,
    lock: Option<Lock>,
    journal: Option<Journal>,
) -> Result<AnySession, CommandError> {
    let topology = profile.topology();
    Ok(match profile.backend.clone() {
        profile::Backend::Process {
            engine: Engine::DevServer { cli },
        } => {
            let settings = Settings {
                root: working_directory()?,
                cli,
                environment: Environment::of_process(),
            };
            let backend = ProcessBackend::new(settings, state.clone(), lock);
            AnySession::Process(Box::new(Session {
                backend: backend.map_err(backend_error)?,
                profile,
                topology,
                state,
                journal,
            }))
        }
        profile::Backend::Simulated => AnySession::Simulated(Box::new(Session {
            backend: SimulatedBackend::new(state.clone(), lock),
            profile,
            topology,
            state,
            journal,
        })),
    })
}

/// What a profile left running that cannot be read any more, or names another backend now: its
/// processes are known by their records.
pub(super) async fn abandoned(
    target: &Target,
    verb: &str,
) -> Result<Option<(Directory, Journal, ProcessBackend)>, CommandError> {
    let file = target.file.as_deref().and_then(Utf8Path::file_stem);
    let state = state_named(file.unwrap_or(&target.profile))?;
    if !state.exists() {
        return Ok(None);
    }
    let opened = state.open(verb, "process", PATIENCE).await;
    let (lock, journal) = opened.map_err(state_error)?;
    let settings = Settings {
        root: working_directory()?,
        cli: None,
        environment: Environment::of_process(),
    };
    let backend = ProcessBackend::new(settings, state.clone(), Some(lock));
    Ok(Some((state, journal, backend.map_err(backend_error)?)))
}

/// The profile that a target names.
pub(super) fn load(target: &Target) -> Result<Profile, CommandError> {
    let source = match &target.file {
        Some(file) => Source::File(file.clone()),
        None => Source::Named {
            folder: Utf8PathBuf::from("profiles"),
            name: target.profile.clone(),
        },
    };
    let request = Request {
        source,
        sets: target.set.clone(),
    };
    let reader = Reader {
        read: |path: &Utf8Path| fs_err::read_to_string(path),
        list: file_names,
    };
    profile::load(&request, &reader).map_err(|error| CommandError::new(Exit::Invalid, error))
}

/// The names of the files in a folder; none if it cannot be read.
fn file_names(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_owned()).collect()
}

/// The state folder of a target.
pub(super) fn state(target: &Target) -> Result<Directory, CommandError> {
    state_of(&load(target)?)
}

fn state_of(profile: &Profile) -> Result<Directory, CommandError> {
    state_named(profile.name.as_str())
}

fn state_named(profile: &str) -> Result<Directory, CommandError> {
    let root = working_directory()?;
    Ok(Directory::new(root.join(".harness").join(profile)))
}

/// Names of profiles, other than that of `state`, of which something was brought up here.
pub(super) fn others_up(state: &Directory) -> Vec<String> {
    let Some(folders) = state.path().parent().map(Utf8Path::read_dir_utf8) else {
        return Vec::new();
    };
    let has_records = |folder: &Utf8Path| {
        let records = folder.join("run").read_dir_utf8();
        let mut records = records.into_iter().flatten().flatten();
        records.any(|record| record.file_name().ends_with(".launch.json"))
    };
    let mut names: Vec<String> = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter(|folder| folder.path() != state.path() && has_records(folder.path()))
        .map(|folder| folder.file_name().to_owned())
        .collect();
    names.sort();
    names
}

/// The folder that the user works in, by its real path: the same folder by another name must find
/// the same state.
pub(super) fn working_directory() -> Result<Utf8PathBuf, CommandError> {
    std::env::current_dir()
        .and_then(|folder| folder.canonicalize())
        .and_then(|folder| Utf8PathBuf::try_from(folder).map_err(std::io::Error::other))
        .map_err(|error| {
            CommandError::new(Exit::Unavailable, error).hint("is the working directory gone?")
        })
}

/// A backend's error, with its hints, as a command's.
pub(super) fn backend_error(error: backend::Error) -> CommandError {
    let hints = error.hints.clone();
    let mut whole = CommandError::new(Exit::Unavailable, error);
    whole.hints = hints;
    whole
}

fn state_error(error: state::Error) -> CommandError {
    let (exit, hint) = match &error {
        state::Error::Access { .. } => (
            Exit::Unavailable,
            "the harness keeps its state below the working directory; choose another with `-C FOLDER`"
                .to_owned(),
        ),
        state::Error::Busy { .. } => (
            Exit::Unavailable,
            "wait for that command, or interrupt it; it heals and cleans up after itself".to_owned(),
        ),
        state::Error::Backend { found, .. } => (
            Exit::Invalid,
            format!("run `harness down` first, or name backend `{found}` again"),
        ),
        state::Error::Layout { path, .. } => (
            Exit::Invalid,
            format!("run `harness down` of the version that wrote it, then remove {path}"),
        ),
    };
    CommandError::new(exit, error).hint(hint)
}
