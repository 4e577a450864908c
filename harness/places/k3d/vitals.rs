//! Which pods, nodes and databases live, and how those ended that do not.

use backend::Vitals;
use base::causes::in_one_line;
use base::log_tail::LogTail;

use super::backend::K3dBackend;
use super::error::Error;
use super::ports::MYSQL;
use super::record::Record;
use crate::container_life;

impl K3dBackend {
    /// One look at everything.
    pub(super) async fn lives(&self) -> Vitals {
        let known = self.known();
        let mut vitals = self.vitals_of_containers(&known).await;
        // Where the record cannot be read, that was said with the nodes.
        let Ok(Some(_)) = known else {
            return vitals;
        };
        match self.kubernetes().await {
            Ok(cluster) => vitals.join(cluster.vitals().await),
            Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        vitals
    }

    /// One look at the containers: the database, and the nodes of the cluster.
    pub async fn container_vitals(&self) -> Vitals {
        self.vitals_of_containers(&self.known()).await
    }

    async fn vitals_of_containers(&self, known: &Result<Option<Record>, Error>) -> Vitals {
        let mut vitals = Vitals::default();
        let docker = match self.docker().await {
            Ok(docker) => docker,
            Err(error) => {
                vitals.unseen = Some(in_one_line(&error));
                return vitals;
            }
        };
        let mysql = docker.mysql.container();
        container_life::add(&mut vitals, &docker.engine, MYSQL, mysql).await;
        match known {
            Ok(record) => {
                for node in record.iter().flat_map(|record| &record.nodes) {
                    container_life::add(&mut vitals, &docker.engine, node, node).await;
                }
            }
            Err(error) => vitals.unseen = Some(in_one_line(error)),
        }
        vitals
    }

    /// The end of the log of a pod, a node or the database.
    pub(super) async fn log_end(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        if let Some(tail) = self.container_words(replica, life).await {
            return Some(tail);
        }
        let cluster = self.kubernetes().await.ok()?;
        let folder = self.state().logs();
        cluster.last_words(&folder, replica, life).await
    }

    /// The end of the log of a node or the database. The first node stands for the cluster, as
    /// errors name that.
    pub async fn container_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let docker = self.docker().await.ok()?;
        let (container, file) = if replica == MYSQL {
            let file = self.state().logs().join(format!("{MYSQL}.log"));
            (docker.mysql.container().to_owned(), file)
        } else {
            let mut nodes = self.nodes().into_iter();
            let node = if replica == self.names().cluster {
                nodes.next()?
            } else {
                nodes.find(|node| node == replica)?
            };
            let file = self.node_log(&node);
            (node, file)
        };
        container_life::last_words(&docker.engine, &container, file, life).await
    }

    fn nodes(&self) -> Vec<String> {
        let record = self.known().ok().flatten();
        record.map_or_else(Vec::new, |record| record.nodes)
    }

    /// What is remembered of the cluster. A record that says nothing is an error here: without it
    /// nobody knows who should be alive.
    fn known(&self) -> Result<Option<Record>, Error> {
        Record::known(self.state()).map_err(|source| self.record_error("read", source))
    }
}
