//! Converts between this crate's container types and those of the engine's API.

use std::collections::HashMap;
use std::net::SocketAddr;

use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum,
    EndpointSettings, HostConfig, Mount as ApiMount, MountType, NetworkingConfig, PortBinding,
    PortMap,
};
use bollard::query_parameters::{CreateContainerOptionsBuilder, UploadToContainerOptionsBuilder};
use jiff::Timestamp;

use super::container::{Container, ContainerSpec, File, Mount, Publish, Status};
use super::{Engine, Error, OWNER};

impl Engine {
    /// Creates a container and copies its files into it.
    pub(super) async fn create_container(&self, spec: &ContainerSpec) -> Result<(), Error> {
        let name = &spec.name;
        self.make_way(name, &spec.owner).await?;
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let created = self.api.create_container(Some(options), body(spec)).await;
        created.map_err(Error::api(format!("create the container {name}")))?;
        if spec.files.is_empty() {
            return Ok(());
        }
        let failed = Error::file("pack the files of", name);
        let archive = archive(&spec.files).map_err(failed)?;
        let options = UploadToContainerOptionsBuilder::default().path("/").build();
        let archive = bollard::body_full(archive.into());
        let uploaded = self.api.upload_to_container(name, Some(options), archive);
        uploaded
            .await
            .map_err(Error::api(format!("copy files into the container {name}")))
    }
}

fn body(spec: &ContainerSpec) -> ContainerCreateBody {
    let ContainerSpec {
        name: _,
        image,
        arguments,
        entrypoint,
        user,
        environment,
        labels,
        owner,
        network,
        aliases,
        publish,
        mounts,
        files: _,
        memory,
        stop_timeout,
    } = spec;
    let variable = |(name, value): (&String, &String)| format!("{name}={value}");
    let mut labels: HashMap<_, _> = labels.clone().into_iter().collect();
    labels.insert(OWNER.to_owned(), owner.clone());
    // The engine's API counts bytes as `i64`. A swap limit equal to the memory limit means no swap.
    let memory = memory.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    ContainerCreateBody {
        image: Some(image.clone()),
        cmd: (!arguments.is_empty()).then(|| arguments.clone()),
        entrypoint: entrypoint.clone(),
        user: user.clone(),
        env: Some(environment.iter().map(variable).collect()),
        labels: Some(labels),
        stop_timeout: stop_timeout.map(|time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX)),
        exposed_ports: Some(publish.iter().map(Publish::key).collect()),
        host_config: Some(HostConfig {
            network_mode: network.clone(),
            port_bindings: Some(bindings(publish)),
            mounts: Some(mounts.iter().map(mount).collect()),
            memory,
            memory_swap: memory,
            ..HostConfig::default()
        }),
        networking_config: endpoint(network.as_deref(), aliases),
        ..ContainerCreateBody::default()
    }
}

impl Publish {
    fn key(&self) -> String {
        format!("{}/tcp", self.container)
    }
}

fn bindings(publish: &[Publish]) -> PortMap {
    let binding = |publish: &Publish| {
        let binding = PortBinding {
            host_ip: Some(publish.host.ip().to_string()),
            host_port: Some(publish.host.port().to_string()),
        };
        (publish.key(), Some(vec![binding]))
    };
    publish.iter().map(binding).collect()
}

fn mount(mount: &Mount) -> ApiMount {
    ApiMount {
        typ: Some(MountType::VOLUME),
        source: Some(mount.volume.clone()),
        target: Some(mount.target.clone()),
        read_only: Some(mount.read_only),
        ..ApiMount::default()
    }
}

/// Aliases work only on user-defined networks: not on the default bridge, and not when the
/// container shares the network of the host or of another container.
fn endpoint(network: Option<&str>, aliases: &[String]) -> Option<NetworkingConfig> {
    let is_own = |network: &&str| !["host", "none"].contains(network) && !network.contains(':');
    let network = network.filter(is_own)?;
    let settings = EndpointSettings {
        aliases: Some(aliases.to_vec()),
        ..EndpointSettings::default()
    };
    Some(NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network.to_owned(), settings)])),
    })
}

/// A tar archive of files below the root. The engine creates missing folders.
fn archive(files: &[File]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(file.mode);
        header.set_uid(file.owner.0);
        header.set_gid(file.owner.1);
        let path = file.path.as_str().trim_start_matches('/');
        archive.append_data(&mut header, path, file.content.as_slice())?;
    }
    archive.into_inner()
}

impl From<ContainerInspectResponse> for Container {
    fn from(found: ContainerInspectResponse) -> Self {
        let labels = found.config.and_then(|config| config.labels);
        let started = found.state.as_ref().and_then(started);
        let ports = found.network_settings.and_then(|network| network.ports);
        Self {
            id: found.id.unwrap_or_default(),
            name: found
                .name
                .map(|name| name.trim_start_matches('/').to_owned())
                .unwrap_or_default(),
            labels: labels.into_iter().flatten().collect(),
            ports: published(ports.unwrap_or_default()),
            started,
            status: found.state.map_or(Status::Created, |state| seen(&state)),
        }
    }
}

/// The last start of a container. The engine reports the year 1 for a container that was never
/// started.
fn started(state: &ContainerState) -> Option<Timestamp> {
    let started: Timestamp = state.started_at.as_deref()?.parse().ok()?;
    (started > Timestamp::UNIX_EPOCH).then_some(started)
}

fn seen(state: &ContainerState) -> Status {
    use ContainerStateStatusEnum::{CREATED, PAUSED, RESTARTING, RUNNING};
    match state.status {
        Some(RUNNING | RESTARTING) => Status::Running,
        Some(PAUSED) => Status::Paused,
        Some(CREATED) => Status::Created,
        _ => Status::Exited {
            code: state.exit_code.unwrap_or_default(),
            out_of_memory: state.oom_killed.unwrap_or_default(),
        },
    }
}

fn published(ports: PortMap) -> Vec<Publish> {
    let each = ports.into_iter().flat_map(|(key, bindings)| {
        let container = key.strip_suffix("/tcp").and_then(|port| port.parse().ok());
        let bindings = bindings.unwrap_or_default().into_iter();
        bindings.filter_map(move |binding| {
            let ip = binding.host_ip?.parse().ok()?;
            let port = binding.host_port?.parse().ok()?;
            Some(Publish {
                container: container?,
                host: SocketAddr::new(ip, port),
            })
        })
    });
    each.collect()
}
