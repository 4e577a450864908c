//! The procedure around a fault: its remedy is in the journal before it is injected, and open
//! faults are healed.

mod error;
mod heal;
mod inject;
mod pace;
mod pull;

pub use error::Error;
pub use heal::{Healing, heal_all, heal_one};
pub use inject::{Injected, inject};
pub use pull::Act;
