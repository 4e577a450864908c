//! MySQL in a container: a part of backend `process` with engine `server`, and of backend `k3d`.
//!
//! The container listens on 127.0.0.1. Its TLS certificates are made here. Its data is in a volume
//! that starts as a copy of a *golden snapshot*: an initialised data folder with both of Temporal's
//! schemas. Golden snapshots are volumes, one for each pair of image id and server version.

mod blueprint;
mod certificates;
mod container;
mod error;
mod look;
mod mysql;
mod name;
mod preparation;
mod prepared;
mod record;
mod schema;
mod schema_tool;
mod site;
mod snapshot;
mod snapshot_maker;

pub use blueprint::{PORT, USER, image};
pub use container::Container;
pub use error::Error;
pub use mysql::{Mysql, container_id, forget_secrets, owns, schema_id};
pub use name::Names;
pub use prepared::{Prepared, Wanted};
use record::ContainerRecord;
pub use schema::Schema;
pub use schema_tool::SchemaTool;
pub use site::{address, has_record};
pub use snapshot::remove_snapshot;

#[cfg(test)]
mod tests;
