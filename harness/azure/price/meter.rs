//! What Azure counts.

use std::fmt;

use model::profile::azure::{RegistrySku, Tier};

use super::Unit;

/// Something that Azure counts and charges for, as far as the harness makes use of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meter {
    /// The control plane of a cluster, of a tier that is not free.
    ControlPlane(Tier),
    /// A virtual machine of a size, with Linux.
    Machine(String),
    /// A managed disk of a class, such as `P4`, with local redundancy.
    Disk(&'static str),
    /// A burstable MySQL server of a SKU, as a whole.
    MysqlServer(String),
    /// One processor of a MySQL server of a family, such as `Ddsv4`.
    MysqlVcore(String),
    /// A GiB of storage of a MySQL server.
    MysqlStorage,
    /// A GiB of backups of a MySQL server beyond what is included.
    MysqlBackup,
    /// A container registry of a SKU.
    Registry(RegistrySku),
    /// A load balancer with one to five rules.
    LoadBalancer,
    /// A public IPv4 address.
    PublicIp,
    /// A private DNS zone.
    PrivateDnsZone,
}

impl Meter {
    /// What is priced for all regions at once.
    pub(super) const OF_ALL_REGIONS: [Self; 3] =
        [Self::LoadBalancer, Self::PublicIp, Self::PrivateDnsZone];

    /// The unit that Azure counts it in.
    pub fn unit(&self) -> Unit {
        match self {
            Self::ControlPlane(_)
            | Self::Machine(_)
            | Self::MysqlServer(_)
            | Self::MysqlVcore(_)
            | Self::LoadBalancer
            | Self::PublicIp => Unit::Hour,
            Self::Registry(_) => Unit::Day,
            Self::Disk(_) | Self::PrivateDnsZone => Unit::Month,
            Self::MysqlStorage | Self::MysqlBackup => Unit::GibMonth,
        }
    }

    /// Whether it comes along with what somebody asks for, so that it is easily left out.
    pub fn comes_along(&self) -> bool {
        matches!(
            self,
            Self::Disk(_) | Self::LoadBalancer | Self::PublicIp | Self::PrivateDnsZone
        )
    }

    /// Whether its price is a region's own.
    pub fn is_of_region(&self) -> bool {
        !Self::OF_ALL_REGIONS.contains(self)
    }
}

impl fmt::Display for Meter {
    /// As it stands in lists of prices.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlPlane(Tier::Free) => out.write_str("kubernetes/free"),
            Self::ControlPlane(Tier::Standard) => out.write_str("kubernetes/standard"),
            Self::ControlPlane(Tier::Premium) => out.write_str("kubernetes/premium"),
            Self::Machine(size) => write!(out, "virtual-machine/{size}"),
            Self::Disk(class) => write!(out, "managed-disk/{class}"),
            Self::MysqlServer(sku) => write!(out, "mysql-server/{sku}"),
            Self::MysqlVcore(family) => write!(out, "mysql-vcore/{family}"),
            Self::MysqlStorage => out.write_str("mysql-storage"),
            Self::MysqlBackup => out.write_str("mysql-backup"),
            Self::Registry(RegistrySku::Basic) => out.write_str("registry/basic"),
            Self::Registry(RegistrySku::Standard) => out.write_str("registry/standard"),
            Self::Registry(RegistrySku::Premium) => out.write_str("registry/premium"),
            Self::LoadBalancer => out.write_str("load-balancer"),
            Self::PublicIp => out.write_str("public-ip"),
            Self::PrivateDnsZone => out.write_str("private-dns-zone"),
        }
    }
}
