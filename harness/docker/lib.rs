//! A Docker engine as the harness uses it: images, containers, networks and volumes, through the
//! engine's API.
//!
//! This crate knows nothing of Temporal. Everything that it creates carries the label [`OWNER`]
//! with a state folder, so it can be found again, and nothing else is touched. An image on this
//! machine is used unchanged; a missing one is pulled.

mod api;
mod container;
mod engine;
mod error;
mod image;
mod log;
mod network;
mod run;
mod volume;

pub use container::{Container, ContainerSpec, File, Mount, Publish, Status};
pub use engine::{Engine, OWNER, Owned, check_host};
pub use error::Error;
pub use image::Image;
