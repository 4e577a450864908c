//! Load: when operations start, how long they take, and a record of what became of each.
//!
//! Knows nothing of where the topology runs and judges nothing; it speaks to a
//! [`Frontend`](temporal::Frontend) and hands out [`Operation`]s.

mod attempt;
mod batches;
mod closed_loop;
mod driver;
mod latency;
mod offset;
mod open_loop;
mod operation;
mod percentile;
mod progress;
mod pulse;
mod run;
mod schedule;
mod tasks;
mod timeline;
mod unsent;
mod waking_time;
mod workload;

pub use driver::drive;
pub use latency::{Latencies, OperationLatencies};
pub use operation::{CallFailure, Operation, Outcome};
pub use percentile::{Percentile, Percentiles};
pub use progress::{Counts, Progress};
pub use pulse::Pulse;
pub use run::Run;
pub use schedule::Schedule;
pub use timeline::{LoadedPhase, Timeline};
pub use unsent::Unsent;
pub use waking_time::WakingTime;
pub use workload::{
    Arrivals, Executor, MOST_IN_FLIGHT, MOST_PER_SECOND, Patience, Request, Workload,
};
