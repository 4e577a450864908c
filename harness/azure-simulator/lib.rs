//! An Azure of our own: what a rehearsal of a promotion runs against.
//!
//! [`Cloud`] is the whole of it as a state machine without network and clock: Entra, resource
//! groups, the types of resources that a topology needs, deployment stacks, a container registry
//! and a price list. [`Simulator`] puts it behind TLS on the loopback. It refuses what Azure
//! refuses and takes as long as Azure takes, on a clock of its own; [`Script`] says what goes wrong
//! on top. It may not be lenient: what passes here and fails in Azure is a defect of it.
//!
//! Files build on each other in one direction, and no two of them import each other. [`State`] and the
//! types in it are at the bottom. The rules of each type of resource (`kind`) come next, then
//! [`Cloud`], then what is done with resources (`show`, `write`, `delete`, `action`, `stack`), and the
//! router on top. Functions take the cloud, or only the part of it that they need.
//!
//! Facts come from Microsoft's descriptions of the Azure Resource Manager API (in the versions of
//! [`api_version`](azure::api_version)), from recorded traffic of azd and from Microsoft's documentation.

mod account;
mod action;
mod asked;
mod assignment;
mod begin;
mod circumstances;
mod clock;
mod cloud;
mod delete;
mod entra;
mod fault;
mod filter;
mod finish;
mod graph;
mod group;
mod hash;
mod id;
mod kind;
mod listing;
mod lookup;
mod message;
mod metadata;
mod offer;
mod operation;
mod patch;
mod place;
mod poll;
mod pools;
mod power;
mod price;
mod provider;
mod recorder;
mod refusal;
mod registry;
mod resource;
mod rights;
mod role;
mod router;
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
