//! The released server by hand: docker, temporal-sql-tool, temporal-server and the workers.

use artifact::{Pin, ServerSearch, TemporalSearch};
use backend::Provision;
use base::tool::Environment;
use places::process::ProcessBackend;

use super::common::{ROLES, artifact_error, common, missing, ports, replicas, worker};
use crate::bench::{ByHand, Script};
use crate::error::CommandError;
use crate::verb::session::Session;

/// The script of the steps.
const STEPS: &str = include_str!("../../../../../benches/by-hand/server.sh");

/// The programs that the script needs, besides Temporal's own.
const TOOLS: [&str; 3] = ["bash", "curl", "docker"];

/// The script for a session's topology. Fetches its programs first.
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
    let news = events.listener();
    let server = ServerSearch {
        version: &topology.temporal.version,
        fallback: session.state.path(),
        environment: &environment,
        news,
        cancel,
    };
    let pin = Pin::current();
    // The script creates the namespace with it.
    let cli = TemporalSearch {
        server: &topology.temporal.version,
        explicit: None,
        pin: pin.as_ref(),
        fallback: session.state.path(),
        environment: &environment,
        news,
        cancel,
    };
    let server = server.resolve().await.map_err(artifact_error)?;
    let cli = cli.resolve().await.map_err(artifact_error)?;
    let only = worker(topology).service;
    let programs = artifact::workers(topology, &environment, news, cancel);
    let mut programs = programs.await.map_err(artifact_error)?;
    let worker = programs.remove(&only.name).expect("each worker has one");
    let workers = only.replicas;
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
