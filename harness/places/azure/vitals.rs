//! Which pods live, and how those ended that do not; in a rehearsal also what stands on this
//! machine for Azure's.

use backend::Vitals;
use base::causes::in_one_line;
use base::log_tail::LogTail;

use super::backend::AzureBackend;

impl AzureBackend {
    /// One look at everything. The database in Azure is Azure's affair.
    pub(super) async fn lives(&self) -> Vitals {
        let mut vitals = match &self.ground {
            Some(ground) => ground.container_vitals().await,
            None => Vitals::default(),
        };
        match self.connection().await {
            Ok(Some(connection)) => vitals.join(connection.cluster.vitals().await),
            Ok(None) => {}
            Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        vitals
    }

    /// The end of the log of a pod, or of what stands on this machine.
    pub(super) async fn log_end(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        if let Some(ground) = &self.ground
            && let Some(tail) = ground.container_words(replica, life).await
        {
            return Some(tail);
        }
        let connection = self.connection().await.ok()??;
        let folder = self.state.logs();
        connection.cluster.last_words(&folder, replica, life).await
    }
}
