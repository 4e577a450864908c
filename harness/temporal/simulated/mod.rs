//! A simulated frontend: no process, no network, and a clock that a test can pause.
//!
//! It can freeze, fail and give wrong answers on purpose, so that tests can show that the load driver
//! and the checkers detect it.

mod clock;
mod frontend;
mod history;
mod model;

pub use frontend::Frontend;
pub use model::{Defect, Model, Window};
