//! Every verb, through the built binary and the backend that is a model: what it prints, where,
//! and how it exits.

mod backend;
mod bench;
mod built_in;
mod cost;
mod deaths;
mod documents;
mod down;
mod dry_run;
mod ending;
mod heal;
mod in_azure;
mod init;
mod killed;
mod look;
mod look_first;
mod meant;
mod parity;
mod paths;
mod plan;
mod prices;
mod profiles;
mod promotion;
mod records;
mod render;
mod serve;
mod streams;
mod test;
mod truth;
mod up;
mod usage;
