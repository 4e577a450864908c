//! How many connections a topology opens, how many its database is to allow, and how many the SKU of
//! the database has.

use super::check::azure;
use crate::azure_limits::{self, Range};
use crate::document::{Error, Place};
use crate::profile::layer::{Layers, place};
use crate::profile::model::{self, Profile as Written};
use crate::profile::{Backend, Profile};
use crate::topology::needed_connections;

/// The SKUs that are named as remedies, the smallest first.
const LARGER: [&str; 9] = [
    "Standard_B1ms",
    "Standard_B2s",
    "Standard_B2ms",
    "Standard_D4ds_v4",
    "Standard_D8ds_v4",
    "Standard_D16ds_v4",
    "Standard_D32ds_v4",
    "Standard_D48ds_v4",
    "Standard_E96ds_v5",
];

/// Checks a resolved profile; of one that is not in Azure, and of a SKU that is in no table, nothing
/// is known.
pub(in crate::profile) fn check(layers: &Layers, profile: &Profile) -> Result<(), Error> {
    let Backend::Azure(resolved) = &profile.backend else {
        return Ok(());
    };
    let wanted = u64::from(profile.database.settings.max_connections);
    let needed = u64::from(needed_connections(&profile.topology()));
    let sku = &resolved.mysql.sku;
    if let Some(limit) = azure_limits::connections(sku) {
        allowed(layers, sku, limit, wanted, needed)?;
    }
    if needed <= wanted {
        return Ok(());
    }
    let message = format!(
        "the Temporal processes of this topology may open {needed} connections, and \
         `max-connections` is {wanted}; say {needed} or more, or let fewer replicas run under \
         `temporal.roles`"
    );
    Err(layers.error_where(connections_or_sku, &message))
}

/// Checks against what a SKU has.
fn allowed(
    layers: &Layers,
    sku: &str,
    limit: Range,
    wanted: u64,
    needed: u64,
) -> Result<(), Error> {
    let Range { least, most, .. } = limit;
    if needed > most {
        let message = format!(
            "the Temporal processes of this topology may open {needed} connections, and a server \
             of `{sku}` has {most} at most; take {}, or let fewer replicas run under \
             `temporal.roles`",
            larger(needed)
        );
        return Err(layers.error_where(sku_of, &message));
    }
    if wanted > most {
        let message = format!(
            "`max-connections` is {wanted}, and a server of `{sku}` has {most} at most; say \
             `database.mysql.max-connections: {most}` beside the SKU, or take {}",
            larger(wanted)
        );
        return Err(layers.error_where(connections_or_sku, &message));
    }
    if wanted < least {
        let message =
            format!("`max-connections` is {wanted}, and a server in Azure has {least} at least");
        return Err(layers.error_where(connections_or_sku, &message));
    }
    Ok(())
}

/// A SKU that has so many connections.
fn larger(connections: u64) -> String {
    let enough =
        |sku: &&str| azure_limits::connections(sku).is_some_and(|it| it.most >= connections);
    match LARGER.into_iter().find(enough) {
        Some(sku) => format!("a `sku` such as `{sku}`"),
        None => "less: no SKU has so many".to_owned(),
    }
}

fn sku_of(written: &Written) -> Option<Place> {
    azure(written)?.mysql.as_ref()?.sku.as_ref().map(place)
}

/// What decides between the two: whoever spoke last, of the number or of the SKU.
fn connections_or_sku(written: &Written) -> Option<Place> {
    let database = written.database.as_ref();
    let database = database.map(|model::Database::Mysql(mysql)| mysql);
    let connections = database.and_then(|mysql| mysql.max_connections.as_ref());
    connections.map(place).or_else(|| sku_of(written))
}
