//! Checks of Azure settings that their types do not express: of one file or assignment, and of the
//! merged settings.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::model::{Azure, Exposure, Kubernetes, Public};
use super::scalar::{TagName, TagValue};
use super::{Cidr, HighAvailability, MysqlTier};
use crate::azure_limits;
use crate::document::Error;
use crate::profile::layer::{Layer, Layers, position};
use crate::profile::model::{self, Backend, Profile};
use crate::profile::scalar::Version;
use crate::quantity::Duration;
use crate::topology::Tls;

/// The maximum number of tags in a profile. Azure allows 50 on a resource, and the harness adds
/// some.
const TAGS: usize = 40;
/// The maximum of `time-to-live`.
const LONGEST_LIFE: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// The MySQL version of a flexible server with standard support after 2026.
const MYSQL: &str = "8.4";
/// The minimum prefix length of an allowed range, in bits. A wider range belongs to many owners.
const WIDEST: u8 = 8;
/// Checks one file or assignment.
pub(in crate::profile) fn values(layer: &Layer, azure: &Azure) -> Result<(), Error> {
    if azure.tags.as_ref().is_some_and(|tags| tags.len() > TAGS) {
        let message = format!(
            "`backend.azure.tags` has more than {TAGS} tags; Azure allows 50, and the harness \
             adds its own"
        );
        return Err(layer.error(message));
    }
    if let Some([one, other]) = azure.tags.as_ref().and_then(twice) {
        let message = format!(
            "`backend.azure.tags` has both `{one}` and `{other}`; Azure ignores case in tag names"
        );
        return Err(layer.error(message));
    }
    if let Some(time) = azure
        .time_to_live
        .as_ref()
        .filter(|it| it.value == Duration::default() || it.value > LONGEST_LIFE)
    {
        let message = format!("`time-to-live` must be longer than 0s and at most {LONGEST_LIFE}");
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

/// Two tags whose names differ only in case.
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
        let message = "`backend.azure.kubernetes.node-pools` is empty; a cluster needs a node pool";
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
        let message = "`allow` is empty, which Azure treats as all addresses; \
                       list address ranges, or set `cluster-ip` to expose nothing";
        return Err(layer.error(message));
    }
    ranges(layer, allow)
}

/// Rejects ranges that are too wide.
fn ranges(layer: &Layer, ranges: &[Spanned<Cidr>]) -> Result<(), Error> {
    let open =
        |range: &&Spanned<Cidr>| range.value.first.is_unspecified() || range.value.bits < WIDEST;
    match ranges.iter().find(open) {
        Some(range) => {
            let whom = if range.value.first.is_unspecified() {
                "everybody, including other tenants of Azure"
            } else {
                "a large part of the Internet"
            };
            let message = format!(
                "`{}` admits {whom}; list your own addresses, such as `203.0.113.7/32`",
                range.value
            );
            Err(layer.error_at(range, message))
        }
        None => Ok(()),
    }
}

/// The Azure settings of a layer, if it has any.
pub(super) fn azure(profile: &Profile) -> Option<&Azure> {
    match &profile.backend {
        Some(Backend::Azure(azure)) => Some(azure),
        _ => None,
    }
}

/// Checks the merged settings, except for addresses.
pub(super) fn whole(layers: &Layers, resolved: &super::Azure) -> Result<(), Error> {
    let burstable = resolved.mysql.tier() == MysqlTier::Burstable;
    if burstable && resolved.mysql.high_availability != HighAvailability::Disabled {
        let message = format!(
            "`{}` is burstable, and Azure supports no standby replica for it; set a `sku` such as \
             `Standard_D2ds_v4`",
            resolved.mysql.sku
        );
        return Err(layers.error_at(high_availability, &message));
    }
    storage(layers, &resolved.mysql)?;
    system_pods(layers, &resolved.kubernetes)?;
    if resolved.kubernetes.private && !resolved.kubernetes.authorized_ip_ranges.is_empty() {
        let message = "a private cluster has no public address for `authorized-ip-ranges`; remove \
                       one of the two";
        return Err(layers.error_at(private, message));
    }
    Ok(())
}

/// Checks that the system pool has room for the cluster's own pods.
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
        "pool `{name}` runs the cluster's own pods and has room for {room} pods, but AKS requires \
         {wanted}; set `max-pods: {least}` or more, or add nodes"
    );
    let max_pods = |written: &Profile| {
        let pools = azure(written)?.kubernetes.as_ref()?.node_pools.as_ref()?;
        let pool = pools.iter().find(|(one, _)| one.to_string() == *name)?.1;
        pool.max_pods.as_ref().map(position)
    };
    Err(layers.error_where(max_pods, &message))
}

/// Checks the storage of the database against the limit of its tier, and against the requirement of
/// a standby replica.
fn storage(layers: &Layers, mysql: &super::Mysql) -> Result<(), Error> {
    let most = azure_limits::storage_gib(mysql.tier() == MysqlTier::MemoryOptimized);
    if mysql.storage_gib > most {
        let message = format!(
            "a server of `{}` has at most {most} GiB of storage; reduce `storage`, or set a `sku` \
             such as `Standard_E2ds_v4`",
            mysql.sku
        );
        let storage = |written: &Profile| {
            let mysql = azure(written)?.mysql.as_ref()?;
            let sku = || mysql.sku.as_ref().map(position);
            mysql.storage.as_ref().map(position).or_else(sku)
        };
        return Err(layers.error_where(storage, &message));
    }
    if mysql.high_availability != HighAvailability::Disabled && !mysql.auto_grow {
        let message = "a standby replica requires storage auto-grow; remove `auto-grow: false`";
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

/// Checks that Azure supports the database of the topology.
pub(in crate::profile) fn database(layers: &Layers, merged: &Profile) -> Result<(), Error> {
    let written = version(merged).map(|version| version.value.as_str());
    if let Some(written) = written.filter(|written| *written != MYSQL) {
        let why = if written == "8.0" || written.starts_with("8.0.") {
            "Azure's standard support for MySQL 8.0 ends on 2026-12-31, and Azure then charges \
             extra for every vCore"
        } else if written.starts_with("8.4.") {
            "Azure chooses the patch release of MySQL"
        } else {
            "this is not a known MySQL version with standard support in Azure"
        };
        return Err(layers.error_at(version, &format!("{why}; set `\"{MYSQL}\"`")));
    }
    if tls(merged).is_some_and(|tls| tls.value == Tls::Off) {
        let message = "connections to a database in Azure must be encrypted; set `required`";
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
