//! The folder `.harness/<profile>`: what the harness knows about one running topology.
//!
//! One command at a time owns it (an advisory lock), and every side effect is announced in its
//! journal before it happens. Launch records hold a worker's whole environment: what this room
//! writes is 0600. Logs and reports, which other rooms write, have the user's own mode.

mod directory;
mod journal;
mod lock;

pub use directory::{AsItIs, Directory, Error, MARKER};
pub use journal::{Journal, Moment, Record};
pub use lock::{Holder, Lock};
