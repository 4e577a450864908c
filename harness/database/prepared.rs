//! The desired database, and what was prepared for it.

use std::net::SocketAddr;

use base::news::Listener;
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::{Resource, ResourceId};
use model::quantity::Duration;
use model::topology::Digest;
use mysql::ConnectOptions;
use mysql::preflight::Needs;

use super::SchemaTool;
use super::blueprint::Blueprint;
use super::mysql::{container_id, schema_id};
use super::site::connect_options;
use super::snapshot::Snapshot;

/// How long it may take until both schemas are current.
const SCHEMA_READY: Duration = Duration::from_secs(120);

/// What a backend wants from its database.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The address to listen on, on this machine.
    pub address: SocketAddr,
    /// The Docker network to join. Its alias there is [`Names::host`](super::Names::host).
    pub network: Option<String>,
    /// The resources that must exist before the container, such as that network.
    pub needs: Vec<ResourceId>,
    /// The tool that makes the schemas of the golden snapshot.
    pub schema_tool: SchemaTool,
    /// Whether `schema/temporal` is a resource here. Otherwise something else updates the schemas,
    /// such as a Job in a cluster.
    pub schema: bool,
}

/// A database that is prepared: image, password and certificates exist.
#[derive(Debug)]
pub struct Prepared {
    pub(super) wanted: Wanted,
    pub(super) blueprint: Blueprint,
    pub(super) snapshot: Snapshot,
    /// The release of Temporal.
    pub(super) server: String,
    pub(super) history_shards: u32,
    pub(super) requirements: Needs,
    pub(super) ready_timeout: Duration,
    pub(super) news: Listener,
    /// The file with the authority's certificate (PEM); `None` without TLS.
    pub(super) roots_file: Option<Utf8PathBuf>,
}

impl Prepared {
    /// The desired resources.
    pub fn desire(&self) -> Vec<Resource> {
        let container = Resource {
            id: container_id(),
            digest: self.blueprint.digest(),
            needs: self.wanted.needs.clone(),
            ready_timeout: self.ready_timeout,
        };
        let schema = self.wanted.schema.then(|| Resource {
            id: schema_id(),
            digest: Digest::of(&self.server),
            needs: vec![container_id()],
            ready_timeout: SCHEMA_READY,
        });
        std::iter::once(container).chain(schema).collect()
    }

    /// How clients on this machine will connect.
    pub fn connect_options(&self) -> ConnectOptions {
        let Blueprint {
            address,
            password,
            certificates,
            ..
        } = &self.blueprint;
        let roots = certificates.as_ref().map(|made| made.authority.clone());
        connect_options(*address, password.clone(), roots)
    }

    /// The file with the authority's certificate (PEM); `None` without TLS.
    pub fn roots_file(&self) -> Option<&Utf8Path> {
        self.roots_file.as_deref()
    }
}
