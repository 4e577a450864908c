//! An Azure of our own: what a rehearsal of a promotion runs against.
//!
//! [`Cloud`] is the whole of it as a state machine without network and clock: Entra, resource
//! groups, the types of resources that a topology needs, deployment stacks, a container registry
//! and a price list. [`Simulator`] puts it behind TLS on the loopback. It refuses what Azure
//! refuses and takes as long as Azure takes, on a clock of its own; [`Script`] says what goes wrong
//! on top. It may not be lenient: what passes here and fails in Azure is a defect of it.
//!
//! Facts come from Microsoft's descriptions of the Azure Resource Manager API (in the versions of
//! [`api_version`](super::api_version)), from recorded traffic of azd and from Microsoft's documentation.

mod account;
mod action;
mod circumstances;
mod clock;
mod cloud;
mod delete;
mod entra;
mod fault;
mod filter;
mod graph;
mod group;
mod id;
mod kind;
mod listing;
mod message;
mod metadata;
mod offer;
mod operation;
mod patch;
mod place;
mod power;
mod price;
mod recorder;
mod refusal;
mod registry;
mod resource;
mod rights;
mod role;
mod serve;
mod settings;
mod shape;
mod show;
mod stack;
mod state;
mod subnet;
mod subscription;
mod tag;
mod upgrade;
mod version;
mod write;

#[cfg(test)]
mod tests;

pub use circumstances::{Arrival, Circumstances, Prepared, Rights, Sizes};
pub use clock::Clock;
pub use cloud::Cloud;
pub use fault::{Fault, Script, What};
pub use kind::typical;
pub use message::{Body, Request, Response};
pub use recorder::{Exchange, Recorder};
pub use refusal::Refusal;
pub use registry::Blobs;
pub use serve::{Error, Options, Simulator};
pub use settings::{Casing, Dialect, Hooks, Nothing, Role, Settings};
pub use state::State;
