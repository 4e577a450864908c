//! What the resources of a topology are made from.

use std::collections::BTreeMap;

use azure::arm::StackSpec;
use backend::namespaces::Namespaces;
use kubernetes::Group;
use model::plan::ResourceId;

use super::objects::Materials;
use super::reporter::Reporter;
use super::settings::PromotionOptions;
use crate::k3d;

#[derive(Debug)]
pub struct Parts {
    pub(super) stack: StackSpec,
    /// What the objects in the cluster are made from.
    pub(super) materials: Materials,
    /// These objects, as far as they are known before the stack exists.
    pub groups: BTreeMap<ResourceId, Group>,
    /// Temporal's namespaces.
    pub(super) namespaces: Namespaces,
    /// The parts of the stand-in, in a rehearsal.
    pub(super) stand_in: Option<k3d::Parts>,
    pub(super) options: PromotionOptions,
    pub(super) reporter: Reporter,
}
