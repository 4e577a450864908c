//! A k3d cluster by hand: k3d, kubectl, and the SQL tool in a job.

use std::collections::BTreeMap;

use artifact::WorkerImage;
use backend::Provision;
use base::tool::Environment;
use kubernetes::Images;
use model::profile;
use places::k3d::{self, K3dBackend};

use super::common::{artifact_error, common, missing, ports, worker};
use crate::bench::{ByHand, Script};
use crate::error::CommandError;
use crate::verb::session::{Session, backend_error};

/// The script of the steps.
const STEPS: &str = include_str!("../../../../../benches/by-hand/k3d.sh");

/// The programs that the script needs.
const TOOLS: [&str; 5] = ["bash", "curl", "docker", "k3d", "kubectl"];

/// The script for a session's topology. Fetches its images first.
pub(super) async fn of(
    session: &Session<K3dBackend>,
    provision: Provision<'_>,
) -> Result<ByHand, CommandError> {
    let environment = Environment::of_process();
    if let Some(missing) = missing(&environment, &TOOLS) {
        return Ok(ByHand::Missing(missing));
    }
    let profile::Backend::K3d(cluster) = &session.profile.backend else {
        unreachable!("the session has backend k3d");
    };
    let topology = &session.topology;
    let foreseen = session.backend.foresee(topology, provision.cancel).await;
    foreseen.map_err(backend_error)?;
    let worker = worker_image(session, &environment, provision).await?;
    let images = Images::of(topology, BTreeMap::new());
    let import = worker.archive.map(camino::Utf8PathBuf::into_string);
    let mut variables = common(topology);
    variables.extend([
        ("PORTS", ports(2)?),
        ("SERVERS", cluster.servers.to_string()),
        ("AGENTS", cluster.agents.to_string()),
        ("K3S_IMAGE", k3d::node_image(cluster)),
        ("SERVER_IMAGE", images.server),
        ("ADMIN_IMAGE", images.admin_tools),
        ("WEB_IMAGE", images.web),
        (
            "WORKER_IMPORT",
            import.unwrap_or_else(|| worker.reference.clone()),
        ),
        ("WORKER_IMAGE", worker.reference),
    ]);
    Ok(ByHand::Script(Script {
        text: STEPS,
        folder: session.state.path().join("by-hand"),
        variables,
        environment,
    }))
}

async fn worker_image(
    session: &Session<K3dBackend>,
    environment: &Environment,
    provision: Provision<'_>,
) -> Result<WorkerImage, CommandError> {
    let folder = session.state.path().join("images");
    let made = artifact::worker_image(
        worker(&session.topology).run,
        environment,
        &folder,
        provision.events.listener(),
        provision.cancel,
    );
    made.await.map_err(artifact_error)
}
