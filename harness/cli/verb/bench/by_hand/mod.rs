//! The steps by hand for a session's topology.

mod cluster;
mod common;
mod server;

use backend::{Backend as _, Provision};
use model::profile::{Backend, Engine};
use model::topology::Topology;
use places::process::ProcessBackend;

use crate::bench::{ByHand, DevServer};
use crate::error::CommandError;
use crate::verb::session::{self, AnySession, Session};

/// Prepares the steps by hand. Fetches and builds programs here, outside of the measurement.
pub(super) async fn of(
    session: &AnySession,
    topology: &Topology,
    provision: Provision<'_>,
) -> Result<ByHand, CommandError> {
    if topology.workers().count() > 1 {
        return Ok(ByHand::Missing(
            "the steps by hand exist only for a profile with one worker".to_owned(),
        ));
    }
    match session {
        AnySession::Process(session) => match session.profile.backend {
            Backend::Process {
                engine: Engine::Server,
            } => server::of(session, provision).await,
            _ => dev_server(session, provision).await,
        },
        AnySession::K3d(session) => cluster::of(session, provision).await,
        AnySession::Azure(_) | AnySession::Simulated(_) => Ok(ByHand::Missing(
            "the steps by hand do not exist for this backend".to_owned(),
        )),
    }
}

async fn dev_server(
    session: &Session<ProcessBackend>,
    provision: Provision<'_>,
) -> Result<ByHand, CommandError> {
    let prepared = session.backend.prepare(&session.topology, provision).await;
    let prepared = prepared.map_err(session::backend_error)?;
    let (temporal, workers) = prepared.parts.into_launches();
    Ok(ByHand::DevServer(Box::new(DevServer {
        temporal,
        workers,
        data: session.state.data(),
    })))
}
