//! The released server by hand: docker, temporal-sql-tool, temporal-server and the workers.

use crate::artifact::{self, Pin, ServerSearch, TemporalSearch};
use crate::backend::Provision;
use crate::backend::process::ProcessBackend;
use crate::bench::{ByHand, Script};
use crate::cli::session::Session;
use crate::error::CommandError;
use crate::tool::Environment;

use super::common::{ROLES, artifact_error, common, missing, ports, replicas, worker};

/// The steps.
const STEPS: &str = include_str!("../../../../benches/by-hand/server.sh");

/// What they are done with, besides Temporal's own programs.
const TOOLS: [&str; 3] = ["bash", "curl", "docker"];

/// What is done by hand in place of a session, once its programs are there.
pub(super) async fn of(
    session: &Session<ProcessBackend>,
    provision: Provision<'_>,
) -> Result<ByHand, CommandError> {
    let environment = Environment::of_process();
    if let Some(missing) = missing(&environment, &TOOLS) {
        return Ok(ByHand::Missing(missing));
    }
    let topology = &session.topology;
    let Provision { events, cancel, .. } = provision;
    let server = ServerSearch {
        version: &topology.temporal.version,
        fallback: session.state.path(),
        environment: &environment,
        events,
        cancel,
    };
    let pin = Pin::current();
    // A namespace is made with it.
    let cli = TemporalSearch {
        server: &topology.temporal.version,
        explicit: None,
        pin: pin.as_ref(),
        fallback: session.state.path(),
        environment: &environment,
        events,
        cancel,
    };
    let server = server.resolve().await.map_err(artifact_error)?;
    let cli = cli.resolve().await.map_err(artifact_error)?;
    let (_, run, workers) = worker(topology);
    let worker = artifact::worker(run, &environment, events, cancel);
    let worker = worker.await.map_err(artifact_error)?;
    let processes: u16 = ROLES.iter().map(|(_, role)| replicas(topology, role)).sum();
    let mut variables = common(topology);
    variables.extend([
        ("PORTS", ports(usize::from(1 + 3 * processes + workers))?),
        ("SERVER", server.server.path.into_string()),
        ("SQL_TOOL", server.sql_tool.path.into_string()),
        ("CLI", cli.program.path.into_string()),
        ("WORKER", worker.path.into_string()),
        ("WORKER_ARGUMENTS", worker.arguments.join(" ")),
    ]);
    Ok(ByHand::Script(Script {
        text: STEPS,
        folder: session.state.path().join("by-hand"),
        variables,
        environment,
    }))
}
