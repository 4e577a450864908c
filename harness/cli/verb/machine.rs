//! What this machine has for a cluster: asked of the machine itself.

use std::time::Duration;

use base::causes;
use base::tool::Environment;
use docker::{self, Engine};
use tokio_util::sync::CancellationToken;

use crate::doctor::{self, Found};

/// How long a Docker engine may take to answer before this machine counts as one without.
const DOCKER: Duration = Duration::from_secs(2);

/// What this machine has for a cluster: what answers, or why nothing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) docker: Result<String, String>,
    pub(super) k3d: Result<String, String>,
}

impl Machine {
    /// Asks the machine.
    pub(super) async fn ask(environment: &Environment) -> Self {
        let (docker, k3d) = tokio::join!(docker(environment), k3d(environment));
        Self { docker, k3d }
    }
}

async fn docker(environment: &Environment) -> Result<String, String> {
    let asked = async {
        let engine = Engine::connect(environment).await?;
        engine.version().await
    };
    match tokio::time::timeout(DOCKER, asked).await {
        Ok(Ok(version)) => Ok(format!("Docker {version}")),
        Ok(Err(error @ docker::Error::Host { .. })) => Err(error.to_string()),
        Ok(Err(error)) if is_forbidden(&error) => {
            Err("this user may not use the Docker engine".to_owned())
        }
        Ok(Err(_)) | Err(_) => Err("no Docker engine answers".to_owned()),
    }
}

/// Whether it is for want of rights that nothing answers.
fn is_forbidden(error: &docker::Error) -> bool {
    causes::of(error).any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    })
}

async fn k3d(environment: &Environment) -> Result<String, String> {
    match doctor::find_k3d(environment, &CancellationToken::new()).await {
        Found::Works(said) => Ok(said.replace(" version", "")),
        Found::Absent => Err("k3d is not installed".to_owned()),
        Found::Fails(reason) | Found::Unusable { reason, .. } => {
            Err(format!("k3d does not work: {reason}"))
        }
    }
}
