//! Every verb, through the built binary and the backend that is a model: what it prints, where,
//! and how it exits.

mod bench;
mod documents;
mod fixture;
mod heal;
mod look;
mod streams;
mod test;
mod up;
mod usage;
