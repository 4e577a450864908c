//! Runs, tests and promotes a self-hosted Temporal topology from one profile.
//!
//! ```text
//! profile.yaml ─load→ Profile ─resolve→ Topology ─backend.desire→ desired resources ┐
//!                                               backend.observe → observed          ├─plan::diff→ Plan ─engine::run→ events ─→ ui
//! scenario.yaml ─load→ Scenario ─resolve(seed)→ RunPlan ─scenario::run→ history + latencies + evidence ─check→ Verdict ─→ report
//! ```
//!
//! Everything left of `engine::run` and `scenario::run` is pure and synchronous; everything right
//! of it only consumes events. `docs/architecture.md` has the map of the rooms.

pub mod artifact;
pub mod azure;
pub mod backend;
pub mod bench;
pub mod causes;
pub mod certificate;
pub mod check;
pub mod cli;
pub mod death;
pub mod docker;
pub mod doctor;
pub mod document;
pub mod engine;
pub mod error;
pub mod event;
pub mod fault;
pub mod http;
pub mod image_name;
pub mod load;
pub mod log_file;
pub mod log_tail;
pub mod mysql;
pub mod parity;
pub mod plan;
pub mod profile;
pub mod promotion;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod secret;
pub mod shell;
pub mod state;
pub mod temporal;
pub mod tool;
pub mod topology;
pub mod ui;
pub mod watch;
