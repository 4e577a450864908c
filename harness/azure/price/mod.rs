//! Estimates the monthly cost of a configuration in Azure before anything is created.
//!
//! Pure. An unknown price stays unknown and never counts as zero. A price that is known only for
//! another region is used and marked. Amounts are list prices, without tax, discounts or
//! reservations.

mod article;
mod charge;
mod estimate;
mod list;
mod meter;
mod money;
pub mod query;
mod unit;

pub use article::{Article, article};
pub use estimate::{Estimate, Kind, Line, estimate, meters};
pub use list::{Currency, Entry, Found, List, Origin, Prices};
pub use meter::Meter;
pub use money::Usd;
pub use unit::Unit;

#[cfg(test)]
mod tests;
