//! A topology that is a model: no process, no network, and time that a test can hold.
//!
//! The model can be made to freeze, to fail and to be wrong on purpose, so that the load driver
//! and the checkers can be shown to notice.

mod backend;
mod clock;
mod death;
mod frontend;
mod history;
mod model;

pub use backend::SimulatedBackend;
pub use frontend::Frontend;
pub use model::{Defect, Model, Window};
