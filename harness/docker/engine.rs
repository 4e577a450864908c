//! The connection to the engine, and everything of one owner in it.

use std::collections::HashMap;
use std::os::unix::net::SocketAddr;
use std::time::Duration;

use base::tool::Environment;
use bollard::Docker;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};

use super::Error;

/// The label that names the state folder which a container, network or volume belongs to.
pub const OWNER: &str = "dev.harness.state";

/// How long an engine may take to tell its version.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the engine may take to begin its answer to anything else; stopping a container is
/// answered at the end, and nothing takes longer than that.
const ANSWER: Duration = Duration::from_mins(2);

/// A Docker engine that answers.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) api: Docker,
}

/// Something that carries our label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owned {
    /// A container, by name.
    Container(String),
    /// A network, by name.
    Network(String),
    /// A volume, by name.
    Volume(String),
}

impl Engine {
    /// Connects to the engine that `DOCKER_HOST` names, or the local one, and agrees with it on a
    /// version of the API.
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

    /// The engine's version.
    pub async fn version(&self) -> Result<String, Error> {
        let version = self.api.version().await;
        let version = version.map_err(Error::api("ask Docker for its version"))?;
        Ok(version.version.unwrap_or_else(|| "unknown".to_owned()))
    }

    /// Everything with the label [`OWNER`] of this value: containers first, as they use the rest.
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

    /// Removes one of them, forcibly; that it is gone already is no error.
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

/// Whether the address of the engine is of a form that is spoken here; nobody is asked.
pub fn check_host(environment: &Environment) -> Result<(), Error> {
    scheme(environment.docker_host()).map(drop)
}

/// How an engine is spoken to.
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

/// Whether it is a host with a port, and nothing else.
fn is_place(place: &str) -> bool {
    let place = place.strip_suffix('/').unwrap_or(place);
    let Some((host, port)) = place.rsplit_once(':') else {
        return false;
    };
    let strange = |it: char| it.is_whitespace() || "/@?#".contains(it);
    !host.is_empty() && !host.contains(strange) && port.parse().is_ok_and(|port: u16| port > 0)
}

/// A client for an address; nothing is sent yet.
fn open(host: &str) -> Result<Result<Docker, bollard::errors::Error>, Error> {
    let (seconds, version) = (CONNECT.as_secs(), bollard::API_DEFAULT_VERSION);
    if let Some(path) = host.strip_prefix("unix://")
        && SocketAddr::from_pathname(path).is_err()
    {
        // The address of a socket has 108 bytes for the path on Linux, and 104 on macOS.
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
    async fn an_engine_that_is_not_there_is_named_with_a_way_out() {
        let nobody = Environment::default().with("DOCKER_HOST", "unix:///nowhere/docker.sock");
        let error = Engine::connect(&nobody).await.expect_err("nobody is there");
        assert_eq!(
            error.to_string(),
            "no Docker engine answers at unix:///nowhere/docker.sock"
        );
        assert!(!error.hints().is_empty());
    }

    #[tokio::test]
    async fn a_socket_with_too_long_a_path_is_named_with_a_way_out() {
        let path = format!("/{}/docker.sock", "a".repeat(108));
        let far = Environment::default().with("DOCKER_HOST", format!("unix://{path}"));
        let error = Engine::connect(&far).await.expect_err("no socket has it");
        let said = format!(
            "DOCKER_HOST names a socket by a path of 121 bytes, which is too long for one: {path}"
        );
        assert_eq!(error.to_string(), said);
        assert!(
            error.hints()[0].to_string().contains("ln -s"),
            "{:?}",
            error.hints()
        );
    }

    #[tokio::test]
    async fn an_engine_behind_ssh_is_refused_and_not_taken_for_the_local_one() {
        let far = Environment::default().with("DOCKER_HOST", "ssh://builder");
        let error = Engine::connect(&far).await.expect_err("it is not spoken");
        assert!(matches!(error, Error::Host { host } if host == "ssh://builder"));
    }

    #[test]
    fn an_address_of_a_form_that_is_not_spoken_is_refused_before_anybody_is_asked() {
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
