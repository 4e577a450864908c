//! What the resources of a topology are made of.

use std::collections::BTreeMap;

use azure::arm::StackSpec;
use backend::namespaces::Namespaces;
use kubernetes::Group;
use model::plan::ResourceId;

use super::objects::Materials;
use super::settings::Order;
use super::told::Told;
use crate::k3d;

/// Everything that making the resources of a topology needs here.
#[derive(Debug)]
pub struct Parts {
    pub(super) stack: StackSpec,
    /// What the objects in the cluster are made of.
    pub(super) materials: Materials,
    /// These objects, as far as they are known before the stack is there.
    pub groups: BTreeMap<ResourceId, Group>,
    /// Temporal's namespaces.
    pub(super) namespaces: Namespaces,
    /// The ground of a rehearsal.
    pub(super) ground: Option<k3d::Parts>,
    /// What the promotion says besides.
    pub(super) order: Order,
    pub(super) told: Told,
}
