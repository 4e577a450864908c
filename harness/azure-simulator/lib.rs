//! The built-in Azure: a simulated Azure that rehearsals of promotions run against.
//!
//! [`Cloud`] is the state machine. It opens no connection and reads no clock. It covers Entra,
//! resource groups, the resource types that a topology needs, deployment stacks, a container
//! registry and a price list. [`Simulator`] serves it with TLS on the loopback address. It refuses
//! what Azure refuses, and its operations take as long as in Azure, on its own clock. A [`Script`]
//! adds faults. The simulator must not be lenient: a request that passes here and fails in Azure is
//! a bug of it.
//!
//! Files depend on each other in one direction, without cycles. [`State`] and its types are at the
//! bottom. The rules of each resource type (`kind`) come next, then [`Cloud`], then the operations
//! on resources (`show`, `write`, `delete`, `action`, `stack`), and the router on top. Functions
//! take the cloud, or only the parts of it that they need.
//!
//! Sources of facts: Microsoft's descriptions of the Azure Resource Manager API (in the
//! versions of [`api_version`](azure::api_version)), recorded traffic of azd, and Microsoft's
//! documentation.

mod account;
mod action;
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
mod handler;
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
mod poll;
mod pools;
mod power;
mod price;
mod provider;
mod recorder;
mod refusal;
mod region;
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

#[cfg(test)]
mod tests;
