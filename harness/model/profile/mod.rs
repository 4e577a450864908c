//! What a user wants to run, and where: profiles as they are written, laid one over another, and
//! resolved into values that are all there and all valid.
//!
//! ```text
//! profiles/*.yaml, --set ─parse→ model::Profile ─overlay→ model::Profile ─resolve→ Profile ─→ Topology
//! ```
//!
//! Pure: files are read by closures that the caller hands in.
//!
//! ```
//! use model::profile::{self, Reader, Request, Source};
//!
//! # std::env::set_current_dir("../..").expect("the project's own folder");
//! let request = Request {
//!     source: Source::Named { folder: "profiles".into(), name: "local".to_owned() },
//!     sets: vec!["worker.replicas=3".to_owned()],
//! };
//! let reader = Reader {
//!     read: |path: &camino::Utf8Path| std::fs::read_to_string(path),
//!     list: |_: &camino::Utf8Path| Vec::new(),
//! };
//! let profile = profile::load(&request, &reader)?;
//! assert_eq!(profile.worker.replicas, 3);
//! assert_eq!(profile.topology().digest, profile.digest());
//! # Ok::<(), profile::Error>(())
//! ```

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod arbitrary_value;
mod assignment;
pub mod azure;
mod check;
pub mod dynamic_config;
mod error;
mod layer;
mod load;
mod merge;
pub mod model;
mod overlay;
mod resolve;
mod resolved;
mod schema;
#[cfg(test)]
pub mod tests;
mod topology;
mod word;

pub use error::Error;
pub use load::{Reader, Request, Source, Written, load, read};
pub use model::StarterMode;
pub use resolved::{
    Backend, Database, Engine, K3d, Profile, Promotion, Roles, Starter, Temporal, Web, Worker,
};
pub use schema::json_schema;
pub use word::{Name, NamespaceName, TaskQueueName, Version};
