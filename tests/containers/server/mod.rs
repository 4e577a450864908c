//! Engine `server`: processes of this machine, on a database in a container.

mod crash;
mod deaths;
mod refusals;
mod repair;
mod schema;
mod sql;
mod whole;
