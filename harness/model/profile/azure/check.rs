//! What must hold of a place in Azure beyond what its types say: within one file or assignment,
//! and of what all of them together say.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::model::{Azure, Exposure, Kubernetes, Public};
use super::word::{TagName, TagValue};
use super::{Cidr, HighAvailability, MysqlTier};
use crate::azure_limits;
use crate::document::Error;
use crate::profile::layer::{Layer, Layers, place};
use crate::profile::model::{self, Backend, Profile};
use crate::profile::word::Version;
use crate::quantity::Duration;
use crate::topology::Tls;

/// How many tags a profile may name: Azure takes 50 on a resource, and some are the harness's own.
const TAGS: usize = 40;
/// The longest time that a place lives.
const LONGEST_LIFE: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// The MySQL of a flexible server that has standard support beyond 2026.
const MYSQL: &str = "8.4";
/// Wider than this, a range is no longer somebody's.
const WIDEST: u8 = 8;
/// Checks what one file or assignment says.
pub(in crate::profile) fn values(layer: &Layer, azure: &Azure) -> Result<(), Error> {
    if azure.tags.as_ref().is_some_and(|tags| tags.len() > TAGS) {
        let message = format!("`backend.azure.tags` has at most {TAGS}; Azure takes 50 with ours");
        return Err(layer.error(message));
    }
    if let Some([one, other]) = azure.tags.as_ref().and_then(twice) {
        let message = format!(
            "`backend.azure.tags` names `{one}` and `{other}`, which are the same name to Azure"
        );
        return Err(layer.error(message));
    }
    if let Some(time) = azure
        .time_to_live
        .as_ref()
        .filter(|it| it.value == Duration::default() || it.value > LONGEST_LIFE)
    {
        let message = format!("a place lives for longer than no time and {LONGEST_LIFE} at most");
        return Err(layer.error_at(time, message));
    }
    if let Some(kubernetes) = &azure.kubernetes {
        self::kubernetes(layer, kubernetes)?;
    }
    let expose = azure.expose.iter();
    for exposure in expose.flat_map(|it| [&it.web, &it.starter]).flatten() {
        self::exposure(layer, exposure)?;
    }
    Ok(())
}

/// Two tags whose names differ in their case alone.
fn twice(tags: &BTreeMap<TagName, TagValue>) -> Option<[&str; 2]> {
    let names: Vec<&str> = tags.keys().map(TagName::as_str).collect();
    let pairs = names.iter().enumerate();
    let mut pairs = pairs.flat_map(|(at, one)| names[..at].iter().map(move |other| [*other, *one]));
    pairs.find(|[one, other]| azure_limits::is_same_tag(one, other))
}

fn kubernetes(layer: &Layer, kubernetes: &Kubernetes) -> Result<(), Error> {
    if kubernetes
        .node_pools
        .as_ref()
        .is_some_and(BTreeMap::is_empty)
    {
        let message = "`backend.azure.kubernetes.node-pools` names none; a cluster needs one";
        return Err(layer.error(message));
    }
    ranges(
        layer,
        kubernetes
            .authorized_ip_ranges
            .as_deref()
            .unwrap_or_default(),
    )
}

fn exposure(layer: &Layer, exposure: &Exposure) -> Result<(), Error> {
    let Exposure::Public(Public { allow: Some(allow) }) = exposure else {
        return Ok(());
    };
    if allow.is_empty() {
        let message = "`allow` names nobody, which Azure takes for everybody; \
                       name ranges of addresses, or expose nothing with `cluster-ip`";
        return Err(layer.error(message));
    }
    ranges(layer, allow)
}

/// Refuses ranges that are nobody's in particular.
fn ranges(layer: &Layer, ranges: &[Spanned<Cidr>]) -> Result<(), Error> {
    let open =
        |range: &&Spanned<Cidr>| range.value.first.is_unspecified() || range.value.bits < WIDEST;
    match ranges.iter().find(open) {
        Some(range) => {
            let whom = if range.value.first.is_unspecified() {
                "everybody, other tenants of Azure too"
            } else {
                "a good part of the Internet"
            };
            let message = format!(
                "`{}` admits {whom}; name the addresses that you come from, such as \
                 `203.0.113.7/32`",
                range.value
            );
            Err(layer.error_at(range, message))
        }
        None => Ok(()),
    }
}

/// The place in Azure that a layer names, if it does.
pub(super) fn azure(profile: &Profile) -> Option<&Azure> {
    match &profile.backend {
        Some(Backend::Azure(azure)) => Some(azure),
        _ => None,
    }
}

/// Checks what all layers together say, apart from addresses.
pub(super) fn whole(layers: &Layers, resolved: &super::Azure) -> Result<(), Error> {
    let burstable = resolved.mysql.tier() == MysqlTier::Burstable;
    if burstable && resolved.mysql.high_availability != HighAvailability::Disabled {
        let message = format!(
            "a standby needs a server of another tier: `{}` is burstable, and Azure gives those \
             none; say a `sku` such as `Standard_D2ds_v4`",
            resolved.mysql.sku
        );
        return Err(layers.error_at(high_availability, &message));
    }
    storage(layers, &resolved.mysql)?;
    system_pods(layers, &resolved.kubernetes)?;
    if resolved.kubernetes.private && !resolved.kubernetes.authorized_ip_ranges.is_empty() {
        let message = "a private cluster has no public address that `authorized-ip-ranges` could \
                       guard; leave out the one or the other";
        return Err(layers.error_at(private, message));
    }
    Ok(())
}

/// Checks that the system pool has room for the pods that the cluster itself runs.
fn system_pods(layers: &Layers, kubernetes: &super::Kubernetes) -> Result<(), Error> {
    let Some(system) = kubernetes.pools.first() else {
        return Ok(());
    };
    let (name, each) = (&system.name, i64::from(system.max_pods));
    let (count, wanted) = (i64::from(system.count), azure_limits::SYSTEM_PODS);
    let room = count * each;
    if room >= wanted {
        return Ok(());
    }
    let least = (wanted + count - 1) / count;
    let message = format!(
        "pool `{name}` runs the cluster's own pods and has room for {room}, and AKS demands room \
         for {wanted}: say `max-pods: {least}` or more, or more nodes"
    );
    let max_pods = |written: &Profile| {
        let pools = azure(written)?.kubernetes.as_ref()?.node_pools.as_ref()?;
        let pool = pools.iter().find(|(one, _)| one.to_string() == *name)?.1;
        pool.max_pods.as_ref().map(place)
    };
    Err(layers.error_where(max_pods, &message))
}

/// Checks the storage of the database against its tier, and against what a standby needs.
fn storage(layers: &Layers, mysql: &super::Mysql) -> Result<(), Error> {
    let most = azure_limits::storage_gib(mysql.tier() == MysqlTier::MemoryOptimized);
    if mysql.storage_gib > most {
        let message = format!(
            "a server of `{}` has {most} GiB of storage at most; say less, or a `sku` such as \
             `Standard_E2ds_v4`",
            mysql.sku
        );
        let storage = |written: &Profile| {
            let mysql = azure(written)?.mysql.as_ref()?;
            let sku = || mysql.sku.as_ref().map(place);
            mysql.storage.as_ref().map(place).or_else(sku)
        };
        return Err(layers.error_where(storage, &message));
    }
    if mysql.high_availability != HighAvailability::Disabled && !mysql.auto_grow {
        let message = "a standby needs storage that grows by itself; leave out `auto-grow: false`";
        return Err(layers.error_at(high_availability, message));
    }
    Ok(())
}

fn high_availability(profile: &Profile) -> Option<&Spanned<HighAvailability>> {
    azure(profile)?.mysql.as_ref()?.high_availability.as_ref()
}

fn private(profile: &Profile) -> Option<&Spanned<bool>> {
    azure(profile)?.kubernetes.as_ref()?.private.as_ref()
}

/// Checks that Azure has the database that the topology names.
pub(in crate::profile) fn database(layers: &Layers, merged: &Profile) -> Result<(), Error> {
    let written = version(merged).map(|version| version.value.as_str());
    if let Some(written) = written.filter(|written| *written != MYSQL) {
        let why = if written == "8.0" || written.starts_with("8.0.") {
            "MySQL 8.0 leaves Azure's standard support on 2026-12-31 and is billed extra for every \
             processor after it"
        } else if written.starts_with("8.4.") {
            "which patch release of MySQL runs in Azure is not yours to choose"
        } else {
            "the harness knows of no such MySQL in Azure that has standard support"
        };
        return Err(layers.error_at(version, &format!("{why}; say `\"{MYSQL}\"`")));
    }
    if tls(merged).is_some_and(|tls| tls.value == Tls::Off) {
        let message = "connections to a database in Azure are encrypted; say `required`";
        return Err(layers.error_at(tls, message));
    }
    Ok(())
}

fn version(profile: &Profile) -> Option<&Spanned<Version>> {
    let model::Database::Mysql(mysql) = profile.database.as_ref()?;
    mysql.version.as_ref()
}

fn tls(profile: &Profile) -> Option<&Spanned<Tls>> {
    let model::Database::Mysql(mysql) = profile.database.as_ref()?;
    mysql.tls.as_ref()
}
