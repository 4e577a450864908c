//! Needs of these tests that a machine may not meet.

use testing::need::succeeds;
pub(crate) use testing::need::{K3D, Need};

/// The command `docker`, and an engine that answers it.
pub(crate) const DOCKER: Need = Need {
    name: "docker",
    look: || succeeds("docker", &["version"]),
};

/// Linux, because the image of the worker contains the worker that was built here, and the tests
/// find processes and their owners in `/proc`.
pub(crate) const LINUX: Need = Need {
    name: "linux",
    look: || match std::env::consts::OS {
        "linux" => Ok(()),
        other => Err(format!("this is {other}")),
    },
};
