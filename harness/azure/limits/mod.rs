//! What Azure allows: words in names, lengths of names, values by SKU. Tables with their sources;
//! pure. What is in no table is not known, and nobody is refused for it.

mod minor;
mod mysql;
mod name;
mod node;
mod region;

pub use minor::Minor;
#[cfg(test)]
pub use mysql::mysql_skus;
pub use mysql::{Range, buffer_pool, connections, storage_gib};
pub use name::{
    ADMINISTRATORS, NODE_GROUP, NODE_GROUP_LABEL, administrator_is_reserved, dns_prefix_fits,
    is_pool_reserved, reserved_word,
};
pub use node::{Least, NODE, SYSTEM_NODE};
pub use region::is_region;
