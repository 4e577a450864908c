//! The topology in a local k3d cluster, with MySQL in a container beside it, as a cloud has its
//! database beside its cluster.
//!
//! All names are derived from the state folder, and everything in Docker carries it as a label, so
//! later commands find what earlier ones have left. The user's own configuration is neither read
//! nor written: the kubeconfig is a file in the state folder.

mod backend;
mod connection;
mod container_host;
mod error;
mod foresee;
mod found;
mod groups;
mod image;
mod images;
mod infrastructure;
mod levers;
mod missing;
mod names;
mod network;
mod nodes;
mod objects;
mod parts;
mod pods;
mod ports;
mod prepare;
mod probe;
mod record;
mod settings;
mod site;
mod sweep;
mod tool;
mod worker;

use ::backend::state::Directory;

pub use backend::K3dBackend;
pub use connection::connect;
pub use container_host::ContainerHost;
pub use error::Error;
pub use infrastructure::Infrastructure;
pub use nodes::node_image;
pub use objects::objects;
pub use parts::Parts;
pub use pods::Pods;
pub use settings::{Extent, Settings};
pub use tool::is_too_old;

/// The label by which k3d marks all parts of the cluster of a state folder. Some parts do not carry
/// the harness's own label.
pub fn label(state: &Directory) -> String {
    names::Names::of(state).k3d_label()
}

/// Whether a cluster was created for a state folder and not removed.
pub fn stands(state: &Directory) -> bool {
    record::path(state).exists()
}
