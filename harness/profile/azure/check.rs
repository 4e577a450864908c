//! What must hold of a place in Azure beyond what its types say: within one file or assignment,
//! and of what all of them together say.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_saphyr::Spanned;

use super::model::{Azure, Exposure, Kubernetes, Mysql, NodePool, Public};
use super::{Cidr, HighAvailability, MysqlTier};
use crate::document::Error;
use crate::profile::layer::{Layer, Layers};
use crate::profile::model::{self, Backend, Profile};
use crate::profile::word::Version;
use crate::quantity::Duration;
use crate::topology::Tls;

/// The sizes that AKS has for the disk of an operating system, in GiB.
const OS_DISK: RangeInclusive<u16> = 30..=2048;
/// How many pods AKS lets a node have.
const MAX_PODS: RangeInclusive<u16> = 10..=250;
/// How many nodes AKS lets a pool have.
const NODES: u16 = 1000;
/// The least storage of a flexible server, in GiB.
const LEAST_STORAGE: u32 = 20;
/// How many days a flexible server keeps backups.
const RETENTION: RangeInclusive<u16> = 1..=35;
/// The MySQL of a flexible server that has standard support beyond 2026.
const MYSQL: &str = "8.4";
/// Wider than this, a range is no longer somebody's.
const WIDEST: u8 = 8;
/// Tags that begin like this are the harness's own.
const OWN_TAGS: &str = "harness-";

/// Checks what one file or assignment says.
pub(in crate::profile) fn values(layer: &Layer, azure: &Azure) -> Result<(), Error> {
    for name in azure.tags.iter().flat_map(|tags| tags.keys()) {
        tag(layer, name)?;
    }
    if let Some(time) = azure
        .time_to_live
        .as_ref()
        .filter(|it| it.value == Duration::default())
    {
        return Err(layer.error_at(time, "a place lives for longer than no time"));
    }
    if let Some(kubernetes) = &azure.kubernetes {
        self::kubernetes(layer, kubernetes)?;
    }
    if let Some(mysql) = &azure.mysql {
        self::mysql(layer, mysql)?;
    }
    let expose = azure.expose.iter();
    for exposure in expose.flat_map(|it| [&it.web, &it.starter]).flatten() {
        self::exposure(layer, exposure)?;
    }
    Ok(())
}

fn tag(layer: &Layer, name: &str) -> Result<(), Error> {
    let wrong = if name.starts_with(OWN_TAGS) {
        "names that begin with `harness-` are the harness's own"
    } else if name.is_empty()
        || name.len() > 512
        || name.contains(['<', '>', '%', '&', '\\', '?', '/'])
    {
        "a name has 1 to 512 characters and none of `<>%&\\?/`"
    } else {
        return Ok(());
    };
    Err(layer.error(format!("tag `{name}` in `backend.azure.tags`: {wrong}")))
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
    for pool in kubernetes
        .node_pools
        .iter()
        .flat_map(|pools| pools.values())
    {
        self::pool(layer, pool)?;
    }
    ranges(
        layer,
        kubernetes
            .authorized_ip_ranges
            .as_deref()
            .unwrap_or_default(),
    )
}

fn pool(layer: &Layer, pool: &NodePool) -> Result<(), Error> {
    if let Some(count) = pool.count.as_ref().filter(|it| it.value.get() > NODES) {
        return Err(layer.error_at(count, format!("a node pool has at most {NODES} nodes")));
    }
    within(
        layer,
        pool.os_disk.as_ref(),
        OS_DISK,
        "GiB on a node's disk",
    )?;
    within(layer, pool.max_pods.as_ref(), MAX_PODS, "pods on a node")
}

fn mysql(layer: &Layer, mysql: &Mysql) -> Result<(), Error> {
    if let Some(storage) = mysql.storage.as_ref().filter(|it| it.value < LEAST_STORAGE) {
        let message = format!("a flexible server has {LEAST_STORAGE} GiB of storage at least");
        return Err(layer.error_at(storage, message));
    }
    let days = mysql.backup_retention_days.as_ref();
    within(layer, days, RETENTION, "days that backups are kept")
}

fn within(
    layer: &Layer,
    value: Option<&Spanned<u16>>,
    range: RangeInclusive<u16>,
    what: &str,
) -> Result<(), Error> {
    match value.filter(|value| !range.contains(&value.value)) {
        Some(value) => {
            let (least, most) = range.into_inner();
            Err(layer.error_at(value, format!("Azure takes {least} to {most} {what}")))
        }
        None => Ok(()),
    }
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
    if resolved.kubernetes.private && !resolved.kubernetes.authorized_ip_ranges.is_empty() {
        let message = "a private cluster has no public address that `authorized-ip-ranges` could \
                       guard; leave out the one or the other";
        return Err(layers.error_at(private, message));
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
