//! The programs in launch records: found, fetched, or built.

use std::collections::BTreeMap;

use artifact::{Pin, Program, ServerSearch, TemporalSearch};
use backend::{Fetch, Provision};
use camino::Utf8Path;
use model::topology::{ServiceName, Topology};

use super::error::Error;
use super::launch::Launch;
use super::records::Records;
use super::site::Site;

/// The programs of a topology. `temporal` is the CLI or the released server.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    pub(super) temporal: Program,
    /// Those of the workers, by service.
    pub(super) workers: BTreeMap<ServiceName, Program>,
}

impl Programs {
    /// Placeholders for programs that were not looked for yet.
    pub(super) fn unknown(topology: &Topology) -> Self {
        let workers = topology.own_workers().map(|worker| &worker.service.name);
        let missing = |name: &ServiceName| (name.clone(), Program::still_missing(name.as_str()));
        Self {
            temporal: Program::still_missing("temporal"),
            workers: workers.map(missing).collect(),
        }
    }
}

/// The Temporal CLI.
pub(super) async fn cli(
    topology: &Topology,
    explicit: Option<&Utf8Path>,
    site: &Site,
    provision: Provision<'_>,
) -> Result<Program, Error> {
    let pin = Pin::current();
    let search = TemporalSearch {
        server: &topology.temporal.version,
        explicit,
        pin: pin.as_ref(),
        fallback: site.state.path(),
        environment: &site.settings.environment,
        news: provision.events.listener(),
        cancel: provision.cancel,
    };
    let found = match provision.fetch {
        Fetch::Missing => Some(search.resolve().await?),
        Fetch::Nothing => search.locate(&mut Vec::new()).await?,
    };
    let missing = || Program::still_missing("temporal");
    Ok(found.map_or_else(missing, |found| found.program))
}

/// The released server and its SQL tool.
pub(super) async fn server(
    topology: &Topology,
    site: &Site,
    provision: Provision<'_>,
) -> Result<(Program, Program), Error> {
    let search = ServerSearch {
        version: &topology.temporal.version,
        fallback: site.state.path(),
        environment: &site.settings.environment,
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

/// The workers' programs: built or found. If nothing may be built, those of the last launches.
pub(super) async fn workers(
    topology: &Topology,
    site: &Site,
    provision: Provision<'_>,
    before: &Records,
) -> Result<BTreeMap<ServiceName, Program>, Error> {
    let Provision {
        fetch,
        events,
        cancel,
    } = provision;
    if fetch == Fetch::Missing {
        let environment = &site.settings.environment;
        return Ok(artifact::workers(topology, environment, events.listener(), cancel).await?);
    }
    let mut programs = Programs::unknown(topology).workers;
    for worker in topology.own_workers() {
        let service = &worker.service.name;
        let known = before.values().map(|(launch, _)| launch);
        let mut known = known.filter(|launch| launch.services == [service.as_str()]);
        if let Some(Launch {
            program, arguments, ..
        }) = known.next()
        {
            let (program, arguments) = (program.clone(), arguments.clone());
            let started = artifact::worker_started_before(worker.run, program, arguments).await?;
            programs.insert(service.clone(), started);
        }
    }
    Ok(programs)
}
