//! The record of the web console's container, and the container's specification.
//!
//! The container shares this machine's network. So it reaches the frontend on 127.0.0.1, and can be
//! reached only there.

use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{Stored, present, read_stored, write_json};
use camino::Utf8PathBuf;
use docker::{ContainerSpec, Error, File};
use model::plan::{Resource, ResourceId, ResourceKind};
use model::quantity::Duration;
use model::topology::Digest;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::address::Listen;

/// The name of the container among the replicas of a topology.
pub(super) const WEB: &str = "web";

/// The path of the configuration in the image.
const CONFIGURATION: &str = "/home/ui-server/config/docker.yaml";

/// What the container is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Console {
    pub(super) name: String,
    pub(super) image: String,
    /// Where it listens.
    pub(super) listen: Listen,
    /// The address of the frontend that it shows.
    pub(super) frontend: SocketAddr,
    pub(super) needs: Vec<ResourceId>,
    pub(super) ready_timeout: Duration,
}

impl Console {
    pub(super) fn id() -> ResourceId {
        ResourceId::new(ResourceKind::Container, WEB)
    }

    pub(super) fn resource(&self) -> Resource {
        Resource {
            id: Self::id(),
            digest: Digest::of(self),
            needs: self.needs.clone(),
            ready_timeout: self.ready_timeout,
        }
    }

    /// The console that was created, if any.
    pub(super) fn read(state: &Directory) -> Result<Stored<Self, Error>, Error> {
        let unreadable = || Error::file("read", path(state));
        let stored = read_stored(&path(state)).map_err(unreadable())?;
        Ok(stored.map_damage(unreadable()))
    }

    /// The URL that must answer 200 when the console is ready.
    pub(super) fn url(&self) -> String {
        format!("http://{}/healthz", self.listen.address)
    }

    /// The container, on this machine's network.
    pub(super) fn spec(&self, state: &Directory) -> ContainerSpec {
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
        ContainerSpec {
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
        }
    }

    pub(super) fn write(&self, state: &Directory) -> Result<(), Error> {
        write_json(&path(state), self).map_err(Error::file("write", path(state)))
    }

    /// Removes the record. Call it after the container was removed.
    pub(super) fn forget(state: &Directory) -> Result<(), Error> {
        let removed = present(fs_err::remove_file(path(state)));
        removed
            .map(drop)
            .map_err(Error::file("remove", path(state)))
    }
}

fn path(state: &Directory) -> Utf8PathBuf {
    state.run().join("web.json")
}
