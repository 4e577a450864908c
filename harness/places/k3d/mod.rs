//! The topology in a local Kubernetes cluster that k3d makes, with MySQL in a container beside it,
//! as a cloud's database is beside its cluster.
//!
//! All names follow from the state folder, and everything in Docker carries it as a label, so any
//! later command finds what an earlier one has left. Nothing of the user's own is read or written:
//! the kubeconfig is a file in the state folder.

mod backend;
mod cluster;
mod endpoint;
mod error;
mod fault;
mod found;
mod ground;
mod groups;
mod image;
mod images;
mod logs;
mod names;
mod ports;
mod provide;
mod ready;
mod record;
mod render;
mod resources;
mod site;
mod sweep;
mod tool;
mod vitals;
mod wanted;
mod worker;

use ::backend::state::Directory;

pub use backend::{Extent, K3dBackend, Settings, connect};
pub use error::Error;
pub use render::objects;
pub use site::node_image;
pub use tool::is_too_old;

/// The label by which k3d marks all that belongs to the cluster of a state folder: not all of it
/// carries ours.
pub fn label(state: &Directory) -> String {
    names::Names::of(state).k3d_label()
}

/// Whether a cluster was made for a state folder and not removed.
pub fn stands(state: &Directory) -> bool {
    record::path(state).exists()
}
