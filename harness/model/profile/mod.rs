//! Profiles: what to run, and on which backend. A profile is parsed, merged with the profiles that
//! it extends, and resolved. A resolved profile has all values, and all of them are valid.
//!
//! ```text
//! profiles/*.yaml, --set ─parse→ model::Profile ─overlay→ model::Profile ─resolve→ Profile ─→ Topology
//! ```
//!
//! Pure: the caller passes closures that read files.
//!
//! ```
//! use model::profile::{self, Reader, Request, Source};
//!
//! # std::env::set_current_dir("../..").expect("the folder of the project");
//! let request = Request {
//!     source: Source::Named { folder: "profiles".into(), name: "local".to_owned() },
//!     sets: vec!["worker.replicas=3".to_owned()],
//! };
//! let reader = Reader {
//!     read: |path: &camino::Utf8Path| std::fs::read_to_string(path),
//!     list: |_: &camino::Utf8Path| Vec::new(),
//! };
//! let profile = profile::load(&request, &reader)?;
//! let (worker, settings) = &profile.workers.services()[0];
//! assert_eq!((worker.as_str(), settings.replicas), ("worker", 3));
//! assert_eq!(profile.topology().digest, profile.digest());
//! # Ok::<(), profile::Error>(())
//! ```

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod arbitrary_value;
mod assignment;
pub mod azure;
mod built_in;
mod check;
pub mod dynamic_config;
mod error;
pub mod existing;
mod full;
mod layer;
mod load;
mod merge;
pub mod model;
mod node;
mod overlay;
mod resolve;
mod resolved;
mod run;
mod scalar;
mod schema;
mod show;
mod topology;
mod variable;
mod workers;

pub use built_in::BUILT_IN;
pub use error::Error;
pub use load::{Reader, Request, Source, Unresolved, load, read};
pub use model::StarterMode;
pub use resolved::{
    Backend, Database, Engine, K3d, Profile, Promotion, Roles, Starter, Temporal, Web, Worker,
    Workers,
};
pub use scalar::{Name, NamespaceName, TaskQueueName, Version, WorkerName};
pub use schema::json_schema;
pub use show::{Entry, Shown, ValueOrigin};

#[cfg(test)]
pub mod tests;
