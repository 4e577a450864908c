//! Logs of pods, and of the ground of a rehearsal.

use backend::{Backend as _, Log};
use kubernetes::Cluster;
use tokio_util::sync::CancellationToken;

use super::backend::AzureBackend;

impl AzureBackend {
    /// The log files that there are.
    pub(super) async fn log_files(&self) -> Vec<Log> {
        match &self.ground {
            Some(ground) => ground.logs().await,
            None => Cluster::logs(&self.state.logs()),
        }
    }

    /// Brings them up to date.
    pub(super) async fn refresh_logs(
        &self,
        follow: Option<&CancellationToken>,
    ) -> Result<(), backend::Error> {
        match &self.ground {
            Some(ground) => ground.collect_logs(follow).await,
            None => match self.connection().await? {
                Some(connection) => {
                    let folder = self.state.logs();
                    connection.cluster.collect_logs(&folder, follow).await
                }
                None => Ok(()),
            },
        }
    }
}
