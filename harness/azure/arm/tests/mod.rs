//! Tests of the client against a scripted HTTPS server in this process.

mod credentials;
mod deployments;
mod followed_operation;
mod groups;
mod operations;
mod questions;
mod requests;
mod resources;
mod server;
mod waits;
mod words;

pub(crate) use server::{Reply, Server};
