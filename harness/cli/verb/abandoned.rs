//! A topology that is up although its profile no longer describes it.

use backend::Place;
use backend::state::{self, Directory, Journal, Unchecked};
use camino::Utf8Path;
use model::profile::{Backend, K3d};
use places::azure::Aim;
use places::process;
use tokio_util::sync::CancellationToken;

use super::any_backend::{AnyBackend, PlaceRecord};
use super::failure;
use super::session::{self, Loaded, Owned, PATIENCE, state_error, state_named, state_of};
use super::way::Way;
use crate::error::CommandError;
use crate::ui::Ui;

/// A topology whose profile cannot be read any more or now names another backend. Its records say
/// what it is and on which backend it runs.
#[derive(Debug)]
pub(super) struct Abandoned {
    /// The name of the state folder and of the profile.
    pub(super) name: String,
    pub(super) state: Directory,
    pub(super) place: Place,
    pub(super) backend: AnyBackend,
    haste: CancellationToken,
    journal: Option<Journal>,
    /// Broken files in the state folder.
    pub(super) garbage: Vec<state::Error>,
}

impl Abandoned {
    /// What a verb that takes the topology down works with.
    pub(super) fn owned<'a, B>(&'a self, backend: &'a B) -> Owned<'a, B> {
        let journal = self.journal.as_ref();
        Owned {
            backend,
            state: &self.state,
            journal: journal.expect("only verbs that own the state folder change anything"),
            // Only the profile says what is in Azure.
            way: Way::Up,
            haste: &self.haste,
        }
    }
}

/// The abandoned topology of a target, for a verb that only reads. Warns why it uses the records.
/// Returns the error of the session if the profile is not the cause, or if there is no such
/// topology.
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
        // Only the profile says what is in Azure.
        Some(kind) if kind.starts_with("azure") => return Err(why),
        Some(kind) => kind,
        None => evident(&state),
    };
    tell(&why, ui);
    let haste = CancellationToken::new();
    let record = by_records(kind, &name, &state)?;
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

/// The abandoned topology of a target, for a verb that stops or heals it, even if its files are
/// broken. Warns why it uses the records.
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
        ui.say("· using the other records and the marker of the running topology");
    }
    Ok(Some(abandoned))
}

async fn own_silently(loaded: &Loaded, verb: &str) -> Result<Option<Abandoned>, CommandError> {
    let Some((name, state)) = left_behind(loaded)? else {
        return Ok(None);
    };
    let opened = state.open_unchecked(verb, PATIENCE).await;
    let Unchecked {
        lock,
        backend: found,
        garbage,
    } = opened.map_err(state_error)?;
    let kind = match found.as_deref() {
        Some(known @ ("k3d" | "simulated" | "process" | "existing")) => known,
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
    let journal = state.adopt(kind, found.as_deref());
    let journal = journal.map_err(state_error)?;
    let haste = CancellationToken::new();
    let record = by_records(kind, &name, &state)?;
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
    ui.say("· using the records of the running topology");
}

/// The state folder of a target with its name, if it exists. For an unreadable profile the name is
/// that of the file or of `--set name=`.
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

/// The kind of backend by the existing records, for a folder that does not name it.
fn evident(state: &Directory) -> &'static str {
    let run = state.run();
    if run.join("cluster.json").exists() || run.join("kubeconfig.yaml").exists() {
        "k3d"
    } else if run.join("simulated.json").exists() {
        "simulated"
    } else if run.join("existing.json").exists() {
        "existing"
    } else {
        "process"
    }
}

/// How to reach a topology on this machine, by its records.
fn by_records(kind: &str, profile: &str, state: &Directory) -> Result<PlaceRecord, CommandError> {
    let existing = match kind {
        "existing" => process::existing_of(state).map_err(failure::unreadable)?,
        _ => None,
    };
    let backend = match (kind, existing) {
        (_, Some(cluster)) => Backend::Existing(Box::new(cluster)),
        ("k3d", _) => Backend::K3d(K3d::default()),
        ("simulated", _) => Backend::Simulated,
        _ => Backend::Process {
            engine: process::engine_of(state).map_err(session::backend_error)?,
        },
    };
    Ok(PlaceRecord {
        profile: profile.to_owned(),
        backend,
        aim: Aim::Azure,
    })
}
