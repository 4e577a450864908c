//! The session of a verb: a profile, its topology, its state folder and its backend.

mod error;
mod folder;
mod profile;
mod subject;

use std::time::Duration;

pub(super) use self::error::{SERVE, backend_error, exit_of, garbage, state_error};
use self::error::{is_busy, is_served};
pub(super) use self::folder::{others_up, state_named, state_of, working_directory};
pub(super) use self::profile::{Loaded, is_of_profile, load, profile_names, read, unread};
use self::subject::Subject;
use super::any_backend::{AnyBackend, PlaceRecord};
pub(super) use super::target::{DEFAULT_PROFILE, Target};
use super::way::Way;
use backend::state::{Directory, Journal, Lock};
use backend::{Backend, Place};
use model::document::Origin;
use model::profile::Profile;
use model::topology::Topology;
use places::azure::AzureBackend;
use places::k3d::K3dBackend;
use places::process::ProcessBackend;
use places::simulated::SimulatedBackend;
use tokio_util::sync::CancellationToken;

use crate::error::CommandError;
use crate::ui::Ui;

/// How long a command waits for another one to release the state folder.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// How long it waits before it says so. The last child of a command that has just ended may hold
/// the lock for a moment.
const FIRST_TRY: Duration = Duration::from_millis(300);

/// A session with any backend. Verbs are generic over the backend.
#[derive(Debug)]
pub(super) enum AnySession {
    Process(Box<Session<ProcessBackend>>),
    K3d(Box<Session<K3dBackend>>),
    Azure(Box<Session<AzureBackend>>),
    Simulated(Box<Session<SimulatedBackend>>),
}

/// Runs `$body` with the session, whatever its backend.
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

#[derive(Debug)]
pub(super) struct Session<B: Backend> {
    pub(super) profile: Profile,
    /// Where the profile was found.
    pub(super) origin: Origin,
    /// Why this backend was chosen, if the profile does not name one.
    pub(super) reason: Option<String>,
    pub(super) topology: Topology,
    pub(super) state: Directory,
    pub(super) journal: Option<Journal>,
    /// Where the topology runs.
    pub(super) place: Place,
    /// What a later command needs to reach it again.
    pub(super) record: PlaceRecord,
    /// How the topology is deployed.
    pub(super) way: Way,
    /// Once cancelled, the backend forces whatever it would wait for.
    pub(super) haste: CancellationToken,
    pub(super) backend: B,
}

impl<B: Backend> Session<B> {
    /// The parts for a verb that owns the state folder.
    pub(super) fn owned(&self) -> Owned<'_, B> {
        let journal = self.journal.as_ref();
        Owned {
            backend: &self.backend,
            state: &self.state,
            journal: journal.expect("only verbs that own the state folder change anything"),
            way: self.way,
            haste: &self.haste,
        }
    }
}

/// A topology that this command may change, without its profile.
#[derive(Debug)]
pub(super) struct Owned<'a, B> {
    pub(super) backend: &'a B,
    pub(super) state: &'a Directory,
    pub(super) journal: &'a Journal,
    pub(super) way: Way,
    pub(super) haste: &'a CancellationToken,
}

/// The session of a verb that only reads.
pub(super) async fn look(loaded: &Loaded) -> Result<AnySession, CommandError> {
    let (subject, state) = Subject::of(loaded).await?;
    assemble(subject, state, None, None)
}

/// The session of a verb that changes something. It owns the state folder until it is dropped. Says
/// which command it waits for.
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

/// Like [`own`], with another waiting time.
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
        origin,
        reason,
        aim,
    } = subject;
    let haste = CancellationToken::new();
    let record = PlaceRecord {
        profile: profile.name.to_string(),
        backend: profile.backend.clone(),
        aim,
    };
    let made = AnyBackend::of(record.clone(), state.clone(), lock, haste.clone());
    let (place, backend) = made?;
    let common = Common {
        topology: profile.topology(),
        way: Way::to(&profile.backend),
        profile,
        origin,
        reason,
        state,
        journal,
        place,
        record,
        haste,
    };
    Ok(match backend {
        AnyBackend::Process(backend) => AnySession::Process(common.on(*backend)),
        AnyBackend::K3d(backend) => AnySession::K3d(common.on(*backend)),
        AnyBackend::Azure(backend) => AnySession::Azure(common.on(*backend)),
        AnyBackend::Simulated(backend) => AnySession::Simulated(common.on(*backend)),
    })
}

/// The parts of a session that do not depend on the backend.
struct Common {
    profile: Profile,
    origin: Origin,
    reason: Option<String>,
    topology: Topology,
    state: Directory,
    journal: Option<Journal>,
    place: Place,
    record: PlaceRecord,
    way: Way,
    haste: CancellationToken,
}

impl Common {
    fn on<B: Backend>(self, backend: B) -> Box<Session<B>> {
        let Self {
            profile,
            origin,
            reason,
            topology,
            state,
            journal,
            place,
            record,
            way,
            haste,
        } = self;
        Box::new(Session {
            profile,
            origin,
            reason,
            topology,
            state,
            journal,
            place,
            record,
            way,
            haste,
            backend,
        })
    }
}
