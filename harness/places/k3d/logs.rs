//! Logs of pods, of the database, and, where the cluster failed, of its nodes.

use backend::Log;
use kubernetes::Cluster;
use tokio_util::sync::CancellationToken;

use super::backend::K3dBackend;

impl K3dBackend {
    /// The log files that there are.
    pub(super) async fn log_files(&self) -> Vec<Log> {
        let cluster = &self.names().cluster;
        let mut logs = Cluster::logs(&self.state().logs());
        let nodes = self.record().ok().flatten().map(|record| record.nodes);
        let nodes: Vec<String> = nodes.unwrap_or_default();
        for log in &mut logs {
            if nodes.contains(&log.replica) {
                log.services = vec![cluster.clone()];
            }
            // The first node stands for the cluster, as errors name that.
            if nodes.first() == Some(&log.replica) {
                log.replica.clone_from(cluster);
            }
        }
        if let Ok(docker) = self.docker().await {
            logs.extend(docker.mysql.log());
        }
        logs
    }

    /// Brings them up to date.
    pub(super) async fn refresh_logs(
        &self,
        follow: Option<&CancellationToken>,
    ) -> Result<(), backend::Error> {
        let folder = self.state().logs();
        let mysql = &self.docker().await?.mysql;
        let pods = async {
            if self.live_cluster().await?.is_some() {
                let cluster = self.kubernetes().await?;
                return cluster.collect_logs(&folder, follow).await;
            }
            self.write_node_logs().await;
            Ok(())
        };
        let (mysql, pods) = tokio::join!(mysql.collect_log(follow), pods);
        mysql.and(pods)
    }
}
