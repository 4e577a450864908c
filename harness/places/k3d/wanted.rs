//! What a topology wants of its cluster.

use std::collections::BTreeMap;

use kubernetes::Group;
use model::plan::ResourceId;
use model::topology::{Digest, Topology};

use super::image::Image;
use super::tool;
use crate::address::Listen;

/// What a profile asks for here.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) topology: Topology,
    pub(super) cluster: tool::Cluster,
    /// Identity of the cluster.
    pub(super) digest: Digest,
    /// The image of its nodes, by its id.
    pub(super) image: String,
    /// Its ports on this machine.
    pub(super) ports: BTreeMap<String, Listen>,
    /// The images that its nodes need.
    pub(super) images: Vec<Image>,
    /// The objects in it.
    pub(super) groups: BTreeMap<ResourceId, Group>,
}
