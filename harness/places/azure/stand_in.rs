//! The stand-in for a rehearsed cloud's cluster and database: a k3d cluster on this machine, with
//! MySQL in a container beside it.

use std::sync::{Arc, Mutex, PoisonError};

use azure_simulator::{Hooks, Nothing};
use backend::state::{Directory, Lock};
use base::causes::in_one_line;
use camino::Utf8PathBuf;
use docker::Engine;
use model::profile;
use tokio::task::JoinSet;

use super::settings::{Aim, Settings};
use crate::k3d::{self, Extent, K3dBackend};

/// The stand-in of a rehearsal.
#[derive(Debug)]
pub(super) struct StandIn {
    /// The backend that makes its resources.
    pub(super) place: K3dBackend,
    /// The operations that a backend does not have.
    pub(super) infrastructure: k3d::Infrastructure,
}

/// The stand-in of a rehearsal, if it has one.
pub(super) fn of(
    settings: &Settings,
    state: &Directory,
    lock: Option<&Arc<Lock>>,
) -> Result<Option<StandIn>, backend::Error> {
    let Aim::Rehearsal { stand_in: true, .. } = settings.aim else {
        return Ok(None);
    };
    let settings = k3d::Settings {
        profile: settings.profile.clone(),
        cluster: profile::K3d::default(),
        extent: Extent::Infrastructure,
        environment: settings.environment.clone(),
    };
    let place = K3dBackend::new(settings, state.clone(), lock.cloned())?;
    let infrastructure = place.infrastructure();
    Ok(Some(StandIn {
        place,
        infrastructure,
    }))
}

/// The hooks by which the built-in Azure reaches the stand-in.
pub(super) async fn hooks(stand_in: Option<&StandIn>) -> Result<Arc<dyn Hooks>, backend::Error> {
    let Some(stand_in) = stand_in else {
        return Ok(Arc::new(Nothing));
    };
    let stand_in = &stand_in.infrastructure;
    let [mysql, container] = stand_in.mysql_names().await?;
    Ok(Arc::new(StandInHooks {
        kubeconfig: stand_in.kubeconfig(),
        mysql,
        container,
        engine: stand_in.engine().await?.clone(),
        restarts: Mutex::default(),
    }))
}

/// The stand-in, as the built-in Azure sees it.
struct StandInHooks {
    kubeconfig: Utf8PathBuf,
    mysql: String,
    container: String,
    engine: Engine,
    /// Running restarts; they end when this is dropped.
    restarts: Mutex<JoinSet<()>>,
}

impl Hooks for StandInHooks {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        let read = fs_err::read_to_string(&self.kubeconfig);
        read.map_err(|error| format!("no cluster stands in for {cluster}: {error}"))
    }

    fn mysql_host(&self, _: &str) -> String {
        self.mysql.clone()
    }

    fn mysql_restart(&self, _: &str) {
        let (engine, container) = (self.engine.clone(), self.container.clone());
        let mut restarts = self.restarts.lock().unwrap_or_else(PoisonError::into_inner);
        restarts.spawn(async move {
            if let Err(error) = restart(&engine, &container).await {
                let error = in_one_line(&error);
                tracing::warn!(error, "could not restart the database");
            }
        });
    }
}

/// Restarts as a failover does: without a clean shutdown, and without loss of data.
async fn restart(engine: &Engine, container: &str) -> Result<(), docker::Error> {
    engine.kill_container(container).await?;
    engine.start_again(container).await
}
