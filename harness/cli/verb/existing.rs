//! What verbs that offer load do for a cluster that exists already: they say where the load goes,
//! refuse a cluster that the profile does not allow, and terminate what the load left open.

use archive::Archive;
use backend::event::Events;
use backend::{Backend, ExistingCluster};
use camino::Utf8Path;
use model::profile::{self, Profile};
use model::topology::Topology;
use tokio_util::sync::CancellationToken;

use super::session::Session;
use super::{failure, lifecycle};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Says where the load goes. Refuses a cluster that the profile does not allow.
pub(super) fn announce<B: Backend>(session: &Session<B>, ui: &mut Ui) -> Result<(), CommandError> {
    permit(&session.profile, "load on it")?;
    if let Some(cluster) = &session.place.cluster {
        ui.say(format!("load goes to {cluster}"));
    }
    Ok(())
}

/// Refuses workers on a cluster that the profile does not allow: they take tasks from its workers.
pub(super) fn permit_workers<B: Backend>(session: &Session<B>) -> Result<(), CommandError> {
    match session.topology.own_workers().next() {
        Some(_) => permit(&session.profile, "workers that poll it"),
        None => Ok(()),
    }
}

fn permit(profile: &Profile, what: &str) -> Result<(), CommandError> {
    let profile::Backend::Existing(existing) = &profile.backend else {
        return Ok(());
    };
    if existing.may_be_used() {
        return Ok(());
    }
    let message = format!(
        "{} is not on this machine, and the profile `{}` does not allow {what}",
        existing.address, profile.name
    );
    let hint = "Set `backend.existing.allow-load: true` in the profile, or add `--set \
                backend.existing.allow-load=true`, if that cluster may get the load and the \
                workers of this profile.";
    Err(CommandError::new(Exit::NotAllowed, message).hint(hint))
}

/// Where the workers of an existing cluster connect to, for people.
pub(super) fn connects_to(cluster: &ExistingCluster, topology: &Topology) -> String {
    let ExistingCluster {
        address, namespace, ..
    } = cluster;
    if topology.own_workers().next().is_none() {
        return format!(
            "no worker runs here: `replicas` is 0; the cluster is {address}, namespace {namespace}"
        );
    }
    format!("workers connect to {address}, namespace {namespace}")
}

/// The ids of the workflows of a run that may be open. `None` if its folder cannot be read whole.
pub(super) fn may_be_open(folder: &Utf8Path) -> Option<Vec<String>> {
    let mut open = Vec::new();
    for iteration in Archive::open(folder).ok()?.iterations().ok()? {
        let iteration = iteration.ok()?;
        if iteration.may_be_open() {
            open.push(iteration.workflow_id);
        }
    }
    Some(open)
}

/// Ends a load: returns its outcome, with the error if workflows are left open. `known` are the ids
/// of all its workflows that may be open, if they are known.
pub(super) async fn conclude<B: Backend, T>(
    backend: &B,
    known: Option<&[String]>,
    outcome: Result<T, CommandError>,
    events: &Events,
    stop: &CancellationToken,
) -> Result<(T, Option<CommandError>), CommandError> {
    let ended = lifecycle::end_load(backend, known, events, stop).await;
    match (outcome, ended) {
        (Ok(outcome), ended) => Ok((outcome, ended.err())),
        (Err(error), Ok(_)) => Err(error),
        (Err(error), Err(left)) => Err(failure::graver(error, left, events)),
    }
}
