//! What all parts of this place share.

use std::net::SocketAddr;
use std::sync::Arc;

use backend::probe;
use backend::state::{Directory, Lock};
use base::causes::in_one_line;
use base::tool::Environment;
use camino::Utf8PathBuf;
use model::plan::{ResourceId, ResourceKind};
use temporal::Client;
use tokio_util::sync::CancellationToken;

use super::children::Children;
use super::docker_site::DockerSite;
use super::engine::Engine;
use super::error::Error;
use super::existing::Cluster;
use super::launch::Launch;
use super::names::{FRONTEND, TEMPORAL};
use super::records;

/// The settings of the process backend.
#[derive(Debug)]
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
    lock: Option<Arc<Lock>>,
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
        let lock = lock.map(Arc::new);
        let (folder, environment) = (state.clone(), settings.environment.clone());
        Ok(Self {
            docker: DockerSite::new(folder, environment, http.clone(), lock.clone()),
            settings,
            state,
            lock,
            children: Children::default(),
            http,
        })
    }

    /// The cluster that this place did not start, with an engine of somebody else.
    pub(super) fn cluster(&self) -> Option<&Cluster> {
        match &self.settings.engine {
            Engine::Existing(cluster) => Some(cluster),
            Engine::DevServer { .. } | Engine::Server => None,
        }
    }

    /// The lock of the folder, which every start needs.
    pub(super) fn lock(&self) -> Result<&Lock, Error> {
        self.lock.as_deref().ok_or(Error::NotOwner)
    }

    /// The replica that clients connect to. An existing cluster has none here.
    pub(super) fn frontend(&self) -> &'static str {
        match self.settings.engine {
            Engine::DevServer { .. } => TEMPORAL,
            Engine::Server | Engine::Existing(_) => FRONTEND,
        }
    }

    /// A client for one check, of a frontend here or, for `None`, of the existing cluster.
    pub(super) async fn client(
        &self,
        frontend: Option<SocketAddr>,
        namespace: &str,
    ) -> Result<Client, String> {
        let Some(frontend) = frontend else {
            let cluster = self.cluster();
            let cluster = cluster.ok_or("its profile names no existing cluster any more")?;
            let client = cluster.client().await;
            return client.cloned().map_err(|error| in_one_line(&error));
        };
        probe::client(frontend, namespace).await
    }

    /// The address of a frontend for people.
    pub(super) fn address_of(&self, frontend: Option<SocketAddr>) -> String {
        match (frontend, self.cluster()) {
            (Some(frontend), _) => frontend.to_string(),
            (None, Some(cluster)) => cluster.described().address,
            (None, None) => "an existing cluster".to_owned(),
        }
    }

    /// The address for clients, if a frontend was started and not taken down since. A damaged
    /// record is an error.
    pub(super) fn frontend_address(&self) -> Result<Option<SocketAddr>, Error> {
        let launch = records::of(&self.state, self.frontend())?;
        Ok(launch.damaged_as_error()?.and_then(address_for_clients))
    }

    /// The same as [`Self::frontend_address`], but an error if there is none.
    pub(super) fn known_frontend(&self) -> Result<SocketAddr, Error> {
        let address = self.frontend_address()?;
        address.ok_or_else(|| Error::Unknown {
            id: ResourceId::new(ResourceKind::Process, self.frontend()),
        })
    }

    /// The address of the frontend, if it is alive. A frontend with a damaged record counts as
    /// dead, because it will be replaced.
    pub(super) fn living_frontend(&self) -> Result<Option<SocketAddr>, Error> {
        if !records::is_alive(&self.state, self.frontend())? {
            return Ok(None);
        }
        let launch = records::of(&self.state, self.frontend())?;
        Ok(launch.damaged_as_none().and_then(address_for_clients))
    }
}

fn address_for_clients(mut frontend: Launch) -> Option<SocketAddr> {
    let listen = frontend.ports.remove("grpc");
    listen.map(|listen| listen.address)
}
