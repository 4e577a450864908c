//! The schema's state: with recorded steps, and on a real server with the real tool.

mod judged;
mod matrix;
mod recorded;
mod tool;
