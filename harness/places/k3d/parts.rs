//! What the resources of a topology are made from.

use std::collections::BTreeMap;

use backend::namespaces::Namespaces;
use database::Prepared;
use kubernetes::{Group, MysqlServer};
use model::plan::ResourceId;
use model::topology::{Topology, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::image::Image;
use super::nodes;

#[derive(Debug)]
pub struct Parts {
    pub(super) topology: Topology,
    /// The cluster.
    pub(super) cluster: nodes::Wanted,
    /// The images that its nodes need.
    pub(super) images: Vec<Image>,
    /// The builds of the workers among them.
    pub(super) workers: WorkerBuilds,
    /// The database beside it.
    pub(super) database: Prepared,
    /// The database, in the terms of the objects.
    pub(super) server: MysqlServer,
    /// The objects in the cluster.
    pub(super) groups: BTreeMap<ResourceId, Group>,
    /// Temporal's namespaces.
    pub(super) namespaces: Namespaces,
    /// Cancelled when the user asks to stop.
    pub(super) cancel: CancellationToken,
}

impl Parts {
    /// The database, as the pods of the cluster reach it.
    pub fn mysql_server(&self) -> &MysqlServer {
        &self.server
    }
}
