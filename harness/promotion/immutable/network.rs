//! Subnets whose addresses cannot change.

use azure::resource_type::NETWORK;
use places::azure::Living;
use serde_json::Value;

use super::refusal::{recreate, refusal};
use super::wanted::Wanted;
use crate::Check;

/// The addresses of a subnet cannot change while a resource uses it:
/// <https://github.com/hashicorp/terraform-provider-azurerm/issues/7687>.
pub(super) fn subnets(wanted: &Wanted<'_>, living: &Living) -> Vec<Check> {
    let Some(((name, wanted), network)) = wanted.first(NETWORK).zip(living.network.as_ref()) else {
        return Vec::new();
    };
    let prefix = |network: &Value, subnet: &str| {
        let subnets = network.pointer("/properties/subnets")?.as_array()?;
        let found = subnets.iter().find(|it| it["name"] == subnet)?;
        Some(found["properties"]["addressPrefix"].as_str()?.to_owned())
    };
    let users = [
        ("nodes", living.cluster.is_some(), "the cluster"),
        ("mysql", living.server.is_some(), "the MySQL server"),
    ];
    let used = users.into_iter().filter(|(_, used, _)| *used);
    let changed = used.filter_map(|(subnet, _, user)| {
        let (was, is) = (prefix(network, subnet)?, prefix(&wanted, subnet)?);
        (was != is).then(|| {
            let reason = format!(
                "`backend.azure.network.{subnet}` cannot change from {was} to {is} while {user} \
                 uses it"
            );
            refusal(&format!("network {name}"), reason, recreate())
        })
    });
    changed.collect()
}
