//! Renders the objects of a cluster from a profile alone: no Docker, no cluster, no network.

use backend::WorkerSecrets;
use base::secret::Secret;
use kubernetes::{Group, Images, MysqlServer, NAMESPACE, Resolver, Site};
use model::topology::{Tls, Topology};

use super::ports;

/// Placeholders for values that only a machine knows.
const WORKER: &str = "<the worker's image>";
const HOST: &str = "<the database's name on its network>";
const CERTIFICATE: &str = "<the database's certificate>";

/// The groups of a topology's objects. The worker's image, unless the profile names it, and the
/// facts of the database are placeholders in angle brackets.
pub fn objects(profile: &str, topology: &Topology) -> Vec<Group> {
    let images = Images::rendered(topology, WORKER);
    let mysql = MysqlServer {
        host: HOST.to_owned(),
        port: database::PORT,
        user: database::USER.to_owned(),
        password: Secret::new(""),
        roots: match topology.database.tls {
            Tls::Required => Some(CERTIFICATE.to_owned()),
            Tls::Off => None,
        },
    };
    kubernetes::objects(
        topology,
        &site(profile, images, mysql, WorkerSecrets::hidden(topology)),
    )
}

/// What the objects of a profile are rendered for.
pub(super) fn site(
    profile: &str,
    images: Images,
    mysql: MysqlServer,
    secrets: WorkerSecrets,
) -> Site {
    Site {
        namespace: NAMESPACE.to_owned(),
        instance: profile.to_owned(),
        images,
        mysql,
        secrets,
        exposure: ports::exposure(),
        resolver: Resolver::Pods,
    }
}
