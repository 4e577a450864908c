//! The topology in Azure: a resource group with one deployment stack, the worker's image in its
//! registry, and the objects of [`kubernetes`] in its cluster.
//!
//! What is there is always asked of Azure; nothing but the way to finish is remembered here. In a
//! rehearsal the Azure is the built-in one, and what a cluster and a database stand for is made on
//! this machine by [`k3d`](super::k3d), if it has Docker.

mod backend;
mod cancel;
mod cloud;
mod connection;
mod error;
mod facts;
mod fault;
mod ground;
mod group;
mod image;
mod living;
mod logs;
mod objects;
mod password;
mod prepare;
mod progress;
mod promoted;
mod promoter;
mod provider;
mod ready;
mod render;
mod resources;
mod roots;
mod scope;
mod server_parameter;
mod stack;
mod sweep;
mod vitals;

pub use backend::{Aim, AzureBackend, Order, Settings};
pub use cloud::{Access, Cloud, Error as CloudError, Rehearsal, Which};
pub use error::Error;
pub use facts::{Facts, Holding, Part};
pub use living::Living;
pub use promoted::{Elsewhere, Promoted};
pub use provider::PROVIDERS;
pub use render::rendered;
pub use scope::{
    DIGEST, EXPIRES, OVERRIDE, PROFILE, PROMOTER, STORAGE, Scope, TEMPLATE, TIME_TO_LIVE, TOPOLOGY,
    UNMANAGE, Wish, digest_of, group_tags,
};
