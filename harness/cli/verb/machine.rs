//! Asks whether this machine has what a k3d cluster needs.

use std::time::Duration;

use base::causes;
use base::tool::Environment;
use docker::{self, Engine};
use tokio_util::sync::CancellationToken;

use crate::doctor::{self, Found};

/// The deadline after which a silent Docker engine counts as absent.
const DOCKER: Duration = Duration::from_secs(2);

/// The Docker engine and k3d of this machine: the version, or why it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) docker: Result<String, String>,
    pub(super) k3d: Result<String, String>,
}

impl Machine {
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
            Err("this user has no permission to use the Docker engine".to_owned())
        }
        Ok(Err(_)) | Err(_) => Err("no Docker engine answers".to_owned()),
    }
}

/// Whether missing permissions are the reason.
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
