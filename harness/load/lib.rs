//! Offers load: schedules workflow starts, makes the calls, measures latencies and records the
//! outcomes.
//!
//! A [`Workload`] is data. This crate calls a [`Frontend`](temporal::Frontend) and sends an
//! [`Iteration`] for every arrival. It does not know where the topology runs, and it does not
//! evaluate results.

mod batches;
mod call;
mod closed_loop;
mod compiled;
mod curve;
mod driver;
mod executor;
mod expression;
mod flow;
mod generator;
mod iteration;
mod latency;
mod offset;
mod open_loop;
mod percentile;
mod phases;
mod progress;
mod pulse;
mod random;
mod run;
mod schedule;
mod start_limit;
mod tasks;
mod template;
mod unsent;
mod variables;
mod waking_time;
mod workload;

pub use call::{Call, Failure, Outcome};
pub use compiled::{Action, ActionCall, CompiledWorkload, Request};
pub use curve::Curve;
pub use driver::drive;
pub use executor::{Arrivals, Executor, Pacing, Stage};
pub use expression::Expression;
pub use flow::{Flow, Message, MessageWithReply, Step};
pub use generator::ABANDONED;
pub use iteration::{Iteration, WorkflowOutcome};
pub use latency::{IterationLatencies, Latencies};
pub use percentile::{Percentile, Percentiles};
pub use phases::{LoadedPhase, Timeline};
pub use progress::{Counts, Progress};
pub use pulse::Pulse;
pub use run::Run;
pub use schedule::Schedule;
pub use start_limit::StartLimit;
pub use template::{Error as TemplateError, Template};
pub use unsent::{Cause, Unsent};
pub use variables::{Definitions, Variables, is_reserved};
pub use waking_time::WakingTime;
pub use workload::{MOST_IN_FLIGHT, MOST_PER_SECOND, Workload};
