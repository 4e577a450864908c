//! A frontend that is a model: no process, no network, and time that a test can hold.
//!
//! The model can be made to freeze, to fail and to be wrong on purpose, so that the load driver
//! and the checkers can be shown to notice.

mod clock;
mod frontend;
mod history;
mod model;

pub use frontend::Frontend;
pub use model::{Defect, Model, Window};
