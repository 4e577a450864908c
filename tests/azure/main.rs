//! Independent checks: Microsoft's own tools judge what the client asks Azure and what the built-in
//! Azure answers, so that neither of the two is checked only against the other.
//!
//! `openapi` checks recorded traffic against Microsoft's API specifications, with Microsoft's own
//! validator (`oav`, from npm). `clients` runs Microsoft's clients for Python against the built-in
//! Azure. The tests need Node with npm, Python with `venv`, and the contract data. Without them they
//! are ignored; they fail if `HARNESS_REQUIRE` contains `azure-judges` or `azure-contract`. Only the
//! installation of the tools uses the network, once for each set of versions.

mod child;
mod clients;
mod described;
mod install;
mod mutants;
mod openapi;
mod served;
mod tour;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    testing::suite::run([
        clients::tests(),
        mutants::tests(),
        openapi::tests(),
        served::tests(),
    ])
}
