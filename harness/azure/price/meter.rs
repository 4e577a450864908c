//! The meters by which Azure charges.

use std::fmt;

use model::profile::azure::{RegistrySku, Tier};

use super::Unit;

/// A meter that the harness uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meter {
    /// The control plane of a cluster, by tier.
    ControlPlane(Tier),
    /// A Linux virtual machine, by size.
    Machine(String),
    /// A locally redundant managed disk, by class, such as `P4`.
    Disk(&'static str),
    /// A burstable MySQL server, by SKU.
    MysqlServer(String),
    /// One vCore of a MySQL server, by family, such as `Ddsv4`.
    MysqlVcore(String),
    /// One GiB of storage of a MySQL server.
    MysqlStorage,
    /// One GiB of backups of a MySQL server beyond the included ones.
    MysqlBackup,
    /// A container registry, by SKU.
    Registry(RegistrySku),
    /// A load balancer with one to five rules.
    LoadBalancer,
    PublicIp,
    PrivateDnsZone,
}

impl Meter {
    /// The meters that have one price for all regions.
    pub(super) const OF_ALL_REGIONS: [Self; 3] =
        [Self::LoadBalancer, Self::PublicIp, Self::PrivateDnsZone];

    /// The unit in which Azure counts it.
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

    /// Whether it is a side cost of what the profile asks for, which is easily forgotten.
    pub fn comes_along(&self) -> bool {
        matches!(
            self,
            Self::Disk(_) | Self::LoadBalancer | Self::PublicIp | Self::PrivateDnsZone
        )
    }

    /// Whether its price is specific to a region.
    pub fn is_of_region(&self) -> bool {
        !Self::OF_ALL_REGIONS.contains(self)
    }
}

impl fmt::Display for Meter {
    /// The name in price lists.
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
