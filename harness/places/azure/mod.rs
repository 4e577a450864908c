//! The topology in Azure: a resource group with one deployment stack, the worker's image in its
//! registry, and the objects of [`kubernetes`] in its cluster.
//!
//! The state of resources is always read from Azure; the state folder only keeps what is needed to
//! finish a promotion. In a rehearsal, Azure is the built-in one. If this machine has Docker,
//! [`k3d`](super::k3d) makes a stand-in for the cluster and the database.

mod awaited;
mod backend;
mod cloud;
mod connection;
mod error;
mod facts;
mod group;
mod hosts;
mod image;
mod levers;
mod living;
mod objects;
mod parts;
mod password;
mod prepare;
mod promoted;
mod promoter;
mod registration;
mod render;
mod reporter;
mod roots;
mod scope;
mod server;
mod settings;
mod site;
mod stack;
mod stand_in;
mod sweep;

pub use backend::AzureBackend;
pub use cloud::{Access, Cloud, Error as CloudError, Rehearsal, Which};
pub use connection::Link;
pub use error::Error;
pub use facts::{Facts, Holding, Part};
pub use group::Group;
pub use hosts::Hosts;
pub use image::Maker;
pub use living::Living;
pub use objects::Objects;
pub use parts::Parts;
pub use password::Password;
pub use promoted::{Elsewhere, Places, Promoted};
pub use registration::{PROVIDERS, register_providers};
pub use render::rendered;
pub use scope::{
    DIGEST, EXPIRES, OVERRIDE, PROFILE, PROMOTER, STORAGE, Scope, TEMPLATE, TIME_TO_LIVE, TOPOLOGY,
    UNMANAGE, Wish, digest_of, group_tags,
};
pub use settings::{Aim, PromotionOptions, Settings};
pub use site::Site;
pub use stack::Stack;

#[cfg(test)]
mod tests;
