//! Renders the template and the objects of a place from a profile alone: no account, no cluster, no
//! network.

use azure::template::{self, Caller, CallerKind, DeploymentScope, Names};
use backend::WorkerSecrets;
use base::secret::Secret;
use kubernetes::{Group, Images, MysqlServer, NAMESPACE, Site};
use model::profile::azure::Azure;
use model::topology::Topology;
use serde_json::Value;

use super::objects::{RESOLVER, exposure};
use super::roots;
use super::scope::PROFILE;

/// Placeholders for values that only Azure or a machine knows.
const ZERO_ID: &str = "00000000-0000-0000-0000-000000000000";
const WORKER: &str = "<the registry>/worker@<the image's digest>";

/// The ARM template and the groups of objects. The ids of the subscription and of the caller are
/// zero unless the profile names them.
pub fn rendered(profile: &str, azure: &Azure, topology: &Topology) -> (Value, Vec<Group>) {
    let subscription = azure.subscription.as_deref().unwrap_or(ZERO_ID);
    let place = DeploymentScope {
        subscription: subscription.to_owned(),
        resource_group: azure.resource_group.clone(),
        profile: profile.to_owned(),
        caller: Caller {
            object_id: ZERO_ID.to_owned(),
            kind: CallerKind::User,
        },
    };
    let tags = [(PROFILE.to_owned(), profile.to_owned())].into();
    let template = template::template(azure, &topology.database, &place, &tags);
    let site = Site {
        namespace: NAMESPACE.to_owned(),
        instance: profile.to_owned(),
        images: Images::rendered(topology, WORKER),
        mysql: MysqlServer {
            host: format!("{}.mysql.database.azure.com", Names::of(&place).mysql),
            port: database::PORT,
            user: azure.mysql.administrator.clone(),
            password: Secret::new(""),
            roots: Some(roots::bundle().to_owned()),
        },
        secrets: WorkerSecrets::hidden(topology),
        exposure: exposure(&azure.expose),
        resolver: RESOLVER,
    };
    let template = serde_json::to_value(template).expect("a template serialises to JSON");
    (template, kubernetes::objects(topology, &site))
}
