//! The names of backends on the command line.

use model::profile::{Backend, Engine, K3d};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Named {
    /// A local Kubernetes cluster in k3d, with MySQL in a container beside it
    K3d,
    /// Processes on this machine
    Process,
    /// A model that runs no program
    Simulated,
}

impl Named {
    /// The name on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::K3d => "k3d",
            Self::Process => "process",
            Self::Simulated => "simulated",
        }
    }

    /// The backend with that name.
    pub(super) fn by_word(word: &str) -> Option<Self> {
        clap::ValueEnum::from_str(word, false).ok()
    }

    /// The backend of that name, with the profile's settings for it, else its defaults.
    pub(super) fn of(self, written: &Backend) -> Backend {
        match (self, written) {
            (Self::K3d, Backend::Local { k3d, .. } | Backend::K3d(k3d)) => {
                Backend::K3d(k3d.clone())
            }
            (Self::K3d, _) => Backend::K3d(K3d::default()),
            (Self::Process, Backend::Local { engine, .. } | Backend::Process { engine }) => {
                Backend::Process {
                    engine: engine.clone(),
                }
            }
            (Self::Process, _) => Backend::Process {
                engine: Engine::default(),
            },
            (Self::Simulated, _) => Backend::Simulated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_backend_keeps_what_the_profile_says_of_it() {
        let sets = ["backend={local: {k3d: {agents: 2}}}"];
        let local = testing::profile::profile("local", &sets);
        let Backend::K3d(k3d) = Named::K3d.of(&local.backend) else {
            panic!("another backend was chosen");
        };
        assert_eq!(k3d.agents, 2);
        assert_eq!(
            Named::K3d.of(&Backend::Simulated),
            Backend::K3d(K3d::default())
        );
        assert_eq!(Named::Simulated.of(&local.backend), Backend::Simulated);
    }
}
