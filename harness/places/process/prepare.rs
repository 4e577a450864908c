//! Prepares a topology: programs, addresses, and the parts of the containers. What is known at once
//! is checked before anything is fetched or compiled.

use std::collections::BTreeMap;

use backend::{Fetch, Provision, WorkerSecrets};
use base::tool::Environment;
use camino::Utf8Path;
use model::topology::Topology;

use super::dev_server;
use super::engine::Engine;
use super::error::Error;
use super::existing::{self, Cluster};
use super::gateway::Gateway;
use super::launch_maker::LaunchMaker;
use super::parts::Parts;
use super::programs::{self, Programs};
use super::records;
use super::server_preparation::ServerPreparation;
use super::site::Site;
use super::worker;

/// The variables of the harness's own environment that a child gets: paths of programs and of the
/// home, language settings, and certificates. All others are removed.
const INHERITED: [&str; 11] = [
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
];

/// The same for a program of the user, which may be a tool that runs the worker, such as
/// `cargo run`: where such tools have their own files.
const OF_TOOLS: [&str; 11] = [
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "GOCACHE",
    "GOMODCACHE",
    "GOPATH",
    "GOROOT",
    "GRADLE_USER_HOME",
    "JAVA_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "VIRTUAL_ENV",
];

/// Those of the variables that are set.
fn set(environment: &Environment, names: &[&str]) -> BTreeMap<String, String> {
    let set = |name: &&str| Some(((*name).to_owned(), environment.text(name)?.to_owned()));
    names.iter().filter_map(set).collect()
}

/// The parts of a topology. Finds or fetches programs and assigns addresses.
pub(super) async fn parts(
    site: &Site,
    topology: &Topology,
    secrets: WorkerSecrets,
    provision: Provision<'_>,
) -> Result<Parts, Error> {
    if let Some(cluster) = site.cluster() {
        cluster.check().await?;
    }
    if provision.fetch == Fetch::Missing {
        let environment = &site.settings.environment;
        artifact::foresee_workers(topology, environment)?;
    }
    let before = records::all(&site.state)?;
    let maker = |programs| LaunchMaker {
        state: &site.state,
        root: &site.settings.root,
        programs,
        secrets: secrets.clone(),
        inherited: set(&site.settings.environment, &INHERITED),
        of_tools: set(&site.settings.environment, &OF_TOOLS),
        before: &before,
    };
    let parts = match &site.settings.engine {
        Engine::DevServer { cli } => {
            of_dev_server(site, cli.as_deref(), maker, topology, provision).await?
        }
        Engine::Server => of_server(site, maker, topology, provision).await?,
        Engine::Existing(cluster) => of_existing(site, cluster, maker, topology, provision).await?,
    };
    Ok(parts.with_secrets(secrets))
}

async fn of_dev_server<'a>(
    site: &Site,
    cli: Option<&Utf8Path>,
    maker: impl Fn(Programs) -> LaunchMaker<'a>,
    topology: &Topology,
    provision: Provision<'_>,
) -> Result<Parts, Error> {
    // Only for its errors: if a pinned port is taken, nothing is compiled.
    let unknown = maker(Programs::unknown(topology));
    dev_server::launches(topology, &unknown)?;
    let programs = Programs {
        temporal: programs::cli(topology, cli, site, provision).await?,
        workers: programs::workers(topology, site, provision, unknown.before).await?,
    };
    let launches = dev_server::launches(topology, &maker(programs))?;
    Ok(Parts::of_processes(topology, launches))
}

async fn of_server<'a>(
    site: &Site,
    maker: impl Fn(Programs) -> LaunchMaker<'a>,
    topology: &Topology,
    provision: Provision<'_>,
) -> Result<Parts, Error> {
    let preparation = ServerPreparation {
        topology,
        docker: site.docker.connected().await?,
        environment: &site.settings.environment,
    };
    let unknown = maker(Programs::unknown(topology));
    preparation.foresee(&unknown).await?;
    let (temporal, sql_tool) = programs::server(topology, site, provision).await?;
    let workers = programs::workers(topology, site, provision, unknown.before).await?;
    let maker = maker(Programs { temporal, workers });
    preparation.prepare(&maker, sql_tool, provision).await
}

/// The workers of an existing cluster. Everything else runs there already.
async fn of_existing<'a>(
    site: &Site,
    cluster: &Cluster,
    maker: impl Fn(Programs) -> LaunchMaker<'a>,
    topology: &Topology,
    provision: Provision<'_>,
) -> Result<Parts, Error> {
    if provision.fetch == Fetch::Missing {
        let remembered = existing::remember(&site.state, cluster);
        remembered.map_err(|source| Error::Records {
            path: site.state.run(),
            source,
        })?;
    }
    let gateway = Gateway::Existing(cluster.credentials()?);
    let launches = |maker: &LaunchMaker<'_>| {
        worker::launches(topology, &gateway, &[], maker, &mut maker.addresses())
    };
    // Only for its errors: if a pinned port is taken, nothing is compiled.
    let unknown = maker(Programs::unknown(topology));
    launches(&unknown)?;
    let programs = Programs {
        workers: programs::workers(topology, site, provision, unknown.before).await?,
        ..unknown.programs
    };
    Ok(Parts::of_workers(launches(&maker(programs))?))
}
