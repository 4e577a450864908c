//! The connection to the engine, and everything of one owner.

use std::collections::HashMap;
use std::os::unix::net::SocketAddr;
use std::time::Duration;

use base::tool::Environment;
use bollard::Docker;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};

use super::Error;

/// The label with the state folder that a container, network or volume belongs to.
pub const OWNER: &str = "dev.harness.state";

/// How long an engine may take to report its version.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the engine may take to begin any other answer. The longest is stopping a container,
/// which it answers at the end.
const ANSWER: Duration = Duration::from_mins(2);

/// A Docker engine that has answered.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) api: Docker,
}

/// A container, network or volume with the owner's label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owned {
    /// By name.
    Container(String),
    /// By name.
    Network(String),
    /// By name.
    Volume(String),
}

impl Engine {
    /// Connects to the engine that `DOCKER_HOST` names, or to the local one, and negotiates the API
    /// version.
    pub async fn connect(environment: &Environment) -> Result<Self, Error> {
        let host = environment.docker_host();
        let failed = |source| Error::Connect {
            address: host.to_owned(),
            source,
        };
        let api = open(host)?.map_err(failed)?;
        let api = api.negotiate_version().await.map_err(failed)?;
        Ok(Self {
            api: api.with_timeout(ANSWER),
        })
    }

    pub async fn version(&self) -> Result<String, Error> {
        let version = self.api.version().await;
        let version = version.map_err(Error::api("read the version of Docker"))?;
        Ok(version.version.unwrap_or_else(|| "unknown".to_owned()))
    }

    /// Everything with the label [`OWNER`] and this value: containers first, because they use the
    /// rest.
    pub async fn owned(&self, owner: &str) -> Result<Vec<Owned>, Error> {
        self.labelled(&format!("{OWNER}={owner}")).await
    }

    /// Everything with a label, given as `key` or `key=value`.
    pub async fn labelled(&self, label: &str) -> Result<Vec<Owned>, Error> {
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::default().all(true);
        let containers = self
            .api
            .list_containers(Some(options.filters(&filters).build()))
            .await
            .map_err(Error::api("list containers"))?;
        let options = ListNetworksOptionsBuilder::default().filters(&filters);
        let networks = self
            .api
            .list_networks(Some(options.build()))
            .await
            .map_err(Error::api("list networks"))?;
        let options = ListVolumesOptionsBuilder::default().filters(&filters);
        let volumes = self
            .api
            .list_volumes(Some(options.build()))
            .await
            .map_err(Error::api("list volumes"))?;
        let containers = containers.into_iter().filter_map(|container| {
            let name = container.names?.into_iter().next()?;
            Some(Owned::Container(name.trim_start_matches('/').to_owned()))
        });
        let networks = networks.into_iter().filter_map(|network| network.name);
        let volumes = volumes.volumes.into_iter().flatten();
        Ok(containers
            .chain(networks.map(Owned::Network))
            .chain(volumes.map(|volume| Owned::Volume(volume.name)))
            .collect())
    }

    /// Removes it by force. A missing one is not an error.
    pub async fn remove(&self, owned: &Owned) -> Result<(), Error> {
        match owned {
            Owned::Container(name) => self.remove_container(name).await,
            Owned::Network(name) => self.remove_network(name).await,
            Owned::Volume(name) => self.remove_volume(name).await,
        }
    }
}

impl std::fmt::Display for Owned {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Container(name) => write!(out, "container {name}"),
            Self::Network(name) => write!(out, "network {name}"),
            Self::Volume(name) => write!(out, "volume {name}"),
        }
    }
}

/// Whether the URL in `DOCKER_HOST` has a supported form. Does not connect.
pub fn check_host(environment: &Environment) -> Result<(), Error> {
    scheme(environment.docker_host()).map(drop)
}

/// The supported transports to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Unix,
    Http,
}

fn scheme(host: &str) -> Result<Scheme, Error> {
    let found = match host.split_once("://") {
        Some(("unix", path)) => (!path.is_empty()).then_some(Scheme::Unix),
        Some(("tcp" | "http", place)) => is_place(place).then_some(Scheme::Http),
        _ => None,
    };
    found.ok_or_else(|| Error::Host {
        host: host.to_owned(),
    })
}

/// Whether the text is a host with a port, and nothing else.
fn is_place(place: &str) -> bool {
    let place = place.strip_suffix('/').unwrap_or(place);
    let Some((host, port)) = place.rsplit_once(':') else {
        return false;
    };
    let strange = |it: char| it.is_whitespace() || "/@?#".contains(it);
    !host.is_empty() && !host.contains(strange) && port.parse().is_ok_and(|port: u16| port > 0)
}

/// A client for a URL. Sends nothing yet.
fn open(host: &str) -> Result<Result<Docker, bollard::errors::Error>, Error> {
    let (seconds, version) = (CONNECT.as_secs(), bollard::API_DEFAULT_VERSION);
    if let Some(path) = host.strip_prefix("unix://")
        && SocketAddr::from_pathname(path).is_err()
    {
        // The address of a socket has room for a path of 108 bytes on Linux, and of 104 on macOS.
        return Err(Error::Socket {
            path: path.to_owned(),
        });
    }
    Ok(match scheme(host)? {
        Scheme::Unix => Docker::connect_with_unix(host, seconds, version),
        Scheme::Http => Docker::connect_with_http(host, seconds, version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_error_for_a_missing_engine_has_its_address_and_a_hint() {
        let nobody = Environment::default().with("DOCKER_HOST", "unix:///nowhere/docker.sock");
        let error = Engine::connect(&nobody)
            .await
            .expect_err("there is no engine");
        assert_eq!(
            error.to_string(),
            "no Docker engine answers at unix:///nowhere/docker.sock"
        );
        assert!(!error.hints().is_empty());
    }

    #[tokio::test]
    async fn the_error_for_a_long_socket_path_has_the_path_and_a_hint() {
        let path = format!("/{}/docker.sock", "a".repeat(108));
        let far = Environment::default().with("DOCKER_HOST", format!("unix://{path}"));
        let error = Engine::connect(&far)
            .await
            .expect_err("the path is too long");
        let said =
            format!("the socket path in DOCKER_HOST has 121 bytes, which is too long: {path}");
        assert_eq!(error.to_string(), said);
        assert!(
            error.hints()[0].to_string().contains("ln -s"),
            "{:?}",
            error.hints()
        );
    }

    #[tokio::test]
    async fn an_engine_behind_ssh_is_refused_instead_of_using_the_local_one() {
        let far = Environment::default().with("DOCKER_HOST", "ssh://builder");
        let error = Engine::connect(&far)
            .await
            .expect_err("ssh is not supported");
        assert!(matches!(error, Error::Host { host } if host == "ssh://builder"));
    }

    #[test]
    fn an_unsupported_url_is_refused_before_connecting() {
        let check = |host| check_host(&Environment::default().with("DOCKER_HOST", host));
        for spoken in [
            "",
            "unix:///var/run/docker.sock",
            "tcp://127.0.0.1:2375",
            "tcp://localhost:2375/",
            "http://[::1]:2375",
        ] {
            assert!(check(spoken).is_ok(), "{spoken}");
        }
        for strange in [
            "ssh://builder",
            "npipe:////./pipe/docker_engine",
            "fd://",
            "https://builder:2376",
            "unix://",
            "unix:/var/run/docker.sock",
            "/var/run/docker.sock",
            "tcp://",
            "tcp://builder",
            "tcp://:2375",
            "tcp://builder:0",
            "tcp://builder:99999",
            "tcp://me@builder:2375/path",
            "localhost:2375",
            "nonsense",
            " ",
        ] {
            assert!(
                matches!(check(strange), Err(Error::Host { .. })),
                "{strange}"
            );
        }
    }
}
