//! What most verbs begin with: a profile, its topology, its state folder, its backend.

mod error;
mod folder;
mod profile;
mod subject;

use std::sync::Arc;
use std::time::Duration;

pub(super) use self::error::{GARBAGE, SERVE, backend_error, exit_of, state_error};
use self::error::{is_busy, is_served};
pub(super) use self::folder::{others_up, state_named, state_of, working_directory};
pub(super) use self::profile::{Loaded, is_of_profile, load};
use self::subject::Subject;
pub(super) use super::target::{DEFAULT_PROFILE, Target};
use backend::Backend;
use backend::state::{Directory, Journal, Lock};
use base::tool::Environment;
use model::profile as profiles;
use model::profile::Profile;
use model::topology::Topology;
use places::azure::{self, AzureBackend};
use places::k3d::{self, K3dBackend};
use places::process::{ProcessBackend, Settings};
use places::simulated::SimulatedBackend;

use crate::error::CommandError;
use crate::ui::Ui;

/// How long a command waits for another one to let go of the state folder.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// How long it waits before it says so: a command that has just ended may still be seen off by the
/// child that it started last.
const FIRST_TRY: Duration = Duration::from_millis(300);

/// A session with whichever backend was chosen; verbs are generic.
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
            $crate::verb::session::AnySession::Process(mut $session) => {
                let $session = &mut *$session;
                $body
            }
            $crate::verb::session::AnySession::K3d(mut $session) => {
                let $session = &mut *$session;
                $body
            }
            $crate::verb::session::AnySession::Azure(mut $session) => {
                let $session = &mut *$session;
                $body
            }
            $crate::verb::session::AnySession::Simulated(mut $session) => {
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
pub(super) async fn look(loaded: &Loaded) -> Result<AnySession, CommandError> {
    let (subject, state) = Subject::of(loaded).await?;
    assemble(subject, state, None, None)
}

/// The session of a verb that changes something: it owns the state folder until it is dropped.
/// Whom it has to wait for is told at once.
pub(super) async fn own(
    loaded: &Loaded,
    verb: &str,
    ui: &mut Ui,
) -> Result<AnySession, CommandError> {
    match own_within(loaded, verb, FIRST_TRY).await {
        Err(busy) if is_busy(&busy) && !is_served(&busy) => {
            ui.say(format!(
                "· {}; waiting for up to {}s",
                busy.source,
                PATIENCE.as_secs()
            ));
            own_within(loaded, verb, PATIENCE).await
        }
        other => other,
    }
}

/// As [`own`], for a verb with a patience of its own.
pub(super) async fn own_within(
    loaded: &Loaded,
    verb: &str,
    patience: Duration,
) -> Result<AnySession, CommandError> {
    let (subject, state) = Subject::of(loaded).await?;
    let opened = state.open(verb, subject.kind(), patience).await;
    let (lock, journal) = opened.map_err(state_error)?;
    assemble(subject, state, Some(lock), Some(journal))
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
        profiles::Backend::Local { .. } => {
            unreachable!("a session is on a backend that was chosen")
        }
        profiles::Backend::Azure(azure) => {
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
        profiles::Backend::Process { engine } => {
            let settings = Settings {
                root,
                engine,
                environment,
            };
            let backend = ProcessBackend::new(settings, state, lock);
            AnySession::Process(common.on(backend.map_err(backend_error)?))
        }
        profiles::Backend::K3d(cluster) => {
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
        profiles::Backend::Simulated => {
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
