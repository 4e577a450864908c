//! What runs Temporal for the processes of this place.

use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile;
use model::profile::existing::Existing;

use super::existing::Cluster;

/// What runs Temporal.
#[derive(Debug)]
pub enum Engine {
    /// The development server of the Temporal CLI.
    DevServer {
        /// The path of the Temporal CLI, if the profile sets it.
        cli: Option<Utf8PathBuf>,
    },
    /// The released server: one process per role and replica, and MySQL.
    Server,
    /// Somebody else. This place runs only workers.
    Existing(Box<Cluster>),
}

impl Engine {
    /// The existing cluster of a profile. Relative paths begin at `root`.
    pub fn existing(settings: Existing, root: &Utf8Path, environment: &Environment) -> Self {
        Self::Existing(Box::new(Cluster::new(settings, root, environment)))
    }
}

impl From<profile::Engine> for Engine {
    fn from(engine: profile::Engine) -> Self {
        match engine {
            profile::Engine::DevServer { cli } => Self::DevServer { cli },
            profile::Engine::Server => Self::Server,
        }
    }
}
