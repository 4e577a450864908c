//! Virtual networks with their subnets, and private DNS zones.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::super::super::api_version;
use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::{Draft, Kind, Place};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/virtualNetworks",
        versions: &[api_version::NETWORK, "2025-05-01"],
        place: Place::Region,
        takes: [4, 4, 11],
        accepted: 201,
        headers: [Headers::AsyncOperation, Headers::Location],
        shows_progress: true,
        check: network,
        complete: subnets,
        held: Some(network_in_use),
    },
    Kind {
        name: "Microsoft.Network/privateDnsZones",
        versions: &[api_version::PRIVATE_DNS, "2024-06-01"],
        place: Place::Global,
        takes: [31, 5, 20],
        accepted: 202,
        headers: [Headers::Both; 2],
        shows_progress: true,
        check: |draft| {
            draft.name(1, 63 * 4, |c| {
                c.is_ascii_alphanumeric() || "-_.".contains(c)
            })
        },
        complete: |_, document| {
            document["properties"] =
                json!({"maxNumberOfRecordSets": 25000, "maxNumberOfVirtualNetworkLinks": 1000});
        },
        held: Some(zone_in_use),
    },
    Kind {
        name: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        versions: &[api_version::PRIVATE_DNS, "2024-06-01"],
        place: Place::Global,
        takes: [32, 5, 15],
        accepted: 202,
        headers: [Headers::Both; 2],
        shows_progress: true,
        check: link,
        complete: |_, document| {
            document["properties"]["virtualNetworkLinkState"] = json!("Completed");
        },
        held: None,
    },
];

fn network(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.name(2, 64, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))?;
    let spaces = draft.required("/properties/addressSpace/addressPrefixes")?;
    let spaces: Vec<Range> = ranges(spaces.as_array().into_iter().flatten())?;
    let wanted = draft
        .body
        .pointer("/properties/subnets")
        .and_then(Value::as_array);
    let mut taken: Vec<Range> = Vec::new();
    for subnet in wanted.into_iter().flatten() {
        let prefix = &subnet["properties"]["addressPrefix"];
        let range = Range::parse(prefix.as_str().unwrap_or_default())
            .ok_or_else(|| invalid_prefix(prefix))?;
        let name = subnet["name"].as_str().unwrap_or_default();
        if !spaces.iter().any(|space| space.contains(range)) {
            let message = format!(
                "Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network '{}'.",
                draft.id.name()
            );
            return Err(Refusal::bad("NetcfgSubnetRangeOutsideVnet", message));
        }
        if taken.iter().any(|other| other.overlaps(range)) {
            let message = format!(
                "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '{}'.",
                draft.id.name()
            );
            return Err(Refusal::bad("NetcfgSubnetRangesOverlap", message));
        }
        taken.push(range);
    }
    let Some(before) = draft.before() else {
        return Ok(());
    };
    let old = before
        .document
        .pointer("/properties/subnets")
        .and_then(Value::as_array);
    for subnet in old.into_iter().flatten() {
        let id = subnet["id"].as_str().unwrap_or_default();
        let mut same = wanted.into_iter().flatten();
        match same.find(|one| one["name"] == subnet["name"]) {
            None => in_use(draft.state, id)?,
            Some(kept) if prefix(kept) != prefix(subnet) => resized(draft.state, id)?,
            Some(_) => {}
        }
    }
    Ok(())
}

fn prefix(subnet: &Value) -> &Value {
    &subnet["properties"]["addressPrefix"]
}

/// Whether something stands in a subnet whose addresses would be others.
fn resized(state: &State, subnet: &str) -> Result<(), Refusal> {
    let Err(used) = in_use(state, subnet) else {
        return Ok(());
    };
    let message = used.message.split(" and cannot be deleted").next();
    let message = format!("{} and cannot be updated.", message.unwrap_or_default());
    Err(Refusal::bad("InUseSubnetCannotBeUpdated", message))
}

fn ranges<'a>(values: impl Iterator<Item = &'a Value>) -> Result<Vec<Range>, Refusal> {
    let parse = |value: &Value| {
        Range::parse(value.as_str().unwrap_or_default()).ok_or_else(|| invalid_prefix(value))
    };
    values.map(parse).collect()
}

fn invalid_prefix(value: &Value) -> Refusal {
    let message = format!("The address prefix {value} is not a valid CIDR range.");
    Refusal::bad("InvalidAddressPrefixFormat", message)
}

fn subnets(draft: &Draft<'_>, document: &mut Value) {
    let list = document
        .pointer_mut("/properties/subnets")
        .and_then(Value::as_array_mut);
    for subnet in list.into_iter().flatten() {
        let name = subnet["name"].as_str().unwrap_or_default().to_owned();
        subnet["id"] = json!(draft.id.child("subnets", &name).to_string());
        subnet["properties"]["provisioningState"] = json!("Succeeded");
    }
}

/// A subnet by its id.
pub(in super::super) fn subnet<'a>(state: &'a State, id: &str) -> Option<&'a Value> {
    let id = ResourceId::parse(id);
    let network = state.resources.get(&id.parent()?.key())?;
    let mut list = network
        .document
        .pointer("/properties/subnets")?
        .as_array()?
        .iter();
    list.find(|one| {
        one["name"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    })
}

/// Whether something stands in a subnet.
fn in_use(state: &State, subnet: &str) -> Result<(), Refusal> {
    let subnet = subnet.to_lowercase();
    let mentions = |one: &&super::super::state::Resource| {
        one.kind != "Microsoft.Network/virtualNetworks" && mentions(&one.document, &subnet)
    };
    let Some(user) = state.resources.values().find(mentions) else {
        return Ok(());
    };
    let name = ResourceId::parse(&subnet).name().to_owned();
    let message = format!(
        "Subnet {name} is in use by {} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet.",
        user.id
    );
    Err(Refusal::bad("InUseSubnetCannotBeDeleted", message))
}

fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text.eq_ignore_ascii_case(id),
        Value::Array(all) => all.iter().any(|one| mentions(one, id)),
        Value::Object(all) => all.values().any(|one| mentions(one, id)),
        _ => false,
    }
}

fn network_in_use(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    let own = state.resources.get(&id.key());
    let list = own.and_then(|one| one.document.pointer("/properties/subnets")?.as_array());
    for subnet in list.into_iter().flatten() {
        in_use(state, subnet["id"].as_str().unwrap_or_default())?;
    }
    Ok(())
}

fn zone_in_use(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    let Some(link) = state.below(id).next() else {
        return Ok(());
    };
    let message = format!(
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '{}'. Please delete all nested resources before deleting this resource.",
        link.id
    );
    Err(Refusal::conflict("CannotDeleteResource", message))
}

fn link(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.required("/properties/virtualNetwork/id")?;
    draft.referred("/properties/virtualNetwork/id")?;
    draft.unchanged("/properties/virtualNetwork/id")
}

/// A range of addresses.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: u32,
    last: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
        (address & hosts == 0).then_some(Self {
            first: address,
            last: address | hosts,
        })
    }

    fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}
