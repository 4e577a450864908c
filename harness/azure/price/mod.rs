//! What a place in Azure costs in a month, before anything is made there.
//!
//! Pure. A price that is not known stays unknown and is never taken for nothing; one that is known
//! for another region only is used and says so. Amounts are list prices, without tax, discount or
//! reservation.

mod article;
mod charge;
mod estimate;
mod list;
mod meter;
mod money;
pub mod query;
#[cfg(test)]
mod tests;
mod unit;

pub use article::{Article, article};
pub use estimate::{Estimate, Kind, Line, estimate, meters};
pub use list::{Currency, Entry, Found, List, Origin, Prices};
pub use meter::Meter;
pub use money::Usd;
pub use unit::Unit;
