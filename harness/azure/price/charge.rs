//! The charges of a configuration in Azure, meter by meter.

use model::profile::azure::{Azure, Exposure, Mysql, MysqlTier, NodePool, Tier};

use super::Meter;

/// The classes of premium disks, each with its largest size in GiB.
const DISKS: [(u16, &str); 7] = [
    (32, "P4"),
    (64, "P6"),
    (128, "P10"),
    (256, "P15"),
    (512, "P20"),
    (1024, "P30"),
    (2048, "P40"),
];

/// The use of one meter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Charge {
    pub(super) what: String,
    pub(super) size: String,
    /// The number of units in use at any time.
    pub(super) count: f64,
    /// `None` if it costs nothing, or if the meter is unknown.
    pub(super) meter: Option<Meter>,
    pub(super) note: Option<&'static str>,
}

impl Charge {
    pub(super) fn new(what: &str, size: String, count: u32, meter: Option<Meter>) -> Self {
        Self {
            what: what.to_owned(),
            size,
            count: f64::from(count),
            meter,
            note: None,
        }
    }

    pub(super) fn note(self, note: &'static str) -> Self {
        Self {
            note: Some(note),
            ..self
        }
    }
}

/// The fixed charges of a configuration.
pub(super) fn charges(azure: &Azure) -> Vec<Charge> {
    let Azure {
        kubernetes,
        mysql,
        registry,
        ..
    } = azure;
    let mut charges = Vec::new();
    if kubernetes.tier != Tier::Free {
        let meter = Meter::ControlPlane(kubernetes.tier);
        charges.push(Charge::new("control plane", sku(&meter), 1, Some(meter)));
    }
    charges.extend(kubernetes.pools.iter().flat_map(pool));
    charges.extend(database(mysql));
    let meter = Meter::Registry(registry.sku);
    charges.push(Charge::new("registry", sku(&meter), 1, Some(meter)));
    charges.extend(load_balancing(azure));
    let zone = Some(Meter::PrivateDnsZone);
    charges.push(Charge::new(
        "private DNS zone",
        "of the database".to_owned(),
        1,
        zone,
    ));
    charges
}

/// The part of a meter's name after its kind.
fn sku(meter: &Meter) -> String {
    let name = meter.to_string();
    name.split_once('/')
        .map_or_else(String::new, |(_, sku)| sku.to_owned())
}

fn pool(pool: &NodePool) -> [Charge; 2] {
    let NodePool {
        name,
        vm_size,
        count,
        os_disk_gib,
        max_pods: _,
    } = pool;
    let machine = Meter::Machine(vm_size.clone());
    let class = DISKS.iter().find(|(gib, _)| os_disk_gib <= gib);
    let class = class.filter(|_| has_premium_disks(vm_size));
    let disk = class.map(|(_, class)| Meter::Disk(class));
    let note = match class {
        Some(_) => "free if Azure uses ephemeral disks",
        None => "the harness does not know which class of disk Azure uses for this size",
    };
    [
        Charge::new(
            &format!("nodes ({name})"),
            format!("{count} x {vm_size}"),
            u32::from(*count),
            Some(machine),
        ),
        Charge::new(
            &format!("node disks ({name})"),
            format!("{count} x {os_disk_gib} GiB"),
            u32::from(*count),
            disk,
        )
        .note(note),
    ]
}

/// Whether machines of a size can have premium disks: their name then contains an `s`.
fn has_premium_disks(vm_size: &str) -> bool {
    let name = vm_size.trim_start_matches("Standard_");
    let name = name.split('_').next().unwrap_or_default();
    name.trim_start_matches(|first: char| first.is_ascii_uppercase() && first != 'S')
        .contains(['s', 'S'])
}

fn database(mysql: &Mysql) -> [Charge; 2] {
    let servers = mysql.servers();
    let (meter, each) = match mysql.tier() {
        MysqlTier::Burstable => (Meter::MysqlServer(mysql.sku.clone()), 1),
        MysqlTier::GeneralPurpose | MysqlTier::MemoryOptimized => {
            (Meter::MysqlVcore(family(&mysql.sku)), mysql.vcores())
        }
    };
    let compute = Charge::new(
        "database",
        format!("{servers} x {}", mysql.sku),
        servers * each,
        Some(meter),
    );
    let gib = mysql.storage_gib;
    let storage = Charge::new(
        "database storage",
        format!("{servers} x {gib} GiB"),
        servers.saturating_mul(gib),
        Some(Meter::MysqlStorage),
    );
    if servers > 1 {
        let note = "the standby costs as much as the server";
        return [compute.note(note), storage.note(note)];
    }
    if mysql.auto_grow {
        return [compute, storage.note("costs more once it has grown")];
    }
    [compute, storage]
}

/// The family of a SKU: `Ddsv4` of `Standard_D2ds_v4`.
fn family(sku: &str) -> String {
    let name = sku.trim_start_matches("Standard_");
    let (size, version) = name.split_once('_').unwrap_or((name, ""));
    let letters: String = size.chars().filter(|it| !it.is_ascii_digit()).collect();
    letters + version
}

/// Load balancers and addresses: one for outbound data, and those of exposed services.
fn load_balancing(azure: &Azure) -> [Charge; 2] {
    let exposed = [&azure.expose.web, &azure.expose.starter];
    let public = exposed
        .iter()
        .filter(|it| matches!(it, Exposure::Public(_)));
    let internal = exposed.iter().any(|it| matches!(it, Exposure::Internal));
    let public: u32 = public.map(|_| 1).sum();
    let (balancers, addresses) = (1 + u32::from(internal), 1 + public);
    let rules = exposed
        .iter()
        .filter(|it| !matches!(it, Exposure::ClusterIp));
    let rules = 1 + rules.count();
    let some = if rules == 1 { "rule" } else { "rules" };
    let size = format!("{balancers} with {rules} {some}");
    [
        Charge::new("load balancer", size, balancers, Some(Meter::LoadBalancer))
            .note("part of a cluster; one to five rules have one price"),
        Charge::new(
            "public address",
            format!("{addresses}, one for outbound data"),
            addresses,
            Some(Meter::PublicIp),
        ),
    ]
}
