//! The programs in launch records: found, fetched, or built.

use artifact::{Pin, Program, ServerSearch, TemporalSearch};
use backend::{Fetch, Provision};
use camino::Utf8Path;
use model::topology::Topology;

use super::error::Error;
use super::records::Records;
use super::site::Site;

/// The programs of a topology. `temporal` is the CLI or the released server.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    pub(super) temporal: Program,
    pub(super) worker: Program,
}

impl Programs {
    /// Placeholders for programs that were not looked for yet.
    pub(super) fn unknown() -> Self {
        Self {
            temporal: Program::still_missing("temporal"),
            worker: Program::still_missing("worker"),
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

/// The worker's program: built or found. If nothing may be built, the one of the last launch.
pub(super) async fn worker(
    topology: &Topology,
    site: &Site,
    provision: Provision<'_>,
    before: &Records,
) -> Result<Program, Error> {
    let Provision {
        fetch,
        events,
        cancel,
    } = provision;
    let worker = topology.worker();
    if fetch == Fetch::Missing {
        let environment = &site.settings.environment;
        return Ok(artifact::worker(worker.run, environment, events.listener(), cancel).await?);
    }
    let known = before.values().map(|(launch, _)| launch);
    let mut known = known.filter(|launch| launch.services == [worker.service.name.as_str()]);
    Ok(known.next().map_or_else(
        || Program::still_missing("worker"),
        |launch| Program::new(launch.program.clone(), launch.arguments.clone()),
    ))
}
