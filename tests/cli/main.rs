//! Every verb, through the built binary and the backend that is a model: what it prints, where,
//! and how it exits.

mod backend;
mod bench;
mod cost;
mod documents;
#[path = "../support/eventually.rs"]
mod eventually;
mod fixture;
mod heal;
mod look;
mod parity;
mod plan;
mod promotion;
mod render;
mod streams;
mod test;
mod up;
mod usage;
