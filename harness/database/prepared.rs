//! What a database is to be, and what was made ready for it.

use std::net::SocketAddr;

use base::news::Listener;
use model::plan::ResourceId;
use model::quantity::Duration;
use mysql::preflight::Needs;

use super::SchemaTool;
use super::container::Blueprint;
use super::snapshot::Snapshot;

/// What a backend wants of its database.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it is to listen on this machine.
    pub address: SocketAddr,
    /// The Docker network that it joins, where it is found by the name [`Mysql::host`](super::Mysql::host).
    pub network: Option<String>,
    /// The resources that must be there before the container, such as that network.
    pub needs: Vec<ResourceId>,
    /// What makes the schemas of the golden snapshot.
    pub schema_tool: SchemaTool,
    /// Whether `schema/temporal` is a resource here (or something else brings the schema up to
    /// date, such as a Job in a cluster).
    pub schema: bool,
}

/// What is known once everything is provided.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) wanted: Wanted,
    pub(super) blueprint: Blueprint,
    pub(super) snapshot: Snapshot,
    /// The release of Temporal.
    pub(super) server: String,
    pub(super) history_shards: u32,
    pub(super) asks: Needs,
    pub(super) ready_timeout: Duration,
    pub(super) news: Listener,
}
