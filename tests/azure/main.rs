//! Witnesses of others: what the client asks of Azure and what the built-in Azure answers, judged by
//! Microsoft's own tools, so that neither of the two is a witness for itself.
//!
//! `openapi` holds recorded traffic against Microsoft's descriptions of its interfaces, by its own
//! validator for them (`oav`, of npm). `clients` has Microsoft's clients for Python use the built-in Azure. Needs
//! Node with npm, Python with `venv`, and the contract data; without them the tests are skipped,
//! unless `HARNESS_REQUIRE` names `azure-judges` or `azure-contract`. Nothing here leaves the machine
//! but the installation of the tools, which is done once for each set of versions.
#![cfg(unix)]

mod child;
mod clients;
mod contract;
mod described;
mod install;
mod mutants;
mod openapi;
mod served;
mod tour;
mod world;
