//! The topology in a local Kubernetes cluster that k3d makes, with MySQL in a container beside it,
//! as a cloud's database is beside its cluster.
//!
//! All names follow from the state folder, and everything in Docker carries it as a label, so any
//! later command finds what an earlier one has left. Nothing of the user's own is read or written:
//! the kubeconfig is a file in the state folder.

mod backend;
mod connection;
mod containers;
mod error;
mod foresee;
mod found;
mod ground;
mod groups;
mod image;
mod images;
mod levers;
mod missing;
mod names;
mod network;
mod nodes;
mod objects;
mod outside;
mod parts;
mod pods;
mod ports;
mod prepare;
mod record;
mod settings;
mod site;
mod sweep;
mod tool;
mod worker;

use ::backend::state::Directory;

pub use backend::K3dBackend;
pub use connection::connect;
pub use containers::Containers;
pub use error::Error;
pub use ground::Ground;
pub use nodes::node_image;
pub use objects::objects;
pub use parts::Parts;
pub use pods::Pods;
pub use settings::{Extent, Settings};
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
