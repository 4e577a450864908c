//! The procedure around a fault: its undo is in the journal before it is injected, and what is open
//! is healed.

mod error;
mod heal;
mod inject;
mod pace;
mod pull;

pub use error::Error;
pub use heal::{Healing, heal_all, heal_one};
pub use inject::{Injected, inject};
pub use pull::Act;
