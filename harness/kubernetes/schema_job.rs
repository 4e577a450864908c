//! The Job that brings the schemas of both stores up to date.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{Container, EnvVar};
use model::plan::{ResourceId, ResourceKind};
use model::topology::{Component, Digest, Topology};
use mysql::schema::Store;

use super::labels::Part;
use super::network_policy::{self, Peer};
use super::pod::{self, Pod, variable};
use super::{Group, Object, Site, base, workload};

/// The component of its objects, and the group's name.
pub(super) const SCHEMA: &str = "schema";

/// The number of retries, since MySQL may be unavailable for a moment. An interrupted migration
/// fails each time (temporal#1087), so more retries would only hide it.
const RETRIES: i32 = 1;

/// When the Job is stopped, in seconds. Stopping interrupts a migration, so this is far more than a
/// migration takes. It is for a Job that waits for a lock that is never released.
const DEADLINE: i64 = 1800;

/// The resource that the server's roles need.
pub(super) fn id() -> ResourceId {
    ResourceId::new(ResourceKind::Job, SCHEMA)
}

/// The group of the Job.
pub(super) fn group(topology: &Topology, site: &Site) -> Group {
    let part = Part {
        site,
        application: "temporal",
        component: SCHEMA,
        version: Some(&topology.temporal.version),
    };
    let database = topology
        .services
        .iter()
        .find(|service| service.component == Component::Database);
    let database = database.expect("every topology has a database");
    let mysql = [i32::from(site.mysql.port)];
    Group {
        id: id(),
        objects: vec![
            workload::service_account(&part),
            network_policy::of(&part, &[], &[(Peer::Anyone, &mysql)]),
            job(&part),
        ],
        needs: vec![base::id()],
        ready_timeout: database.ready_timeout,
    }
}

/// A Job cannot be changed, so its name contains the digest of its content, and other content is
/// another Job. It stays after it has ended, as evidence.
fn job(part: &Part<'_>) -> Object {
    let mut template = pod(part).template();
    if let Some(spec) = &mut template.spec {
        spec.restart_policy = Some("Never".to_owned());
    }
    let digest = Digest::of(&template);
    Object::Job(Box::new(Job {
        metadata: part.metadata(&format!("{SCHEMA}-{}", digest.short())),
        spec: Some(JobSpec {
            backoff_limit: Some(RETRIES),
            active_deadline_seconds: Some(DEADLINE),
            template,
            ..JobSpec::default()
        }),
        status: None,
    }))
}

fn pod<'a>(part: &Part<'a>) -> Pod<'a> {
    let (volumes, mounts) = base::ca_volume(part.site).into_iter().unzip();
    Pod {
        part: *part,
        container: Container {
            name: SCHEMA.to_owned(),
            image: Some(part.site.images.admin_tools.clone()),
            command: Some(["sh", "-ec", &script()].map(str::to_owned).to_vec()),
            env: Some(environment(part.site)),
            volume_mounts: Some(mounts),
            resources: Some(pod::resources("50m", "64Mi", "256Mi")),
            ..Container::default()
        },
        volumes,
        user: pod::TEMPORAL_USER,
        grace: 30,
        reads: None,
    }
}

/// Each step skips what exists already.
fn script() -> String {
    let steps = Store::ALL.map(|store| {
        let tool = format!("temporal-sql-tool --db {}", store.database());
        format!(
            "{tool} create-database\n\
             {tool} setup-schema -v 0.0\n\
             {tool} update-schema --schema-name {}\n",
            store.schema_name()
        )
    });
    steps.concat()
}

/// The variables of the SQL tool. Their names differ from those of the server.
fn environment(site: &Site) -> Vec<EnvVar> {
    let mysql = &site.mysql;
    let mut variables = vec![
        variable("SQL_PLUGIN", "mysql8"),
        variable("SQL_HOST", &mysql.host),
        variable("SQL_PORT", mysql.port.to_string()),
        variable("SQL_USER", &mysql.user),
        base::password_variable("SQL_PASSWORD"),
    ];
    if let Some(file) = base::ca_file(site) {
        variables.extend([
            variable("SQL_TLS", "true"),
            variable("SQL_TLS_CA_FILE", file),
            variable("SQL_TLS_SERVER_NAME", &mysql.host),
        ]);
    }
    variables
}
