//! What runs Temporal for the processes of this place.

use camino::Utf8PathBuf;
use model::profile;
use model::profile::existing::Existing;

/// What runs Temporal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// The development server of the Temporal CLI.
    DevServer {
        /// The path of the Temporal CLI, if the profile sets it.
        cli: Option<Utf8PathBuf>,
    },
    /// The released server: one process per role and replica, and MySQL.
    Server,
    /// Somebody else. This place runs only workers.
    Existing(Box<Existing>),
}

impl From<profile::Engine> for Engine {
    fn from(engine: profile::Engine) -> Self {
        match engine {
            profile::Engine::DevServer { cli } => Self::DevServer { cli },
            profile::Engine::Server => Self::Server,
        }
    }
}
