//! Checks of one file or assignment that its types do not express.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_saphyr::Spanned;

use super::azure;
use super::dynamic_config::{DynamicConfig, Entry};
use super::layer::{Layer, Layers};
use super::model::{Backend, Command, Database, Namespace, PortNumber, Profile, Run, Worker};
use super::scalar::Text;
use crate::document::Error;
use crate::quantity::Duration;

/// Temporal rejects a shorter retention (`MinRetentionLocal` in its `common/namespace`) and limits
/// a longer one (`maxAllowedDuration` in its `common/primitives/timestamp`).
const RETENTION: RangeInclusive<Duration> =
    Duration::from_secs(60 * 60)..=Duration::from_secs(36_500 * 24 * 60 * 60);

/// The bounds of a ready timeout. No service is ready at once, and a longer timeout is a mistake.
const READY: RangeInclusive<Duration> = Duration::from_millis(1)..=DAY;

/// The bounds of a termination grace period. Zero means SIGKILL at once.
const GRACE: RangeInclusive<Duration> = Duration::from_secs(0)..=DAY;

/// The bounds of the maximum age of a verdict.
const VERDICT_AGE: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(36_500 * 24 * 60 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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
        return Err(layer.error_at(extends, "`extends` is allowed only in a file"));
    }
    values(layer)
}

fn values(layer: &Layer) -> Result<(), Error> {
    let Profile {
        temporal, backend, ..
    } = &layer.written;
    durations(layer)?;
    if let Some(Backend::Azure(written)) = backend {
        azure::check::values(layer, written)?;
    }
    if let Some(temporal) = temporal {
        if let Some(list) = &temporal.namespaces {
            namespaces(layer, list)?;
        }
        if let Some(config) = &temporal.dynamic_config {
            keys(layer, config)?;
        }
    }
    for worker in workers(&layer.written) {
        if let Some(Run::Command(Command { command, prepare })) = &worker.run {
            let commands = std::iter::once(command).chain(prepare);
            commands.into_iter().try_for_each(|it| program(layer, it))?;
        }
    }
    Ok(())
}

/// The workers of a layer, in either form.
fn workers(written: &Profile) -> impl Iterator<Item = &Worker> {
    let several = written.workers.iter().flat_map(|it| it.value.values());
    written.worker.iter().chain(several)
}

/// Checks that a command has a program.
fn program(layer: &Layer, command: &Spanned<Vec<Text>>) -> Result<(), Error> {
    match command.value.first() {
        Some(program) if !program.as_str().is_empty() => Ok(()),
        _ => Err(layer.error_at(command, "the command has no program")),
    }
}

/// Checks the bounds of all durations.
fn durations(layer: &Layer) -> Result<(), Error> {
    let Profile {
        temporal,
        database,
        web,
        promotion,
        ..
    } = &layer.written;
    let database = database.as_ref().map(|Database::Mysql(mysql)| mysql);
    let timeouts = [
        temporal.as_ref().and_then(|it| it.ready_timeout.as_ref()),
        database.and_then(|it| it.ready_timeout.as_ref()),
        web.as_ref().and_then(|it| it.ready_timeout.as_ref()),
    ];
    for timeout in timeouts {
        within(layer, timeout, &READY, "ready-timeout")?;
    }
    for worker in workers(&layer.written) {
        within(
            layer,
            worker.ready_timeout.as_ref(),
            &READY,
            "ready-timeout",
        )?;
        let grace = worker.termination_grace_period.as_ref();
        within(layer, grace, &GRACE, "termination-grace-period")?;
    }
    let age = promotion.as_ref().and_then(|it| it.max_age.as_ref());
    within(layer, age, &VERDICT_AGE, "max-age")
}

fn within(
    layer: &Layer,
    duration: Option<&Spanned<Duration>>,
    range: &RangeInclusive<Duration>,
    key: &str,
) -> Result<(), Error> {
    match duration.filter(|duration| !range.contains(&duration.value)) {
        Some(duration) => {
            let (least, most) = (range.start(), range.end());
            let found = duration.value;
            let message = format!("`{key}` must be from {least} to {most}, found `{found}`");
            Err(layer.error_at(duration, message))
        }
        None => Ok(()),
    }
}

fn namespaces(layer: &Layer, namespaces: &Spanned<Vec<Namespace>>) -> Result<(), Error> {
    if namespaces.value.is_empty() {
        let message = "`temporal.namespaces` is empty; the worker needs a namespace to poll";
        return Err(layer.error_at(namespaces, message));
    }
    let mut seen = BTreeSet::new();
    for Namespace { name, retention } in &namespaces.value {
        if !seen.insert(&name.value) {
            let message = format!("namespace `{}` is listed more than once", name.value);
            return Err(layer.error_at(name, message));
        }
        within(layer, retention.as_ref(), &RETENTION, "retention")?;
    }
    Ok(())
}

/// Checks that no key is set twice. The server ignores the case of keys, and would use only one of
/// the two.
fn keys(layer: &Layer, config: &DynamicConfig) -> Result<(), Error> {
    for (index, Entry { key, .. }) in config.0.iter().enumerate() {
        let same = |other: &&Entry| other.key.value.eq_ignore_ascii_case(&key.value);
        if let Some(other) = config.0[..index].iter().find(same) {
            let other = &other.key.value;
            let message = format!(
                "`{}` is the same key as `{other}`, which is already set",
                key.value
            );
            return Err(layer.error_at(key, message));
        }
    }
    Ok(())
}

/// Checks that no two keys pin the same port.
pub(super) fn pinned_ports(layers: &Layers, merged: &Profile) -> Result<(), Error> {
    type Find = fn(&Profile) -> Option<&Spanned<PortNumber>>;
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
                let message = format!("`{other}` also pins port {port}");
                return Err(layers.error_at(find, &message));
            }
        }
    }
    Ok(())
}
