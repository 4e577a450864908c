//! MySQL in a container: a part of backend `process` with engine `server`, and of backend `k3d`.
//!
//! The container listens on 127.0.0.1, with TLS by certificates made here, and its data is in a
//! volume that begins as a copy of a *golden snapshot*: a data folder after initialisation and both
//! of Temporal's schemas, kept as a volume by (image id, server version).

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
#[cfg(test)]
mod tests;

pub use container::image;
pub use container::{PORT, USER};
pub use error::Error;
pub use mysql::{Mysql, address, container_id, forget_secrets, owns, schema_id};
pub use prepared::{Prepared, Wanted};
pub use record::Record;
pub use schema_tool::SchemaTool;
pub use snapshot::remove_snapshot;
