//! The web console in a container: its release is an image, and no program.
//!
//! It shares this machine's network, so that it reaches the frontend on 127.0.0.1 and is reached
//! there, and nowhere else.

use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use backend::{Fetch, Provision};
use base::file::{present, read_json, write_atomically};
use camino::Utf8PathBuf;
use docker::{Container, ContainerSpec, Engine, Error, File, Status};
use model::plan::{Observed, Resource, ResourceId, State};
use model::quantity::Duration;
use model::topology::{Component, Digest, Topology};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::address::Listen;

/// The name of the container among the replicas of a topology.
pub(super) const WEB: &str = "web";

/// Where the image has its configuration.
const CONFIGURATION: &str = "/home/ui-server/config/docker.yaml";

/// What the container is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Console {
    /// Its container's name.
    name: String,
    /// Id of its image.
    image: String,
    /// Where it listens.
    pub(super) listen: Listen,
    /// The frontend that it shows.
    frontend: SocketAddr,
    needs: Vec<ResourceId>,
    ready_timeout: Duration,
}

impl Console {
    /// The resource.
    pub(super) fn id() -> ResourceId {
        ResourceId::new("container", WEB)
    }

    /// The console of a topology, with its image provided.
    pub(super) async fn provide(
        topology: &Topology,
        name: String,
        listen: Listen,
        frontend: SocketAddr,
        needs: Vec<ResourceId>,
        engine: &Engine,
        provision: Provision<'_>,
    ) -> Result<Option<Self>, Error> {
        let found = topology.services.iter().find_map(|it| match &it.component {
            Component::Web { version } => Some((version, it.ready_timeout)),
            _ => None,
        });
        let Some((version, ready_timeout)) = found else {
            return Ok(None);
        };
        let reference = format!("temporalio/ui:{version}");
        let image = match provision.fetch {
            Fetch::Missing => {
                let image =
                    engine.provide_image(&reference, provision.events.listener(), provision.cancel);
                image.await?.id
            }
            Fetch::Nothing => {
                let image = engine.image(&reference).await?;
                image.map_or_else(|| "not pulled yet".to_owned(), |image| image.id)
            }
        };
        Ok(Some(Self {
            name,
            image,
            listen,
            frontend,
            needs,
            ready_timeout,
        }))
    }

    /// As it should be.
    pub(super) fn resource(&self) -> Resource {
        Resource {
            id: Self::id(),
            digest: Digest::of(self),
            needs: self.needs.clone(),
            ready_timeout: self.ready_timeout,
        }
    }

    /// As it was made, if it was. A record that cannot be read is none: nobody is kept from stopping
    /// what Docker still knows.
    pub(super) fn read(state: &Directory) -> Option<Self> {
        Self::known(state).ok().flatten()
    }

    /// The same, where a record that cannot be read is an error: whether there is a console, nobody
    /// knows then.
    pub(super) fn known(state: &Directory) -> io::Result<Option<Self>> {
        read_json(&path(state))
    }

    /// As it is.
    pub(super) async fn observe(&self, engine: &Engine) -> Result<Observed, Error> {
        let dead = |reason: &str| State::Dead {
            reason: reason.to_owned(),
        };
        let state = match engine.container(&self.name).await? {
            Some(Container {
                status: Status::Running,
                ..
            }) => State::Live(Digest::of(self)),
            Some(container) => dead(&container.status.to_string()),
            None => dead("its container is gone"),
        };
        Ok(Observed {
            id: Self::id(),
            state,
            needs: self.needs.clone(),
        })
    }

    /// Makes the container anew.
    pub(super) async fn create(&self, engine: &Engine, state: &Directory) -> Result<(), Error> {
        self.write(state)
            .map_err(Error::file("write", path(state)))?;
        let (address, port) = (self.listen.address.ip(), self.listen.address.port());
        let origins = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}"));
        let configuration = json!({
            "temporalGrpcAddress": self.frontend,
            "host": address,
            "port": port,
            "enableUi": true,
            "disableNewsFetch": true,
            "cors": {"cookieInsecure": true, "allowOrigins": origins},
        });
        let spec = ContainerSpec {
            name: self.name.clone(),
            image: self.image.clone(),
            owner: state.path().as_str().to_owned(),
            network: Some("host".to_owned()),
            files: vec![File {
                path: CONFIGURATION.into(),
                // JSON is YAML.
                content: configuration.to_string().into_bytes(),
                mode: 0o444,
                owner: (0, 0),
            }],
            ..ContainerSpec::default()
        };
        engine.start_container(&spec).await.map(drop)
    }

    /// Removes the container, if there is one.
    pub(super) async fn remove(&self, engine: &Engine, state: &Directory) -> Result<(), Error> {
        engine.remove_container(&self.name).await?;
        let removed = present(fs_err::remove_file(path(state)));
        removed
            .map(drop)
            .map_err(Error::file("remove", path(state)))
    }

    /// Kills the container; says whether it ran and is down.
    pub(super) async fn kill(&self, engine: &Engine) -> Result<bool, Error> {
        let hit = engine.kill_container(&self.name).await?;
        let found = engine.container(&self.name).await?;
        Ok(hit && found.is_some_and(|found| found.status != Status::Running))
    }

    /// Starts the container again, if it was not taken down since.
    pub(super) async fn start_again(&self, engine: &Engine) -> Result<(), Error> {
        match engine.container(&self.name).await? {
            Some(_) => engine.start_again(&self.name).await,
            None => Ok(()),
        }
    }

    /// What must answer 200 for it to count as ready.
    pub(super) fn url(&self) -> String {
        format!("http://{}/healthz", self.listen.address)
    }

    /// Its container's name.
    pub(super) fn container(&self) -> &str {
        &self.name
    }

    fn write(&self, state: &Directory) -> io::Result<()> {
        write_atomically(&path(state), &serde_json::to_vec_pretty(self)?)
    }
}

fn path(state: &Directory) -> Utf8PathBuf {
    state.run().join("web.json")
}
