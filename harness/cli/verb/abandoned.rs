//! What was brought up by a profile that says so no more.

use backend::Place;
use backend::state::{self, AsItIs, Directory, Journal};
use camino::Utf8Path;
use model::profile::{Backend, K3d};
use places::azure::Aim;
use places::process;
use tokio_util::sync::CancellationToken;

use super::any_backend::{AnyBackend, PlaceRecord};
use super::session::{self, Loaded, Owned, PATIENCE, state_error, state_named, state_of};
use super::way::Way;
use crate::error::CommandError;
use crate::ui::Ui;

/// What a profile left behind that cannot be read any more, or names another backend now: it is
/// known by its records, on the backend that it was brought up on.
#[derive(Debug)]
pub(super) struct Abandoned {
    /// The name of its state folder, which is that of its profile.
    pub(super) name: String,
    pub(super) state: Directory,
    pub(super) place: Place,
    pub(super) backend: AnyBackend,
    haste: CancellationToken,
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
            // What is in Azure is known by the profile alone.
            way: Way::Up,
            haste: &self.haste,
        }
    }
}

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
    let haste = CancellationToken::new();
    let record = by_records(kind, &name, &state);
    let (place, backend) = AnyBackend::of(record, state.clone(), None, haste.clone())?;
    Ok(Abandoned {
        name,
        state,
        place,
        backend,
        haste,
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
    let Some(abandoned) = own_silently(loaded, verb).await? else {
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

async fn own_silently(loaded: &Loaded, verb: &str) -> Result<Option<Abandoned>, CommandError> {
    let Some((name, state)) = left_behind(loaded)? else {
        return Ok(None);
    };
    let opened = state.open_as_it_is(verb, PATIENCE).await;
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
    let haste = CancellationToken::new();
    let record = by_records(kind, &name, &state);
    let (place, backend) = AnyBackend::of(record, state.clone(), Some(lock), haste.clone())?;
    Ok(Some(Abandoned {
        name,
        state,
        place,
        backend,
        haste,
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

/// How a place of this machine is reached as its records have it.
fn by_records(kind: &str, profile: &str, state: &Directory) -> PlaceRecord {
    let backend = match kind {
        "k3d" => Backend::K3d(K3d::default()),
        "simulated" => Backend::Simulated,
        _ => Backend::Process {
            engine: process::engine_of(state),
        },
    };
    PlaceRecord {
        profile: profile.to_owned(),
        backend,
        aim: Aim::Azure,
    }
}
