//! Helpers for tests of several crates: optional needs of a test, tools that a test makes, the
//! Docker engine of this machine, and the project's own profiles.
//!
//! This crate is not part of the program. It depends on `base`, `model` and `docker`. Tests of
//! these crates that use it must be integration tests, because a unit test would see a second copy
//! of their types.

use camino::Utf8PathBuf;

pub mod azure_contract;
pub mod docker_engine;
pub mod machine;
pub mod need;
pub mod profile;
pub mod suite;

/// The root folder of the project.
pub fn project() -> Utf8PathBuf {
    let here = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors().nth(2);
    above.expect("the crate is two folders deep").to_owned()
}
