//! The address ranges of a cluster. The ranges of its services, its pods and its nodes' network
//! must not overlap.

use std::net::Ipv4Addr;

use model::azure_limits::{self, Cidr};
use serde_json::Value;

use super::super::id::ResourceId;
use super::super::pools;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::draft::Draft;
use super::network;

struct Ranges {
    services: Cidr,
    /// The range of its pods, if pods have their own range.
    pods: Option<Cidr>,
}

/// Refuses a cluster whose ranges overlap, are reserved or are invalid.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let given = |field: &str| draft.effective(&format!("/properties/networkProfile/{field}"));
    let ranges = Ranges::of(&given)?;
    let dns = given("dnsServiceIP").and_then(Value::as_str);
    services(ranges.services, dns)?;
    if let Some(pods) = ranges.pods {
        pods_of(pods, ranges.services)?;
    }
    let pools = draft.body.pointer("/properties/agentPoolProfiles");
    let wanted = pools.and_then(Value::as_array).into_iter().flatten();
    let existing = draft
        .before()
        .map(|cluster| pools::of(draft.state, cluster));
    let existing = existing.unwrap_or_default();
    wanted
        .chain(&existing)
        .filter_map(|pool| pool["vnetSubnetID"].as_str())
        .try_for_each(|subnet| ranges.apart_from(draft.state, subnet))
}

/// Refuses a pool in a subnet that overlaps a range of the cluster.
pub(super) fn of_pool(draft: &Draft<'_>) -> Result<(), Refusal> {
    let cluster = draft.id.parent().map(|id| id.key()).unwrap_or_default();
    let cluster = draft.state.resources.get(&cluster);
    let (Some(cluster), Some(subnet)) = (cluster, draft.text("/properties/vnetSubnetID")) else {
        return Ok(());
    };
    let profile = &cluster.document["properties"]["networkProfile"];
    Ranges::of(&|field| profile.get(field))?.apart_from(draft.state, subnet)
}

impl Ranges {
    /// The given ranges, or AKS's defaults.
    fn of<'a>(given: &dyn Fn(&str) -> Option<&'a Value>) -> Result<Self, Refusal> {
        // A range can stand alone or in a list of one.
        let one = |field: &str| {
            let several = given(&format!("{field}s")).and_then(|all| all.get(0));
            given(field).filter(|it| !it.is_null()).or(several)
        };
        let text = |field: &str| given(field).and_then(Value::as_str).unwrap_or_default();
        let services = read(one("serviceCidr"), "serviceCIDR")?;
        let pods = read(one("podCidr"), "podCidr")?;
        let overlay = text("networkPluginMode").eq_ignore_ascii_case("overlay");
        let elsewhere = ["azure", "none"].contains(&text("networkPlugin").to_lowercase().as_str());
        Ok(Self {
            services: services.unwrap_or(azure_limits::SERVICES),
            pods: pods.or((overlay || !elsewhere).then_some(azure_limits::PODS)),
        })
    }

    /// Refuses a subnet of nodes if its network overlaps a range. All subnets of the network count.
    fn apart_from(&self, state: &State, subnet: &str) -> Result<(), Refusal> {
        let own = network::subnet(state, subnet).and_then(network::range_of);
        if let Some(kept) = own.and_then(azure_limits::reserved_by_aks) {
            return Err(reserved(own.unwrap_or(kept), kept, "vnetSubnetID"));
        }
        let network = ResourceId::parse(subnet).parent();
        let subnets = network.map(|it| network::subnets_of(state, &it));
        for range in subnets.unwrap_or_default() {
            if self.services.overlaps(range) {
                let message = format!(
                    "The specified service CIDR {} is conflicted with an existing subnet CIDR {range}",
                    self.services
                );
                let refusal = Refusal::bad("ServiceCidrOverlapExistingSubnetsCidr", message);
                return Err(refusal.about("networkProfile.serviceCIDR"));
            }
            if let Some(pods) = self.pods.filter(|pods| pods.overlaps(range)) {
                let message = format!(
                    "The specified pod CIDR {pods} is conflicted with an existing subnet CIDR {range}"
                );
                let refusal = Refusal::bad("PodCidrOverlapExistingSubnetsCidr", message);
                return Err(refusal.about("networkProfile.podCidr"));
            }
        }
        Ok(())
    }
}

fn read(given: Option<&Value>, target: &str) -> Result<Option<Cidr>, Refusal> {
    let Some(given) = given else {
        return Ok(None);
    };
    let range = given.as_str().and_then(|text| text.parse().ok());
    range.map(Some).ok_or_else(|| {
        let target = format!("networkProfile.{target}");
        Refusal::bad("CidrStringParseError", "Cidr is invalid").about(target)
    })
}

fn reserved(range: Cidr, kept: Cidr, field: &str) -> Refusal {
    let message = format!("The range {range} overlaps with {kept}, which is reserved by AKS.");
    Refusal::bad("InvalidParameter", message).about(field)
}

/// Refuses a range of services that AKS does not accept, and a DNS address outside of it.
fn services(services: Cidr, dns: Option<&str>) -> Result<(), Refusal> {
    let invalid = |code: &str, message: String| {
        Err(Refusal::bad(code, message).about("networkProfile.dnsServiceIP"))
    };
    if services.bits < *azure_limits::SERVICES_SIZE.start() {
        let message = format!(
            "The service CIDR {services} is too large: it must be /{} or smaller.",
            azure_limits::SERVICES_SIZE.start()
        );
        let refusal = Refusal::bad("InvalidParameter", message);
        return Err(refusal.about("networkProfile.serviceCIDR"));
    }
    if let Some(kept) = azure_limits::reserved_by_aks(services) {
        return Err(reserved(services, kept, "networkProfile.serviceCIDR"));
    }
    let default = azure_limits::SERVICES.address(10);
    let Ok(dns) = dns.map_or(Ok(default), str::parse::<Ipv4Addr>) else {
        let message = format!("The DNS service IP {} is invalid.", dns.unwrap_or_default());
        return invalid("DnsServiceIpParseError", message);
    };
    if !services.contains(Cidr::new(dns.octets(), 32)) {
        let message = format!(
            "The DNS service IP {dns} is out of the range defined by service CIDR {services}."
        );
        return invalid("DnsServiceIpOutOfServiceCidr", message);
    }
    // The first address is the network's, the second is that of the cluster's API.
    let last = services.addresses() - 1;
    let taken = [0, 1, u32::try_from(last).unwrap_or(u32::MAX)];
    if taken.map(|at| services.address(at)).contains(&dns) {
        let message = format!(
            "The DNS service IP {dns} must not be the first, the second or the last address of the service CIDR {services}."
        );
        return invalid("DnsServiceIpConflicting", message);
    }
    Ok(())
}

fn pods_of(pods: Cidr, services: Cidr) -> Result<(), Refusal> {
    if let Some(kept) = azure_limits::reserved_by_aks(pods) {
        return Err(reserved(pods, kept, "networkProfile.podCidr"));
    }
    if pods.overlaps(services) {
        let message = format!("The pod CIDR {pods} overlaps with the service CIDR {services}.");
        let refusal = Refusal::bad("PodCidrOverlapServiceCidr", message);
        return Err(refusal.about("networkProfile.podCidr"));
    }
    Ok(())
}
