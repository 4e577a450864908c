//! What a database is to be, and what was made ready for it.

use std::net::SocketAddr;

use base::news::Listener;
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::{Resource, ResourceId};
use model::quantity::Duration;
use model::topology::Digest;
use mysql::Access;
use mysql::preflight::Needs;

use super::SchemaTool;
use super::container::Blueprint;
use super::mysql::{access, container_id, schema_id};
use super::snapshot::Snapshot;

/// How long reading both schemas may take until they are found current.
const SCHEMA_READY: Duration = Duration::from_secs(120);

/// What a backend wants of its database.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it is to listen on this machine.
    pub address: SocketAddr,
    /// The Docker network that it joins, where it is found by the name [`Mysql::host`](super::Mysql::host).
    pub network: Option<String>,
    /// The resources that must be there before the container, such as that network.
    pub needs: Vec<ResourceId>,
    /// What makes the schemas of the golden snapshot.
    pub schema_tool: SchemaTool,
    /// Whether `schema/temporal` is a resource here (or something else brings the schema up to
    /// date, such as a Job in a cluster).
    pub schema: bool,
}

/// What is known once everything is provided.
#[derive(Debug)]
pub struct Prepared {
    pub(super) wanted: Wanted,
    pub(super) blueprint: Blueprint,
    pub(super) snapshot: Snapshot,
    /// The release of Temporal.
    pub(super) server: String,
    pub(super) history_shards: u32,
    pub(super) asks: Needs,
    pub(super) ready_timeout: Duration,
    pub(super) news: Listener,
    /// The file with the certificate (PEM) that its own comes from; none without TLS.
    pub(super) roots_file: Option<Utf8PathBuf>,
}

impl Prepared {
    /// The resources that it will be.
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

    /// How clients on this machine will reach it.
    pub fn access(&self) -> Access {
        let Blueprint {
            address,
            password,
            certificates,
            ..
        } = &self.blueprint;
        let roots = certificates.as_ref().map(|made| made.authority.clone());
        access(*address, password.clone(), roots)
    }

    /// The file with the certificate (PEM) that its own comes from; none without TLS.
    pub fn roots_file(&self) -> Option<&Utf8Path> {
        self.roots_file.as_deref()
    }
}
