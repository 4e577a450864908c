//! What stands on this machine for a rehearsed cloud's cluster and database: a cluster made by k3d,
//! with MySQL in a container beside it.

use std::sync::{Arc, Mutex, PoisonError};

use azure_simulator::{Hooks, Nothing};
use backend::state::{Directory, Lock};
use camino::Utf8PathBuf;
use docker::Engine;
use model::profile;
use tokio::task::JoinSet;

use super::settings::{Aim, Settings};
use crate::k3d::{self, Extent, K3dBackend};

/// The ground of a rehearsal.
#[derive(Debug)]
pub(super) struct Ground {
    /// What makes its resources.
    pub(super) place: K3dBackend,
    /// What is asked of it besides.
    pub(super) handle: k3d::Ground,
}

/// The ground of a rehearsal, if it has one.
pub(super) fn of(
    settings: &Settings,
    state: &Directory,
    lock: Option<&Arc<Lock>>,
) -> Result<Option<Ground>, backend::Error> {
    let Aim::Rehearsal { ground: true, .. } = settings.aim else {
        return Ok(None);
    };
    let settings = k3d::Settings {
        profile: settings.profile.clone(),
        cluster: profile::K3d::default(),
        extent: Extent::Ground,
        environment: settings.environment.clone(),
    };
    let place = K3dBackend::new(settings, state.clone(), lock.cloned())?;
    let handle = place.ground();
    Ok(Some(Ground { place, handle }))
}

/// What is real behind the built-in Azure.
pub(super) async fn hooks(ground: Option<&Ground>) -> Result<Arc<dyn Hooks>, backend::Error> {
    let Some(ground) = ground else {
        return Ok(Arc::new(Nothing));
    };
    let ground = &ground.handle;
    let [mysql, container] = ground.mysql_names().await?;
    Ok(Arc::new(Behind {
        kubeconfig: ground.kubeconfig(),
        mysql,
        container,
        engine: ground.engine().await?.clone(),
        restarts: Mutex::default(),
    }))
}

/// The cluster and the database of this machine, as the built-in Azure speaks of them.
struct Behind {
    kubeconfig: Utf8PathBuf,
    mysql: String,
    container: String,
    engine: Engine,
    /// Restarts under way; they end with it.
    restarts: Mutex<JoinSet<()>>,
}

impl Hooks for Behind {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        let read = fs_err::read_to_string(&self.kubeconfig);
        read.map_err(|error| format!("nothing runs as the cluster {cluster}: {error}"))
    }

    fn mysql_host(&self, _: &str) -> String {
        self.mysql.clone()
    }

    fn mysql_restart(&self, _: &str) {
        let (engine, container) = (self.engine.clone(), self.container.clone());
        let mut restarts = self.restarts.lock().unwrap_or_else(PoisonError::into_inner);
        restarts.spawn(async move {
            if let Err(error) = restart(&engine, &container).await {
                tracing::warn!(%error, "the database was not restarted");
            }
        });
    }
}

/// As a failover does it: without a word, and with the data as it is.
async fn restart(engine: &Engine, container: &str) -> Result<(), docker::Error> {
    engine.kill_container(container).await?;
    engine.start_again(container).await
}
