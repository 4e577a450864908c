//! Virtual networks with their subnets, and private DNS zones.

use azure::resource_type;
use model::azure_limits::{self, Cidr};
use serde_json::{Value, json};

use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::version;
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: resource_type::NETWORK,
        versions: version::NETWORK,
        location: LocationKind::Region,
        takes: [4, 4, 11],
        accepted: 201,
        headers: [Headers::AsyncOperation, Headers::Location],
        shows_progress: true,
        check: network,
        complete: subnets,
        patch: Patch::Tags,
        deletion_check: Some(network_in_use),
    },
    Kind {
        name: resource_type::ZONE,
        versions: version::PRIVATE_DNS,
        location: LocationKind::Global,
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
        patch: Patch::Tags,
        deletion_check: Some(zone_in_use),
    },
    Kind {
        name: resource_type::ZONE_LINK,
        versions: version::PRIVATE_DNS,
        location: LocationKind::Global,
        takes: [32, 5, 15],
        accepted: 202,
        headers: [Headers::Both; 2],
        shows_progress: true,
        check: link,
        complete: |_, document| {
            document["properties"]["virtualNetworkLinkState"] = json!("Completed");
        },
        patch: Patch::Any,
        deletion_check: None,
    },
];

fn network(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.name(2, 64, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))?;
    let spaces = draft.required("/properties/addressSpace/addressPrefixes")?;
    let parse = |value: &Value| parsed(value).ok_or_else(|| invalid_prefix(value));
    let spaces = spaces.as_array().into_iter().flatten().map(parse);
    let spaces: Vec<Cidr> = spaces.collect::<Result<_, _>>()?;
    let wanted = draft
        .body
        .pointer("/properties/subnets")
        .and_then(Value::as_array);
    check_unique_names(draft, wanted)?;
    let network = draft.id.name();
    let mut taken: Vec<Cidr> = Vec::new();
    for subnet in wanted.into_iter().flatten() {
        let range = range_of(subnet).ok_or_else(|| invalid_prefix(prefix(subnet)))?;
        let name = subnet["name"].as_str().unwrap_or_default();
        check_name(name)?;
        if range.bits > azure_limits::SMALLEST_SUBNET {
            let message = format!("Subnet '{name}' is not valid in virtual network '{network}'.");
            return Err(Refusal::bad("NetcfgInvalidSubnet", message));
        }
        if !spaces.iter().any(|space| space.contains(range)) {
            let message = format!(
                "Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network '{network}'."
            );
            return Err(Refusal::bad("NetcfgSubnetRangeOutsideVnet", message));
        }
        if taken.iter().any(|other| other.overlaps(range)) {
            let message = format!(
                "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '{network}'."
            );
            return Err(Refusal::bad("NetcfgSubnetRangesOverlap", message));
        }
        taken.push(range);
    }
    check_subnets_in_use(draft, wanted)
}

/// Refuses to remove, resize or undelegate a subnet that a resource uses.
fn check_subnets_in_use(draft: &Draft<'_>, wanted: Option<&Vec<Value>>) -> Result<(), Refusal> {
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
        let Some(kept) = same.find(|one| one["name"] == subnet["name"]) else {
            in_use(draft.state, id)?;
            continue;
        };
        if prefix(kept) != prefix(subnet) {
            check_resize(draft.state, id)?;
        }
        let left = delegates(kept);
        if let Some(gone) = delegates(subnet).iter().find(|one| !left.contains(one)) {
            check_delegation(draft.state, id, gone)?;
        }
    }
    Ok(())
}

/// The services that a subnet is delegated to, in lower case.
fn delegates(subnet: &Value) -> Vec<String> {
    let all = subnet["properties"]["delegations"].as_array();
    let service = |one: &Value| Some(one["properties"]["serviceName"].as_str()?.to_lowercase());
    all.into_iter().flatten().filter_map(service).collect()
}

/// Refuses to remove a delegation from a subnet that a resource uses.
fn check_delegation(state: &State, subnet: &str, service: &str) -> Result<(), Refusal> {
    if in_use(state, subnet).is_ok() {
        return Ok(());
    }
    let message = format!(
        "Subnet {subnet} requires any of the following delegation(s) [{service}] to reference service association link {subnet}/serviceAssociationLinks/{}.",
        service.rsplit('/').next().unwrap_or(service)
    );
    Err(Refusal::bad("SubnetMissingRequiredDelegation", message))
}

/// Refuses two subnets with the same name: <https://github.com/Azure/azure-powershell/issues/9920>.
fn check_unique_names(draft: &Draft<'_>, wanted: Option<&Vec<Value>>) -> Result<(), Refusal> {
    let names = wanted.into_iter().flatten();
    let names: Vec<&str> = names.filter_map(|one| one["name"].as_str()).collect();
    let twice = names.iter().enumerate().find(|(at, name)| {
        let mut before = names[..*at].iter();
        before.any(|other| other.eq_ignore_ascii_case(name))
    });
    let Some((_, name)) = twice else {
        return Ok(());
    };
    let message = format!(
        "Resource {} has two child resources with the same name ({name}).",
        draft.id
    );
    let cause = Refusal::bad("DuplicateResourceName", message);
    let refusal = Refusal::bad("InvalidRequestFormat", "Cannot parse the request.");
    Err(refusal.because(vec![cause]))
}

/// Refuses an invalid name of a subnet:
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>
fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if begins && ends && name.chars().all(plain) && name.len() <= 80 {
        return Ok(());
    }
    let message = format!(
        "Resource name {name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'."
    );
    Err(Refusal::bad("InvalidResourceName", message))
}

/// A range can stand alone or in a list of one.
fn prefix(subnet: &Value) -> &Value {
    let properties = &subnet["properties"];
    let alone = &properties["addressPrefix"];
    match properties["addressPrefixes"].get(0) {
        Some(first) if alone.is_null() => first,
        _ => alone,
    }
}

/// The address range of a subnet.
pub(super) fn range_of(subnet: &Value) -> Option<Cidr> {
    parsed(prefix(subnet))
}

/// The address ranges of all subnets of a network.
pub(super) fn subnets_of(state: &State, network: &ResourceId) -> Vec<Cidr> {
    let network = state.resources.get(&network.key());
    let list = network.and_then(|one| one.document.pointer("/properties/subnets")?.as_array());
    list.into_iter().flatten().filter_map(range_of).collect()
}

fn parsed(value: &Value) -> Option<Cidr> {
    value.as_str()?.parse().ok()
}

/// Refuses to resize a subnet that a resource uses.
fn check_resize(state: &State, subnet: &str) -> Result<(), Refusal> {
    let Err(used) = in_use(state, subnet) else {
        return Ok(());
    };
    let message = used.message.split(" and cannot be deleted").next();
    let message = format!("{} and cannot be updated.", message.unwrap_or_default());
    Err(Refusal::bad("InUseSubnetCannotBeUpdated", message))
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

/// Refuses to delete a subnet that a resource uses.
fn in_use(state: &State, subnet: &str) -> Result<(), Refusal> {
    let subnet = subnet.to_lowercase();
    let mentions = |one: &&super::super::state::Resource| {
        one.kind != resource_type::NETWORK && mentions(&one.document, &subnet)
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
    draft.referenced("/properties/virtualNetwork/id")?;
    draft.unchanged("/properties/virtualNetwork/id")
}

pub(in super::super) fn is_subnet(id: &ResourceId) -> bool {
    id.kind()
        .is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type::SUBNET))
}
