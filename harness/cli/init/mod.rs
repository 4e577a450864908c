//! What `harness init` suggests and writes.
//!
//! ```text
//! Tree ─findings→ Findings ─flags, questions→ Answers ─Plan::of→ Plan ─check→ carry_out → files
//! ```
//!
//! Detection and plan are pure. Only `Tree::read`, `is_on_github` and `Plan::carry_out` touch the disk. Nothing here
//! prints or asks.

mod answers;
mod ci;
mod code;
mod constants;
mod documents;
mod example;
mod findings;
mod go;
mod java;
mod manifest;
mod plan;
mod python;
mod rust;
mod signature;
mod suggestion;
mod tree;
mod typescript;
mod validate;

pub use answers::{Answers, Argument, Load, Worker, split_command};
pub use ci::{install_commands, is_on_github};
pub use example::{Example, Language};
pub use findings::{Findings, findings};
pub use plan::{Action, BASE, Plan, Request, SMOKE, Step};
pub use signature::Workflow;
pub use suggestion::{Evidence, Suggestion};
pub use tree::Tree;
pub use validate::{Invalid, check};

#[cfg(test)]
mod tests;
