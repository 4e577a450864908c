//! The VM sizes, and which of them a subscription can use.
//!
//! <https://learn.microsoft.com/azure/virtual-machines/sizes/overview>. The ids of VM families are
//! those of `Microsoft.Compute/skus`. Their case is irregular and does not follow from the size.

use serde_json::{Value, json};

use super::super::circumstances::Sizes;
use super::super::filter::{self, Filter};
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::region;

/// A VM size.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Machine {
    pub(in super::super) name: &'static str,
    /// The VM family. Each family has its own quota.
    pub(in super::super) family: &'static str,
    pub(in super::super) cores: i64,
    /// Memory in MiB.
    pub(in super::super) memory: i64,
    /// Whether a zone can be chosen.
    zonal: bool,
    architecture: &'static str,
}

const fn machine_of(name: &'static str, family: &'static str, cores: i64, gib: i64) -> Machine {
    Machine {
        name,
        family,
        cores,
        memory: gib * 1024,
        zonal: true,
        architecture: "x64",
    }
}

/// A size of an earlier generation. Memory is in MiB.
const fn previous_generation(name: &'static str, cores: i64, memory: i64) -> Machine {
    Machine {
        memory,
        zonal: false,
        ..machine_of(name, "standardDSv2Family", cores, 0)
    }
}

const fn arm(name: &'static str, cores: i64, gib: i64) -> Machine {
    Machine {
        architecture: "Arm64",
        ..machine_of(name, "standardDPSv5Family", cores, gib)
    }
}

/// The sizes of every region.
pub(in super::super) const MACHINES: &[Machine] = &[
    machine_of("Standard_B1s", "standardBSFamily", 1, 1),
    machine_of("Standard_B1ms", "standardBSFamily", 1, 2),
    machine_of("Standard_B2s", "standardBSFamily", 2, 4),
    machine_of("Standard_B2ms", "standardBSFamily", 2, 8),
    machine_of("Standard_B4ms", "standardBSFamily", 4, 16),
    machine_of("Standard_B8ms", "standardBSFamily", 8, 32),
    machine_of("Standard_B2ts_v2", "standardBsv2Family", 2, 1),
    machine_of("Standard_B2ls_v2", "standardBsv2Family", 2, 4),
    machine_of("Standard_B2s_v2", "standardBsv2Family", 2, 8),
    machine_of("Standard_B4s_v2", "standardBsv2Family", 4, 16),
    previous_generation("Standard_DS1_v2", 1, 3584),
    previous_generation("Standard_DS2_v2", 2, 7168),
    previous_generation("Standard_DS3_v2", 4, 14336),
    previous_generation("Standard_DS4_v2", 8, 28672),
    machine_of("Standard_D2s_v3", "standardDSv3Family", 2, 8),
    machine_of("Standard_D4s_v3", "standardDSv3Family", 4, 16),
    machine_of("Standard_D8s_v3", "standardDSv3Family", 8, 32),
    machine_of("Standard_D2s_v4", "standardDSv4Family", 2, 8),
    machine_of("Standard_D4s_v4", "standardDSv4Family", 4, 16),
    machine_of("Standard_D8s_v4", "standardDSv4Family", 8, 32),
    machine_of("Standard_D2ds_v4", "standardDDSv4Family", 2, 8),
    machine_of("Standard_D4ds_v4", "standardDDSv4Family", 4, 16),
    machine_of("Standard_D8ds_v4", "standardDDSv4Family", 8, 32),
    machine_of("Standard_D2s_v5", "standardDSv5Family", 2, 8),
    machine_of("Standard_D4s_v5", "standardDSv5Family", 4, 16),
    machine_of("Standard_D8s_v5", "standardDSv5Family", 8, 32),
    machine_of("Standard_D16s_v5", "standardDSv5Family", 16, 64),
    machine_of("Standard_D32s_v5", "standardDSv5Family", 32, 128),
    machine_of("Standard_D64s_v5", "standardDSv5Family", 64, 256),
    machine_of("Standard_D2ds_v5", "standardDDSv5Family", 2, 8),
    machine_of("Standard_D4ds_v5", "standardDDSv5Family", 4, 16),
    machine_of("Standard_D8ds_v5", "standardDDSv5Family", 8, 32),
    machine_of("Standard_D16ds_v5", "standardDDSv5Family", 16, 64),
    machine_of("Standard_D2as_v5", "standardDASv5Family", 2, 8),
    machine_of("Standard_D4as_v5", "standardDASv5Family", 4, 16),
    machine_of("Standard_D8as_v5", "standardDASv5Family", 8, 32),
    machine_of("Standard_D2ads_v5", "standardDADSv5Family", 2, 8),
    machine_of("Standard_D4ads_v5", "standardDADSv5Family", 4, 16),
    arm("Standard_D2ps_v5", 2, 8),
    arm("Standard_D4ps_v5", 4, 16),
    machine_of("Standard_E2s_v5", "standardESv5Family", 2, 16),
    machine_of("Standard_E4s_v5", "standardESv5Family", 4, 32),
    machine_of("Standard_E8s_v5", "standardESv5Family", 8, 64),
    machine_of("Standard_F2s_v2", "standardFSv2Family", 2, 4),
    machine_of("Standard_F4s_v2", "standardFSv2Family", 4, 8),
    machine_of("Standard_F8s_v2", "standardFSv2Family", 8, 16),
    machine_of("Standard_D2s_v6", "StandardDsv6Family", 2, 8),
    machine_of("Standard_D4s_v6", "StandardDsv6Family", 4, 16),
    machine_of("Standard_D2as_v6", "StandardDasv6Family", 2, 8),
    machine_of("Standard_D4as_v6", "StandardDasv6Family", 4, 16),
];

/// The size with this name, ignoring case.
pub(in super::super) fn machine(name: &str) -> Option<&'static Machine> {
    MACHINES
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name))
}

impl Machine {
    /// Whether a subscription can use the size.
    pub(in super::super) fn is_allowed(&self, sizes: Sizes) -> bool {
        match sizes {
            Sizes::All => true,
            Sizes::Burstable => self.name.starts_with("Standard_B"),
        }
    }

    fn document(&self, region: &str, sizes: Sizes) -> Value {
        let zones: &[&str] = if self.zonal { &["2", "1", "3"] } else { &[] };
        let capability = |name: &str, value: String| json!({"name": name, "value": value});
        let memory = f64::from(i32::try_from(self.memory).unwrap_or(i32::MAX)) / 1024.0;
        let restriction = json!({
            "type": "Location",
            "values": [region],
            "restrictionInfo": {"locations": [region]},
            "reasonCode": "NotAvailableForSubscription",
        });
        let restricted = !self.is_allowed(sizes);
        json!({
            "resourceType": "virtualMachines",
            "name": self.name,
            "tier": "Standard",
            "size": self.name.trim_start_matches("Standard_"),
            "family": self.family,
            "locations": [region],
            "locationInfo": [{"location": region, "zones": zones, "zoneDetails": []}],
            "capabilities": [
                capability("vCPUs", self.cores.to_string()),
                capability("MemoryGB", memory.to_string()),
                capability("CpuArchitectureType", self.architecture.to_owned()),
            ],
            "restrictions": if restricted { vec![restriction] } else { Vec::new() },
        })
    }
}

/// A disk: the list contains disks as well.
fn disk(region: &str) -> Value {
    json!({
        "resourceType": "disks",
        "name": "Premium_LRS",
        "tier": "Premium",
        "size": "P10",
        "locations": [region],
        "locationInfo": [{"location": region, "zones": [], "zoneDetails": []}],
        "capabilities": [{"name": "MaxSizeGiB", "value": "128"}],
        "restrictions": [],
    })
}

/// Lists the sizes and their restrictions. A filter can only compare `location`.
///
/// <https://learn.microsoft.com/rest/api/compute/resource-skus/list>
pub(super) fn skus(request: &Request, sizes: Sizes) -> Result<Response, Refusal> {
    let filter = Filter::of(request, &["location"])?;
    if !matches!(
        &filter,
        None | Some(Filter::Equals(..) | Filter::Differs(..))
    ) {
        return Err(filter::invalid(request));
    }
    let regions = region::REGIONS.iter().filter(|region| {
        let value = |_: &str| Some((**region).to_owned());
        filter.as_ref().is_none_or(|filter| filter.passes(&value))
    });
    Ok(Response::list(regions.flat_map(|region| {
        let machines = MACHINES.iter().map(|it| it.document(region, sizes));
        machines.chain([disk(region)])
    })))
}
