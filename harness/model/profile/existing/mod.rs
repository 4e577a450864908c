//! A Temporal cluster that exists already, as the backend of a profile. The harness starts only
//! workers, on this machine. Pure: the files that a profile names are read elsewhere.

#[cfg(test)]
pub(super) mod arbitrary;
mod full;
mod merge;
pub mod model;
mod rate_limit;
pub(super) mod resolve;
mod scalar;
mod settings;

pub(super) use full::full;
pub use rate_limit::{PerSecond, RateLimit};
pub use scalar::FrontendAddress;
pub use settings::{ClientCertificate, ClientTls, Existing};

#[cfg(test)]
mod tests;
