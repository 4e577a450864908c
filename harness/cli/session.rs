//! What most verbs begin with: a profile, its topology, its state folder, its backend.

use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::meant;
use super::place::{self, Choice};
use super::target::PROFILES;
pub(super) use super::target::{DEFAULT_PROFILE, Target};
use crate::backend::azure::{self, Aim, AzureBackend};
use crate::backend::k3d::{self, K3dBackend};
use crate::backend::process::{ProcessBackend, Settings};
use crate::backend::simulated::SimulatedBackend;
use crate::backend::{self, Backend, Blame};
use crate::error::{CommandError, Exit};
use crate::profile::{self, Profile, Reader, Request, Source};
use crate::state::{self, Directory, Journal, Lock};
use crate::tool::Environment;
use crate::topology::Topology;
use crate::ui::Ui;

/// How long a command waits for another one to let go of the state folder.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// How long it waits before it says so: a command that has just ended may still be seen off by the
/// child that it started last.
const FIRST_TRY: Duration = Duration::from_millis(300);

/// The backend is chosen once, here; verbs are generic.
#[derive(Debug)]
pub(super) enum AnySession {
    Process(Box<Session<ProcessBackend>>),
    K3d(Box<Session<K3dBackend>>),
    Azure(Box<Session<AzureBackend>>),
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
            $crate::cli::session::AnySession::K3d(mut $session) => {
                let $session = &mut *$session;
                $body
            }
            $crate::cli::session::AnySession::Azure(mut $session) => {
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
    /// Why it runs on this backend, where the profile does not say.
    pub(super) reason: Option<String>,
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
pub(super) async fn look(target: &Target) -> Result<AnySession, CommandError> {
    let (subject, state) = subject(target).await?;
    assemble(subject, state, None, None)
}

/// What a session is about.
struct Subject {
    profile: Profile,
    reason: Option<String>,
    /// Which Azure it is, where it is one.
    aim: Aim,
}

/// The profile of a target, with the backend that it runs on, and its state folder.
async fn subject(target: &Target) -> Result<(Subject, Directory), CommandError> {
    let mut profile = load(target)?;
    let state = state_of(target, &profile)?;
    // What cannot be read might say anything.
    state.inspect().map_err(state_error)?;
    let named = if target.rehearse {
        target.in_azure()?.backend
    } else {
        target.backend
    };
    let standing = state.standing().map_err(state_error)?;
    let Choice { backend, reason } = place::choose(&profile, named, standing.as_deref()).await;
    profile.backend = backend;
    if let Some(reason) = profile.misplaced() {
        return Err(CommandError::new(Exit::Invalid, reason));
    }
    let in_azure = matches!(profile.backend, profile::Backend::Azure(_));
    let (aim, reason) = match (in_azure, target.rehearse) {
        (true, true) => {
            let (aim, reason) = place::rehearsal(&state).await?;
            (aim, Some(reason))
        }
        (false, true) => return Err(place::no_rehearsal(&profile)),
        (_, false) => (Aim::Azure, reason),
    };
    let subject = Subject {
        profile,
        reason,
        aim,
    };
    Ok((subject, state))
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
    let (subject, state) = subject(target).await?;
    let backend = kind(&subject);
    let opened = state.open(verb, backend, patience).await;
    let (lock, journal) = opened.map_err(state_error)?;
    assemble(subject, state, Some(lock), Some(journal))
}

/// The backend, as its state folder knows it.
fn kind(subject: &Subject) -> &'static str {
    match subject.aim {
        Aim::Rehearsal { .. } => "azure-rehearsal",
        Aim::Azure => subject.profile.backend.kind(),
    }
}

fn assemble(
    subject: Subject,
    state: Directory,
    lock: Option<Lock>,
    journal: Option<Journal>,
) -> Result<AnySession, CommandError> {
    let Subject {
        profile,
        reason,
        aim,
    } = subject;
    let (backend, name) = (profile.backend.clone(), profile.name.to_string());
    let common = Common {
        topology: profile.topology(),
        profile,
        reason,
        state: state.clone(),
        journal,
    };
    let (root, environment) = (working_directory()?, Environment::of_process());
    Ok(match backend {
        profile::Backend::Local { .. } => unreachable!("a session is on a backend that was chosen"),
        profile::Backend::Azure(azure) => {
            let settings = azure::Settings {
                root,
                profile: name,
                azure: *azure,
                aim,
                environment,
            };
            let backend = AzureBackend::new(settings, state, lock);
            AnySession::Azure(common.on(backend.map_err(backend_error)?))
        }
        profile::Backend::Process { engine } => {
            let settings = Settings {
                root,
                engine,
                environment,
            };
            let backend = ProcessBackend::new(settings, state, lock);
            AnySession::Process(common.on(backend.map_err(backend_error)?))
        }
        profile::Backend::K3d(cluster) => {
            let settings = k3d::Settings {
                root,
                profile: name,
                cluster,
                extent: k3d::Extent::Topology,
                environment,
            };
            let backend = K3dBackend::new(settings, state, lock.map(Arc::new));
            AnySession::K3d(common.on(backend.map_err(backend_error)?))
        }
        profile::Backend::Simulated => {
            AnySession::Simulated(common.on(SimulatedBackend::new(state, lock)))
        }
    })
}

/// What a session has whatever its backend.
struct Common {
    profile: Profile,
    reason: Option<String>,
    topology: Topology,
    state: Directory,
    journal: Option<Journal>,
}

impl Common {
    fn on<B: Backend>(self, backend: B) -> Box<Session<B>> {
        let Self {
            profile,
            reason,
            topology,
            state,
            journal,
        } = self;
        Box::new(Session {
            profile,
            reason,
            topology,
            state,
            journal,
            backend,
        })
    }
}

/// The profile that a target names.
pub(super) fn load(target: &Target) -> Result<Profile, CommandError> {
    profile::load(&request(target), &reader()).map_err(|error| unread(target, error))
}

/// Tells what a profile says and probably does not mean.
pub(super) fn doubt(target: &Target, ui: &mut Ui) {
    // A profile that cannot be read is told of by what comes next.
    let doubts = profile::doubts(&request(target), &reader()).unwrap_or_default();
    for doubt in doubts {
        let place = doubt
            .place()
            .map(|place| format!(":{}:{}", place.line, place.column));
        let (name, place) = (doubt.name(), place.unwrap_or_default());
        ui.say(format!("! {name}{place}: {}", doubt.message()));
    }
}

fn request(target: &Target) -> Request {
    let source = match &target.file {
        Some(file) => Source::File(file.clone()),
        None => Source::Named {
            folder: Utf8PathBuf::from(PROFILES),
            name: target.profile.clone(),
        },
    };
    Request {
        source,
        sets: target.set.clone(),
    }
}

type Reads = fn(&Utf8Path) -> std::io::Result<String>;
type Lists = fn(&Utf8Path) -> Vec<String>;

fn reader() -> Reader<Reads, Lists> {
    Reader {
        read: |path| fs_err::read_to_string(path),
        list: file_names,
    }
}

fn unread(target: &Target, error: profile::Error) -> CommandError {
    let error = CommandError::new(Exit::Invalid, error);
    meant::profile(target)
        .into_iter()
        .fold(error, CommandError::hint)
}

/// The names of the files in a folder; none if it cannot be read.
fn file_names(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_owned()).collect()
}

/// The profile of a target as it is written, and its state folder.
pub(super) fn named(target: &Target) -> Result<(Profile, Directory), CommandError> {
    let profile = load(target)?;
    let state = state_of(target, &profile)?;
    Ok((profile, state))
}

/// The state folder of a target. A rehearsal has one of its own: no name of a profile has a dot.
pub(super) fn state_of(target: &Target, profile: &Profile) -> Result<Directory, CommandError> {
    let name = profile.name.as_str();
    if target.rehearse {
        return state_named(&format!("{name}.rehearsal"));
    }
    state_named(name)
}

pub(super) fn state_named(profile: &str) -> Result<Directory, CommandError> {
    let root = working_directory()?;
    Ok(Directory::new(root.join(".harness").join(profile)))
}

/// Names of profiles, other than that of `state`, of which something was brought up here, or may
/// have been.
pub(super) fn others_up(state: &Directory) -> Vec<String> {
    let Some(folders) = state.path().parent().map(Utf8Path::read_dir_utf8) else {
        return Vec::new();
    };
    let mut names: Vec<String> = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter(|folder| folder.path() != state.path())
        .filter_map(|folder| match Directory::new(folder.path()).standing() {
            Ok(standing) => standing.map(|_| folder.file_name().to_owned()),
            Err(_) => Some(format!(
                "{} (perhaps: it cannot be read)",
                folder.file_name()
            )),
        })
        .collect();
    names.sort();
    names
}

/// The folder that the user works in, by its real path: the same folder by another name must find
/// the same state.
pub(super) fn working_directory() -> Result<Utf8PathBuf, CommandError> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let folder = folder.map_err(|error| {
        CommandError::new(Exit::Unavailable, error).hint("is the working directory gone?")
    })?;
    Utf8PathBuf::try_from(folder).map_err(|error| {
        let folder = error.as_path().display();
        let error = format!("the path of the working directory is not UTF-8: {folder}");
        CommandError::new(Exit::Unavailable, error)
            .hint("work in a folder whose path is; `-C FOLDER` names one")
    })
}

/// How a command ends that something is to blame for.
pub(super) fn exit_of(blame: Blame) -> Exit {
    match blame {
        Blame::Place => Exit::Unavailable,
        Blame::Profile => Exit::Invalid,
        Blame::Leave => Exit::NotAllowed,
        Blame::Interruption => Exit::Interrupted,
    }
}

/// Whether it is the profile that is wrong, or not there: what was brought up by it is not.
pub(super) fn is_of_profile(error: &CommandError) -> bool {
    error.source.is::<profile::Error>()
}

/// A backend's error, with its hints, as a command's.
pub(super) fn backend_error(error: backend::Error) -> CommandError {
    let (hints, exit) = (error.hints.clone(), exit_of(error.blame));
    let mut whole = CommandError::new(exit, error);
    whole.hints = hints;
    whole
}

/// The way out where a record is not what the harness writes there.
pub(super) const GARBAGE: &str = "run `harness down`: it ends what is up, which it finds by its marks, and clears that file; \
     for a place in Azure, remove the file and run `harness destroy`";

pub(super) fn state_error(error: state::Error) -> CommandError {
    let (exit, hint) = match &error {
        state::Error::Access { source, .. }
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            let whose = "whoever brought that topology up can look at it and take it down; it may \
                         be up";
            (Exit::Unavailable, whose.to_owned())
        }
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
            {
                let down = if found.starts_with("azure") { "destroy" } else { "down" };
                format!("run `harness {down}` first, or name backend `{found}` again")
            },
        ),
        state::Error::Garbage { .. } => (
            Exit::Invalid,
            GARBAGE.to_owned(),
        ),
        state::Error::Layout { path, .. } => (
            Exit::Invalid,
            format!("run `harness down` of the version that wrote it, then remove {path}"),
        ),
    };
    CommandError::new(exit, error).hint(hint)
}
