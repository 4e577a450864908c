//! The base of the services: the namespace, its default policies, and the configuration for the
//! database and the server.

use base::secret::Secret as TextSecret;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{
    ConfigMap, ConfigMapVolumeSource, EnvVar, Namespace, Secret, Volume, VolumeMount,
};
use kube::Api;
use model::plan::{ResourceId, ResourceKind};
use model::quantity::Duration;
use model::topology::{Digest, Topology, dynamic_config_text};

use super::cluster::call;
use super::labels::{Part, owned};
use super::{Cluster, Group, Object, Resolver, Site, network_policy, pod};

/// The Secret with the password of the database.
const MYSQL: &str = "mysql";
const PASSWORD: &str = "password";
/// The `ConfigMap` with the authority's certificates for the database.
const MYSQL_CA: &str = "mysql-ca";
const CA_FILE: &str = "ca.pem";
const CA_FOLDER: &str = "/etc/temporal/mysql-ca";
/// The `ConfigMap` with the dynamic configuration.
const DYNAMIC_CONFIG: &str = "dynamic-config";
const DYNAMIC_CONFIG_FILE: &str = "dynamic-config.yaml";
const DYNAMIC_CONFIG_FOLDER: &str = "/etc/temporal/dynamic-config";

/// How long a namespace may take to become usable. Nothing has to be fetched or started for it.
const READY: Duration = Duration::from_secs(120);

/// The resource that all others need.
pub(super) fn id() -> ResourceId {
    ResourceId::new(ResourceKind::Base, "temporal")
}

/// The group of the base.
pub(super) fn group(topology: &Topology, site: &Site) -> Group {
    let part = Part {
        site,
        application: "temporal",
        component: "base",
        version: Some(&topology.temporal.version),
    };
    let mut objects = vec![namespace(&part), password(&part)];
    objects.extend(certificates(&part));
    objects.extend([
        configuration(&part, topology),
        network_policy::nobody(part.metadata("default-deny")),
        network_policy::name_resolution(part.metadata("name-resolution")),
    ]);
    if site.resolver == Resolver::PodsOrNode {
        let metadata = part.metadata("name-resolution-on-the-node");
        objects.push(network_policy::name_resolution_on_the_node(&metadata));
    }
    Group {
        id: id(),
        objects,
        needs: Vec::new(),
        ready_timeout: READY,
    }
}

/// The namespace. Its pod security level admits only pods without special privileges.
fn namespace(part: &Part<'_>) -> Object {
    let mut metadata = part.metadata(&part.site.namespace);
    metadata.namespace = None;
    let security = [
        ("pod-security.kubernetes.io/enforce", "restricted"),
        ("pod-security.kubernetes.io/warn", "restricted"),
    ];
    metadata
        .labels
        .get_or_insert_default()
        .extend(owned(security));
    Object::Namespace(Namespace {
        metadata,
        ..Namespace::default()
    })
}

fn password(part: &Part<'_>) -> Object {
    let text = part.site.mysql.password.reveal();
    let data = (PASSWORD.to_owned(), ByteString(text.as_bytes().to_vec()));
    Object::Secret(Secret {
        metadata: part.metadata(MYSQL),
        type_: Some("Opaque".to_owned()),
        data: Some([data].into()),
        ..Secret::default()
    })
}

fn certificates(part: &Part<'_>) -> Option<Object> {
    let roots = part.site.mysql.roots.as_deref()?;
    Some(Object::ConfigMap(ConfigMap {
        metadata: part.metadata(MYSQL_CA),
        data: Some(owned([(CA_FILE, roots)])),
        ..ConfigMap::default()
    }))
}

/// The dynamic configuration. It exists even when empty, because the server exits if the file is
/// missing.
fn configuration(part: &Part<'_>, topology: &Topology) -> Object {
    Object::ConfigMap(ConfigMap {
        metadata: part.metadata(DYNAMIC_CONFIG),
        data: Some(owned([(
            DYNAMIC_CONFIG_FILE,
            &dynamic_config_text(&topology.temporal.dynamic_config),
        )])),
        ..ConfigMap::default()
    })
}

/// The digest of everything that a server reads from the base. Pods carry it, so they are replaced
/// when any of it changes: mounted files change in running pods, but certificates and variables are
/// read only once.
pub(super) fn digest(topology: &Topology, site: &Site) -> Digest {
    let mysql = &site.mysql;
    Digest::of(&(
        dynamic_config_text(&topology.temporal.dynamic_config),
        mysql.password.reveal(),
        &mysql.roots,
    ))
}

impl Cluster {
    /// The database's password in the cluster; `None` if the cluster has none.
    pub async fn database_password(&self) -> Result<Option<TextSecret>, backend::Error> {
        let secrets: Api<Secret> = self.in_namespace();
        let found = call("read the database's password", secrets.get_opt(MYSQL)).await?;
        let bytes = found.and_then(|found| found.data?.remove(PASSWORD));
        let text = bytes.and_then(|bytes| String::from_utf8(bytes.0).ok());
        Ok(text.map(TextSecret::new))
    }
}

/// The variable with the database's password.
pub(super) fn password_variable(name: &str) -> EnvVar {
    pod::secret_variable(name, MYSQL, PASSWORD)
}

/// The path of the file with the authority's certificates for the database; `None` without TLS.
pub(super) fn ca_file(site: &Site) -> Option<String> {
    let roots = site.mysql.roots.as_ref();
    roots.map(|_| format!("{CA_FOLDER}/{CA_FILE}"))
}

/// The path of the file with the dynamic configuration.
pub(super) fn dynamic_config_file() -> String {
    format!("{DYNAMIC_CONFIG_FOLDER}/{DYNAMIC_CONFIG_FILE}")
}

/// The folder with the authority's certificates for the database; `None` without TLS.
pub(super) fn ca_volume(site: &Site) -> Option<(Volume, VolumeMount)> {
    let roots = site.mysql.roots.as_ref();
    roots.map(|_| mounted(MYSQL_CA, CA_FOLDER))
}

/// The folder with the dynamic configuration.
pub(super) fn dynamic_config_volume() -> (Volume, VolumeMount) {
    mounted(DYNAMIC_CONFIG, DYNAMIC_CONFIG_FOLDER)
}

fn mounted(config_map: &str, path: &str) -> (Volume, VolumeMount) {
    let volume = Volume {
        name: config_map.to_owned(),
        config_map: Some(ConfigMapVolumeSource {
            name: config_map.to_owned(),
            ..ConfigMapVolumeSource::default()
        }),
        ..Volume::default()
    };
    let mount = VolumeMount {
        name: config_map.to_owned(),
        mount_path: path.to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    };
    (volume, mount)
}
