//! What tests of several crates share: what a machine may not have, tools that a test makes, the
//! engine of this machine, and the project's own profiles.
//!
//! No part of the program. It stands on `base`, `model` and `docker`: tests of these that need it are
//! integration tests, since a unit test would see a second copy of their types.

use camino::Utf8PathBuf;

pub mod azure_contract;
pub mod docker_engine;
pub mod machine;
pub mod need;
pub mod profile;

/// The project's folder.
pub fn project() -> Utf8PathBuf {
    let here = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors().nth(2);
    above.expect("the crate is two folders deep").to_owned()
}
