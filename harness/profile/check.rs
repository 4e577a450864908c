//! What must hold within one file or assignment, beyond what its types say.

use std::collections::BTreeSet;

use super::azure;
use super::layer::{Layer, Layers};
use super::model::{Backend, Namespace, Profile, Run};
use crate::document::Error;
use crate::quantity::Duration;

/// Temporal refuses a shorter retention: `MinRetentionLocal` in its `common/namespace`.
const LEAST_RETENTION: Duration = Duration::from_secs(60 * 60);

/// Checks a file.
pub(super) fn file(layer: &Layer) -> Result<(), Error> {
    let Profile {
        api_version, kind, ..
    } = &layer.written;
    if api_version.is_none() {
        return Err(layer.error("key `apiVersion` is missing; expected `apiVersion: harness/v1`"));
    }
    if kind.is_none() {
        return Err(layer.error("key `kind` is missing; expected `kind: Profile`"));
    }
    values(layer)
}

/// Checks a `--set`.
pub(super) fn set(layer: &Layer) -> Result<(), Error> {
    if let Some(extends) = &layer.written.extends {
        return Err(layer.error_at(extends, "`extends` can be said in a file only"));
    }
    values(layer)
}

fn values(layer: &Layer) -> Result<(), Error> {
    let Profile {
        temporal,
        worker,
        backend,
        ..
    } = &layer.written;
    if let Some(Backend::Azure(written)) = backend {
        azure::check::values(layer, written)?;
    }
    if let Some(list) = temporal.as_ref().and_then(|it| it.namespaces.as_ref()) {
        namespaces(layer, list)?;
    }
    match worker.as_ref().and_then(|worker| worker.run.as_ref()) {
        Some(Run::Command(command)) if command.value.first().is_none_or(String::is_empty) => {
            Err(layer.error_at(command, "a command starts with a program"))
        }
        _ => Ok(()),
    }
}

fn namespaces(layer: &Layer, namespaces: &[Namespace]) -> Result<(), Error> {
    if namespaces.is_empty() {
        return Err(layer.error("`temporal.namespaces` names none; the worker needs one to poll"));
    }
    let mut seen = BTreeSet::new();
    for Namespace { name, retention } in namespaces {
        if !seen.insert(&name.value) {
            let message = format!("there is already a namespace `{}`", name.value);
            return Err(layer.error_at(name, message));
        }
        if let Some(retention) = retention.as_ref().filter(|it| it.value < LEAST_RETENTION) {
            let message = format!("Temporal keeps closed workflows for {LEAST_RETENTION} at least");
            return Err(layer.error_at(retention, message));
        }
    }
    Ok(())
}

/// Checks that no two keys pin the same port.
pub(super) fn pinned_ports(layers: &Layers, merged: &Profile) -> Result<(), Error> {
    type Find = fn(&Profile) -> Option<&serde_saphyr::Spanned<std::num::NonZeroU16>>;
    let pins: [(&str, Find); 3] = [
        ("temporal.port", |it| it.temporal.as_ref()?.port.as_ref()),
        ("web.port", |it| it.web.as_ref()?.port.as_ref()),
        ("starter.port", |it| it.starter.as_ref()?.port.as_ref()),
    ];
    for (index, (_, find)) in pins.iter().enumerate() {
        let Some(port) = find(merged).map(|port| port.value) else {
            continue;
        };
        for (other, earlier) in &pins[..index] {
            if earlier(merged).is_some_and(|pinned| pinned.value == port) {
                let message = format!("port {port} is pinned by `{other}` too");
                return Err(layers.error_at(find, &message));
            }
        }
    }
    Ok(())
}
