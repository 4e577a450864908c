//! The limits of Azure: reserved words and lengths of names, values by SKU. All are tables with
//! their sources. A value that is in no table is unknown, and must not be rejected. Pure.

mod cidr;
mod minor;
mod mysql;
mod name;
mod network;
mod node;
mod pool;
mod region;
mod tag;

pub use cidr::Cidr;
pub use minor::Minor;
pub use mysql::{ParameterRange, buffer_pool, connections, mysql_skus, storage_gib};
pub use name::{
    ADMINISTRATORS, NODE_GROUP, NODE_GROUP_LABEL, administrator_is_reserved, dns_prefix_fits,
    is_pool_reserved, reserved_word,
};
pub use network::{
    PODS, RESERVED_PER_SUBNET, SERVICES, SERVICES_SIZE, SMALLEST_SUBNET, reserved_by_aks,
};
pub use node::{MinimumSize, NODE, SYSTEM_NODE};
pub use pool::{MAX_PODS, NODES, OS_DISK, POOL_NAME, SYSTEM_PODS, WINDOWS_POOL_NAME};
pub use region::is_region;
pub use tag::{TAG_NAME, TAG_VALUE, TAGS, find_tag, is_reserved_in_tags, is_same_tag};
