//! What a Docker engine is to us: images, containers, networks and volumes, by the engine's API.
//!
//! Knows nothing of Temporal. Everything that is made here carries the label [`OWNER`] with the
//! state folder that it belongs to, so that it can be found again and nothing else is touched.
//! An image that is present is used as it is; one that is not is pulled.

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
