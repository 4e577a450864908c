//! Compares the connections that a topology opens with `max-connections` and with the limit of the
//! database's SKU.

use super::check::azure;
use crate::azure_limits::{self, ParameterRange};
use crate::document::{Error, Position};
use crate::profile::layer::{Layers, position};
use crate::profile::model::{self, Profile as Written};
use crate::profile::{Backend, Profile};
use crate::topology::needed_connections;

/// The SKUs that errors suggest, from the smallest to the largest.
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

/// Checks a resolved profile. Accepts profiles of other backends, and SKUs with unknown limits.
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
        "the Temporal processes of this topology may open {needed} connections, but \
         `max-connections` is {wanted}; set {needed} or more, or reduce the replicas in \
         `temporal.roles`"
    );
    Err(layers.error_where(connections_or_sku, &message))
}

/// Checks against the limits of a SKU.
fn allowed(
    layers: &Layers,
    sku: &str,
    limit: ParameterRange,
    wanted: u64,
    needed: u64,
) -> Result<(), Error> {
    let ParameterRange {
        minimum, maximum, ..
    } = limit;
    if needed > maximum {
        let message = format!(
            "the Temporal processes of this topology may open {needed} connections, but a server \
             of `{sku}` allows at most {maximum}; {}, or reduce the replicas in `temporal.roles`",
            remedy(needed)
        );
        return Err(layers.error_where(sku_of, &message));
    }
    if wanted > maximum {
        let message = format!(
            "`max-connections` is {wanted}, but a server of `{sku}` allows at most {maximum}; set \
             `database.mysql.max-connections: {maximum}` too, or {}",
            remedy(wanted)
        );
        return Err(layers.error_where(connections_or_sku, &message));
    }
    if wanted < minimum {
        let message = format!(
            "`max-connections` is {wanted}, but a server in Azure requires at least {minimum}"
        );
        return Err(layers.error_where(connections_or_sku, &message));
    }
    Ok(())
}

/// Suggests a SKU that allows this number of connections.
fn remedy(connections: u64) -> String {
    let enough =
        |sku: &&str| azure_limits::connections(sku).is_some_and(|it| it.maximum >= connections);
    match LARGER.into_iter().find(enough) {
        Some(sku) => format!("set a `sku` such as `{sku}`"),
        None => "use fewer connections, because no SKU allows so many".to_owned(),
    }
}

fn sku_of(written: &Written) -> Option<Position> {
    azure(written)?.mysql.as_ref()?.sku.as_ref().map(position)
}

/// The position of `max-connections`, or else of the SKU. The layer that set one of them last is
/// blamed.
fn connections_or_sku(written: &Written) -> Option<Position> {
    let database = written.database.as_ref();
    let database = database.map(|model::Database::Mysql(mysql)| mysql);
    let connections = database.and_then(|mysql| mysql.max_connections.as_ref());
    connections.map(position).or_else(|| sku_of(written))
}
