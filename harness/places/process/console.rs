//! The record of the web console's container, and what that is made from.
//!
//! It shares this machine's network, so that it reaches the frontend on 127.0.0.1 and is reached
//! there, and nowhere else.

use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{present, read_json, write_atomically};
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

/// Where the image has its configuration.
const CONFIGURATION: &str = "/home/ui-server/config/docker.yaml";

/// What the container is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Console {
    /// Its container's name.
    pub(super) name: String,
    /// Id of its image.
    pub(super) image: String,
    /// Where it listens.
    pub(super) listen: Listen,
    /// The frontend that it shows.
    pub(super) frontend: SocketAddr,
    pub(super) needs: Vec<ResourceId>,
    pub(super) ready_timeout: Duration,
}

impl Console {
    /// The resource.
    pub(super) fn id() -> ResourceId {
        ResourceId::new(ResourceKind::Container, WEB)
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

    /// What must answer 200 for it to count as ready.
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
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::from);
        let written = text.and_then(|text| write_atomically(&path(state), &text));
        written.map_err(Error::file("write", path(state)))
    }

    /// Forgets it, once its container is removed.
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
