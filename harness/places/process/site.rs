//! What all parts of this place share.

use std::net::SocketAddr;

use backend::state::{Directory, Lock};
use base::tool::Environment;
use camino::Utf8PathBuf;
use model::plan::{ResourceId, ResourceKind};
use model::profile::Engine;
use tokio_util::sync::CancellationToken;

use super::children::Children;
use super::docker_site::DockerSite;
use super::error::Error;
use super::names::{FRONTEND, TEMPORAL};
use super::records;

/// The settings of the process backend.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The user's working folder.
    pub root: Utf8PathBuf,
    /// What runs Temporal.
    pub engine: Engine,
    pub environment: Environment,
    /// When this is cancelled, waits that can be forced end at once, such as the wait for a
    /// replica's end.
    pub haste: CancellationToken,
}

/// The state folder, its lock, and what this command started in it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) settings: Settings,
    pub(super) state: Directory,
    lock: Option<Lock>,
    /// The processes that this command started.
    pub(super) children: Children,
    pub(super) http: reqwest::Client,
    pub(super) docker: DockerSite,
}

impl Site {
    /// The site of a state folder. Without `lock` nothing can be started.
    pub(super) fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let http = base::http::loopback_client().map_err(backend::Error::new)?;
        Ok(Self {
            docker: DockerSite::new(state.clone(), settings.environment.clone(), http.clone()),
            settings,
            state,
            lock,
            children: Children::default(),
            http,
        })
    }

    /// The lock of the folder, which every start needs.
    pub(super) fn lock(&self) -> Result<&Lock, Error> {
        self.lock.as_ref().ok_or(Error::NotOwner)
    }

    /// The replica that clients connect to.
    fn frontend(&self) -> &'static str {
        match self.settings.engine {
            Engine::DevServer { .. } => TEMPORAL,
            Engine::Server => FRONTEND,
        }
    }

    /// The address for clients, if a frontend was started and not taken down since.
    pub(super) fn frontend_address(&self) -> Result<Option<SocketAddr>, Error> {
        let launch = records::of(&self.state, self.frontend())?;
        let listen = launch.and_then(|mut launch| launch.ports.remove("grpc"));
        Ok(listen.map(|listen| listen.address))
    }

    /// The same as [`Self::frontend_address`], but an error if there is none.
    pub(super) fn known_frontend(&self) -> Result<SocketAddr, Error> {
        let address = self.frontend_address()?;
        address.ok_or_else(|| Error::Unknown {
            id: ResourceId::new(ResourceKind::Process, self.frontend()),
        })
    }

    /// The same as [`Self::frontend_address`], but only if the frontend is alive.
    pub(super) fn living_frontend(&self) -> Result<Option<SocketAddr>, Error> {
        let lives = records::is_alive(&self.state, self.frontend())?;
        Ok(self.frontend_address()?.filter(|_| lives))
    }
}
