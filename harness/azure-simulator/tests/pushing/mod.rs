//! Images against the registry of the built-in Azure, behind TLS.

mod archives;
mod fixture;
mod pulls;
mod pushes;
mod refusals;
