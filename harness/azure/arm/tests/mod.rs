//! The client against a server of this process that speaks HTTPS and answers by a script.

mod credentials;
mod deployments;
mod groups;
mod operations;
mod outcome;
mod questions;
mod requests;
mod resources;
mod server;
mod waits;
mod words;

pub(super) use server::{Reply, Server};
