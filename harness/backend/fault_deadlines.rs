//! How long faults may take: the deadline around a backend is made of those within it, so that it is
//! the one within that fires, which knows what it waited for.

use std::time::Duration;

/// How long pods that were killed may take to be gone: the container runtime gives each two
/// seconds.
pub const KILL: Duration = Duration::from_secs(30);

/// How long replicas that were started again may take to do their job.
pub const READY: Duration = Duration::from_mins(2);

/// How long a container may take to do its job once it has been started again and has answered.
pub const CONTAINER: Duration = Duration::from_mins(1);

/// How long it may take until workflows can be started again once what was killed does its job.
pub const SERVE: Duration = Duration::from_mins(1);

/// How long one look at whether they can may take.
pub const LOOK: Duration = CALLS;

/// How long Azure may take to have a database back that is restarted, or has failed over: a failover
/// takes one or two minutes.
pub const RESTART: Duration = Duration::from_mins(5);

/// What the calls around a wait may take: each has a deadline of its own.
const CALLS: Duration = Duration::from_secs(30);

/// How long a backend may take to inject a fault and observe its effect: the longest is that of a
/// database in Azure, which has to be back and to answer.
pub const INJECT: Duration = RESTART.saturating_add(READY).saturating_add(CALLS);

/// How long a backend may take to undo one fault, readiness of what it starts again included.
pub const HEAL: Duration = READY.saturating_add(CONTAINER).saturating_add(CALLS);
