//! Programs and addresses for a topology: what must be there before anything starts.

use std::collections::BTreeMap;

use artifact::{Pin, Program, ServerSearch, TemporalSearch};
use backend::{Fetch, Provision};
use base::tool::Environment;
use camino::Utf8Path;
use model::profile::Engine;
use model::topology::{Component, Topology};

use super::backend::ProcessBackend;
use super::dev_server;
use super::error::Error;
use super::launch::Launch;
use super::site::{Programs, Site};

/// What a child may see of the harness's own environment: where programs and its home are, how
/// people write here, where certificates are. Everything else is cut off.
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

fn inherited(environment: &Environment) -> BTreeMap<String, String> {
    INHERITED
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), environment.text(name)?.to_owned())))
        .collect()
}

impl ProcessBackend {
    /// The launch records of a topology, with programs found or fetched and addresses assigned;
    /// what runs in containers is prepared as well. What can be seen at once is looked at before
    /// anything is fetched or compiled.
    pub(super) async fn provide(
        &mut self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Vec<Launch>, Error> {
        let (before, state) = (self.records()?, self.state().clone());
        let settings = self.settings().clone();
        if provision.fetch == Fetch::Missing {
            artifact::foresee_worker(topology.worker_run(), &settings.environment)?;
        }
        let site = |programs| Site {
            state: &state,
            root: &settings.root,
            programs,
            inherited: inherited(&settings.environment),
            before: &before,
        };
        match &settings.engine {
            Engine::DevServer { cli } => {
                // For its errors: a pinned port that is taken is no reason to compile anything.
                dev_server::launches(topology, &site(Programs::unknown()))?;
                let cli = cli.as_deref();
                let temporal = self.cli(topology, cli, provision).await?;
                let worker = worker(topology, &settings.environment, provision, &before).await?;
                let site = site(Programs { temporal, worker });
                dev_server::launches(topology, &site)
            }
            Engine::Server => {
                let unknown = site(Programs::unknown());
                self.foresee_server(topology, &unknown).await?;
                let (server, sql_tool) = self.server(topology, provision).await?;
                let worker = worker(topology, &settings.environment, provision, &before).await?;
                let site = site(Programs {
                    temporal: server,
                    worker,
                });
                self.provide_server(topology, &site, sql_tool, provision)
                    .await
            }
        }
    }

    /// The Temporal CLI.
    async fn cli(
        &self,
        topology: &Topology,
        explicit: Option<&Utf8Path>,
        provision: Provision<'_>,
    ) -> Result<Program, Error> {
        let pin = Pin::current();
        let search = TemporalSearch {
            server: &topology.temporal.version,
            explicit,
            pin: pin.as_ref(),
            fallback: self.state().path(),
            environment: &self.settings().environment,
            news: provision.events.listener(),
            cancel: provision.cancel,
        };
        match provision.fetch {
            Fetch::Missing => Ok(search.resolve().await?.program),
            Fetch::Nothing => {
                let found = search.locate(&mut Vec::new()).await?;
                let missing = || Program::still_missing("temporal");
                Ok(found.map_or_else(missing, |found| found.program))
            }
        }
    }

    /// The released server and its SQL tool.
    async fn server(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<(Program, Program), Error> {
        let search = ServerSearch {
            version: &topology.temporal.version,
            fallback: self.state().path(),
            environment: &self.settings().environment,
            news: provision.events.listener(),
            cancel: provision.cancel,
        };
        let found = match provision.fetch {
            Fetch::Missing => Some(search.resolve().await?),
            Fetch::Nothing => search.locate(&mut Vec::new()).await?,
        };
        Ok(match found {
            Some(found) => (found.server, found.sql_tool),
            None => (
                Program::still_missing("temporal-server"),
                Program::still_missing("temporal-sql-tool"),
            ),
        })
    }
}

/// The worker's program: built or looked for, or, where nothing may be built, as it was before.
async fn worker(
    topology: &Topology,
    environment: &Environment,
    provision: Provision<'_>,
    before: &BTreeMap<String, (Launch, bool)>,
) -> Result<Program, Error> {
    let Provision {
        fetch,
        events,
        cancel,
    } = provision;
    let found = topology.services.iter().find_map(|it| match &it.component {
        Component::Worker { run, .. } => Some((it, run)),
        _ => None,
    });
    let (service, run) = found.expect("every topology has a worker");
    if fetch == Fetch::Missing {
        return Ok(artifact::worker(run, environment, events.listener(), cancel).await?);
    }
    let known = before.values().map(|(launch, _)| launch);
    let mut known = known.filter(|launch| launch.services == [service.name.as_str()]);
    Ok(known.next().map_or_else(
        || Program::still_missing("worker"),
        |launch| Program::new(launch.program.clone(), launch.arguments.clone()),
    ))
}
