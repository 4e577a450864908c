//! What was brought up by a profile that says so no more.

use std::sync::Arc;
use std::time::Duration;

use backend::state::{self, AsItIs, Directory, Journal, Lock};
use base::tool::Environment;
use camino::Utf8Path;
use model::profile;
use places::k3d::{self, K3dBackend};
use places::process::{self, ProcessBackend, Settings};
use places::simulated::SimulatedBackend;

use super::session::{
    self, Loaded, Owned, PATIENCE, backend_error, state_error, state_named, state_of,
    working_directory,
};
use crate::error::CommandError;
use crate::ui::Ui;

/// What a profile left behind that cannot be read any more, or names another backend now: it is
/// known by its records, on the backend that it was brought up on.
#[derive(Debug)]
pub(super) struct Abandoned {
    /// The name of its state folder, which is that of its profile.
    pub(super) name: String,
    pub(super) state: Directory,
    pub(super) backend: AnyBackend,
    journal: Option<Journal>,
    /// Files of the folder that are not what they should be.
    pub(super) garbage: Vec<state::Error>,
}

impl Abandoned {
    /// What a verb that takes down works with.
    pub(super) fn owned<'a, B>(&'a self, backend: &'a B) -> Owned<'a, B> {
        let journal = self.journal.as_ref();
        Owned {
            backend,
            state: &self.state,
            journal: journal.expect("only verbs that own the state folder change anything"),
        }
    }
}

/// The backend of something abandoned.
#[derive(Debug)]
pub(super) enum AnyBackend {
    Process(Box<ProcessBackend>),
    K3d(Box<K3dBackend>),
    Simulated(Box<SimulatedBackend>),
}

/// Runs `$body` with the backend of whichever kind it is.
macro_rules! on_abandoned {
    ($any:expr, |$backend:ident| $body:expr) => {
        match $any {
            $crate::verb::abandoned::AnyBackend::Process($backend) => {
                let $backend = &**$backend;
                $body
            }
            $crate::verb::abandoned::AnyBackend::K3d($backend) => {
                let $backend = &**$backend;
                $body
            }
            $crate::verb::abandoned::AnyBackend::Simulated($backend) => {
                let $backend = &**$backend;
                $body
            }
        }
    };
}
pub(super) use on_abandoned;

/// What a target left behind, for a verb that only looks, which says why it goes by records. What kept
/// it from its session is the error where that is not the profile, or where nothing is left behind.
pub(super) fn look(
    loaded: &Loaded,
    why: CommandError,
    ui: &mut Ui,
) -> Result<Abandoned, CommandError> {
    if !session::is_of_profile(&why) {
        return Err(why);
    }
    let Some((name, state)) = left_behind(loaded)? else {
        return Err(why);
    };
    state.inspect().map_err(state_error)?;
    let standing = state.standing().map_err(state_error)?;
    let kind = match standing.as_deref() {
        // What is in Azure is known by the profile alone.
        Some(kind) if kind.starts_with("azure") => return Err(why),
        Some(kind) => kind,
        None => evident(&state),
    };
    tell(&why, ui);
    let backend = any(kind, &name, &state, None)?;
    Ok(Abandoned {
        name,
        state,
        backend,
        journal: None,
        garbage: Vec::new(),
    })
}

/// What a target left behind, if it did, for a verb that ends or heals it, be its files what they
/// may; says why it goes by records.
pub(super) async fn own(
    loaded: &Loaded,
    verb: &str,
    why: &CommandError,
    ui: &mut Ui,
) -> Result<Option<Abandoned>, CommandError> {
    let Some(abandoned) = own_within(loaded, verb, PATIENCE).await? else {
        return Ok(None);
    };
    if abandoned.garbage.is_empty() {
        tell(why, ui);
    } else {
        for broken in &abandoned.garbage {
            ui.say(format!("· {broken}"));
        }
        ui.say("· what was brought up before is known by its other records, and by its marks");
    }
    Ok(Some(abandoned))
}

/// As [`own`], for a verb with a patience of its own, and nobody to tell.
pub(super) async fn own_within(
    loaded: &Loaded,
    verb: &str,
    patience: Duration,
) -> Result<Option<Abandoned>, CommandError> {
    let Some((name, state)) = left_behind(loaded)? else {
        return Ok(None);
    };
    let opened = state.open_as_it_is(verb, patience).await;
    let AsItIs {
        lock,
        backend: found,
        garbage,
    } = opened.map_err(state_error)?;
    let kind = match found.as_deref() {
        Some(known @ ("k3d" | "simulated" | "process")) => known,
        Some(found)
            if found.starts_with("azure") && !state.named().map_err(state_error)?.is_empty() =>
        {
            return Err(state_error(state::Error::Backend {
                path: state.path().to_owned(),
                found: found.to_owned(),
                wanted: evident(&state).to_owned(),
            }));
        }
        _ => evident(&state),
    };
    let journal = state.settle_on(kind, found.as_deref());
    let journal = journal.map_err(state_error)?;
    let backend = any(kind, &name, &state, Some(lock))?;
    Ok(Some(Abandoned {
        name,
        state,
        backend,
        journal: Some(journal),
        garbage,
    }))
}

fn tell(why: &CommandError, ui: &mut Ui) {
    ui.say(why);
    ui.say("· what was brought up before is known by its records");
}

/// The state folder of a target, with its name, if there is one. Where the profile cannot be read it
/// is called as its file is, or as `--set name=` says.
fn left_behind(loaded: &Loaded) -> Result<Option<(String, Directory)>, CommandError> {
    let target = &loaded.target;
    let (name, state) = if let Some(profile) = loaded.readable() {
        (profile.name.to_string(), state_of(target, profile)?)
    } else {
        let mut sets = target.set.iter().rev();
        let set = sets.find_map(|set| set.strip_prefix("name="));
        let file = target.file.as_deref().and_then(Utf8Path::file_stem);
        let name = set.or(file).unwrap_or(&target.profile).to_owned();
        let state = state_named(&name)?;
        (name, state)
    };
    let there = state.exists().map_err(state_error)?;
    Ok(there.then_some((name, state)))
}

/// The kind of backend by the records that there are, where the folder does not say it itself.
fn evident(state: &Directory) -> &'static str {
    let run = state.run();
    if run.join("cluster.json").exists() || run.join("kubeconfig.yaml").exists() {
        "k3d"
    } else if run.join("simulated.json").exists() {
        "simulated"
    } else {
        "process"
    }
}

fn any(
    kind: &str,
    profile: &str,
    state: &Directory,
    lock: Option<Lock>,
) -> Result<AnyBackend, CommandError> {
    let (root, environment) = (working_directory()?, Environment::of_process());
    Ok(match kind {
        "k3d" => {
            let settings = k3d::Settings {
                root,
                profile: profile.to_owned(),
                cluster: profile::K3d::default(),
                extent: k3d::Extent::Topology,
                environment,
            };
            let backend = K3dBackend::new(settings, state.clone(), lock.map(Arc::new));
            AnyBackend::K3d(Box::new(backend.map_err(backend_error)?))
        }
        "simulated" => AnyBackend::Simulated(Box::new(SimulatedBackend::new(state.clone(), lock))),
        _ => {
            let settings = Settings {
                root,
                engine: process::engine_of(state),
                environment,
            };
            let backend = ProcessBackend::new(settings, state.clone(), lock);
            AnyBackend::Process(Box::new(backend.map_err(backend_error)?))
        }
    })
}
