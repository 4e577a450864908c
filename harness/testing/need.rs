//! Needs of a test that a machine may not meet.

use std::process::{Command, Stdio};

use base::tool::Environment;
use docker::Engine;

use crate::azure_contract;
use crate::suite::block_on;

/// Something that tests need and a machine may lack.
#[derive(Clone, Copy)]
pub struct Need {
    /// Its name in `HARNESS_REQUIRE`.
    pub name: &'static str,
    /// Looks for it. The error is the reason why it is missing.
    pub look: fn() -> Result<(), String>,
}

impl Need {
    /// Whether `HARNESS_REQUIRE` contains it. If so and it is missing, the tests that need it fail.
    pub(crate) fn is_required(&self) -> bool {
        let required = std::env::var("HARNESS_REQUIRE").unwrap_or_default();
        required.split(',').any(|required| required == self.name)
    }
}

pub const DOCKER: Need = Need {
    name: "docker",
    look: || {
        let connected = block_on(Engine::connect(&Environment::of_process()));
        connected.map(drop).map_err(|error| error.to_string())
    },
};

pub const K3D: Need = Need {
    name: "k3d",
    look: || succeeds("k3d", &["version"]),
};

/// Microsoft's API specifications of Azure.
pub const AZURE_CONTRACT: Need = Need {
    name: "azure-contract",
    look: || {
        let folder = azure_contract::folder();
        let there = folder.is_dir();
        there
            .then_some(())
            .ok_or(format!("the folder {folder} does not exist"))
    },
};

/// Runs a program, and returns an error unless it succeeds.
pub fn succeeds(program: &str, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    let output = command
        .output()
        .map_err(|error| format!("`{program}` did not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let arguments = arguments.join(" ");
    Err(format!("`{program} {arguments}` failed: {}", said.trim()))
}
