//! Resolves a merged profile. One function per section requires the values without a default, and
//! fills in the defaults of the others.

use serde_saphyr::Spanned;

use super::layer::Layers;
use super::{
    Backend, Database, Engine, K3d, Name, Profile, Promotion, Roles, Temporal, Web, azure, check,
    dynamic_config, existing, model, workers,
};
use crate::document::Error;
use crate::quantity::{Duration, Whole};
use crate::topology::{self, Namespace, TemporalSettings};

pub(super) const READY_TIMEOUT: Duration = Duration::from_secs(180);

const RETENTION: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const MAX_CONNECTIONS: u32 = 500;
const VERDICT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Merges all layers and resolves the result.
pub(super) fn resolve(layers: &Layers) -> Result<Profile, Error> {
    let merged = layers.merged();
    check::pinned_ports(layers, &merged)?;
    if let Some(model::Backend::Azure(_)) = &merged.backend {
        azure::check::database(layers, &merged)?;
    }
    let model::Profile {
        api_version: _,
        kind: _,
        extends: _,
        name,
        description,
        temporal,
        database,
        web,
        worker,
        workers,
        starter,
        backend,
        promotion,
    } = merged;
    let name = layers.require(name, "name")?.value;
    let backend = layers.require(backend, "backend")?;
    let temporal = self::temporal(layers, temporal.unwrap_or_default())?;
    let backend = self::backend(layers, &name, backend, &temporal.settings.namespaces)?;
    if let Backend::Process {
        engine: Engine::DevServer { .. },
    } = backend
    {
        dynamic_config::for_dev_server(layers, &temporal.settings)?;
    }
    let workers = workers::resolve(layers, worker, workers)?;
    workers::replicas(layers, &workers, &backend)?;
    let profile = Profile {
        backend,
        name,
        description,
        temporal,
        database: self::database(layers, database)?,
        web: self::web(layers, web.unwrap_or_default())?,
        starter: workers::starter(layers, &workers, starter.unwrap_or_default())?,
        workers,
        promotion: self::promotion(promotion.unwrap_or_default()),
    };
    azure::connections::check(layers, &profile)?;
    Ok(profile)
}

fn temporal(layers: &Layers, written: model::Temporal) -> Result<Temporal, Error> {
    let model::Temporal {
        version,
        history_shards,
        roles,
        namespaces,
        dynamic_config,
        port,
        ready_timeout,
    } = written;
    let version = layers.require(version, "temporal.version")?.to_string();
    let dynamic_config = dynamic_config.unwrap_or_default();
    let settings = TemporalSettings {
        dynamic_config: dynamic_config::resolve(layers, &version, &dynamic_config)?,
        version,
        history_shards: layers
            .require(history_shards, "temporal.history-shards")?
            .get(),
        namespaces: self::namespaces(namespaces),
    };
    Ok(Temporal {
        settings,
        roles: self::roles(roles.unwrap_or_default()),
        port: number(port),
        ready_timeout: value(ready_timeout, READY_TIMEOUT),
    })
}

fn namespaces(written: Option<Spanned<Vec<model::Namespace>>>) -> Vec<Namespace> {
    let Some(written) = written else {
        return vec![Namespace {
            name: "default".to_owned(),
            retention: RETENTION,
        }];
    };
    written
        .value
        .into_iter()
        .map(|model::Namespace { name, retention }| Namespace {
            name: name.value.to_string(),
            retention: retention.map_or(RETENTION, |retention| retention.value),
        })
        .collect()
}

fn roles(written: model::Roles) -> Roles {
    let replicas = |role: Option<model::Role>| count(role.and_then(|role| role.replicas));
    let model::Roles {
        frontend,
        history,
        matching,
        worker,
    } = written;
    Roles {
        frontend: replicas(frontend),
        history: replicas(history),
        matching: replicas(matching),
        worker: replicas(worker),
    }
}

fn database(layers: &Layers, written: Option<model::Database>) -> Result<Database, Error> {
    let model::Database::Mysql(model::Mysql {
        version,
        max_connections,
        tls,
        ready_timeout,
    }) = layers.require(written, "database")?;
    let settings = topology::Database {
        version: layers
            .require(version, "database.mysql.version")?
            .value
            .to_string(),
        max_connections: max_connections.map_or(MAX_CONNECTIONS, |it| it.value.get()),
        tls: tls.map_or_else(Default::default, |tls| tls.value),
    };
    Ok(Database {
        settings,
        ready_timeout: value(ready_timeout, READY_TIMEOUT),
    })
}

fn web(layers: &Layers, written: model::Web) -> Result<Web, Error> {
    let model::Web {
        version,
        port,
        ready_timeout,
    } = written;
    Ok(Web {
        version: layers.require(version, "web.version")?.to_string(),
        port: number(port),
        ready_timeout: value(ready_timeout, READY_TIMEOUT),
    })
}

fn backend(
    layers: &Layers,
    name: &Name,
    written: model::Backend,
    namespaces: &[Namespace],
) -> Result<Backend, Error> {
    Ok(match written {
        model::Backend::Local(model::Local { k3d, process }) => Backend::Local {
            k3d: self::k3d(k3d.unwrap_or_default()),
            engine: engine(process.unwrap_or_default()),
        },
        model::Backend::Process(process) => Backend::Process {
            engine: engine(process),
        },
        model::Backend::K3d(k3d) => Backend::K3d(self::k3d(k3d)),
        model::Backend::Simulated(model::Simulated {}) => Backend::Simulated,
        model::Backend::Azure(written) => {
            Backend::Azure(Box::new(azure::resolve::resolve(layers, name, *written)?))
        }
        model::Backend::Existing(written) => {
            let existing = existing::resolve::resolve(layers, *written, namespaces)?;
            Backend::Existing(Box::new(existing))
        }
    })
}

fn engine(written: model::Process) -> Engine {
    let model::Process { engine } = written;
    match engine {
        Some(model::Engine::DevServer(model::DevServer { cli })) => Engine::DevServer {
            cli: cli.map(|path| path.as_str().into()),
        },
        Some(model::Engine::Server(model::Server {})) => Engine::Server,
        None => Engine::default(),
    }
}

fn k3d(written: model::K3d) -> K3d {
    let model::K3d {
        servers,
        agents,
        kubernetes,
    } = written;
    let default = K3d::default();
    K3d {
        servers: servers.map_or(default.servers, Whole::get_u16),
        agents: agents.map_or(default.agents, Whole::get_u16),
        kubernetes: kubernetes.map_or(default.kubernetes, |version| version.to_string()),
    }
}

fn promotion(written: model::Promotion) -> Promotion {
    let model::Promotion { require, max_age } = written;
    Promotion {
        require: require
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect(),
        max_age: value(max_age, VERDICT_MAX_AGE),
    }
}

fn count(replicas: Option<model::Replicas>) -> u16 {
    replicas.map_or(1, Whole::get_u16)
}

pub(super) fn number(port: Option<Spanned<model::PortNumber>>) -> Option<u16> {
    port.map(|port| port.value.get_u16())
}

pub(super) fn value(written: Option<Spanned<Duration>>, default: Duration) -> Duration {
    written.map_or(default, |written| written.value)
}
