//! MySQL in a container: a part of backend `process` with engine `server`, and of backend `k3d`.
//!
//! The container listens on 127.0.0.1. Its TLS certificates are made here. Its data is in a volume
//! that starts as a copy of a *golden snapshot*: an initialised data folder with both of Temporal's
//! schemas. Golden snapshots are volumes, one for each pair of image id and server version.

mod certificates;
mod container;
mod error;
mod life;
mod look;
mod mysql;
mod name;
mod prepare;
mod prepared;
mod record;
mod schema;
mod schema_tool;
mod snapshot;
mod snapshot_maker;

pub use container::image;
pub use container::{PORT, USER};
pub use error::Error;
pub use mysql::{Mysql, address, container_id, forget_secrets, owns, schema_id};
pub use prepared::{Prepared, Wanted};
pub use record::ContainerRecord;
pub use schema_tool::SchemaTool;
pub use snapshot::remove_snapshot;

#[cfg(test)]
mod tests;
