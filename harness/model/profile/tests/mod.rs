//! Loading from files that exist in a table only: what goes wrong, word for word, and what holds
//! of every profile.

mod algebra;
mod assignments;
mod chain;
mod fixture;
mod values;

pub use fixture::load;
pub(super) use fixture::wrong;
