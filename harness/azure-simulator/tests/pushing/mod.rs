//! Images and the registry of the built-in Azure, with TLS.

mod archives;
mod fixture;
mod pulls;
mod pushes;
mod refusals;
