//! The host of the containers beside the processes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::{Endpoint, Host, Log, Vitals};
use base::causes::in_one_line;
use base::file::Stored;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use futures_util::future::try_join;
use model::topology::ServiceName;
use mysql::ConnectOptions;
use tokio_util::sync::CancellationToken;

use super::console::{Console, WEB};
use super::docker_site::{Connected, MYSQL, is_container};
use super::error::Error;
use super::site::Site;
use crate::{container_life, owned};

/// The host of the database and the web console.
#[derive(Debug)]
pub struct ContainerHost {
    site: Arc<Site>,
}

impl ContainerHost {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    /// Docker, if something was ever created there and it answers.
    async fn docker(&self) -> Option<&Connected> {
        let docker = self.site.docker.connected_if_used(&[]).await;
        docker.ok().flatten()
    }

    /// The console that was created, if its record can be read.
    fn console(&self) -> Option<Console> {
        Console::read(&self.site.state).ok()?.damaged_as_none()
    }

    fn log(&self, replica: &str) -> Utf8PathBuf {
        self.site.state.logs().join(format!("{replica}.log"))
    }

    async fn lives(&self) -> Result<Vitals, Error> {
        let mut vitals = Vitals::default();
        let Some(docker) = self.site.docker.connected_if_used(&[]).await? else {
            return Ok(vitals);
        };
        let (engine, mysql) = (&docker.engine, docker.mysql.names().container());
        container_life::add(&mut vitals, engine, MYSQL, mysql).await;
        match Console::read(&self.site.state) {
            Ok(Stored::Read(console)) => {
                container_life::add(&mut vitals, engine, WEB, &console.name).await;
            }
            Ok(Stored::Absent) => {}
            // Nobody knows whether there is a console.
            Ok(Stored::Damaged(error)) | Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        Ok(vitals)
    }

    async fn collect(&self, follow: Option<&CancellationToken>) -> Result<(), Error> {
        let Some(docker) = self.site.docker.connected_if_used(&[]).await? else {
            return Ok(());
        };
        let mysql = async { Ok(docker.mysql.container().collect_log(follow).await?) };
        try_join(mysql, self.collect_console(docker, follow)).await?;
        Ok(())
    }

    async fn collect_console(
        &self,
        docker: &Connected,
        follow: Option<&CancellationToken>,
    ) -> Result<(), Error> {
        let Some(console) = Console::read(&self.site.state)?.damaged_as_none() else {
            return Ok(());
        };
        let (engine, container) = (&docker.engine, &console.name);
        let file = self.log(WEB);
        if let Some(stop) = follow {
            engine.follow_log(container, &file, stop).await?;
        } else if engine.container(container).await?.is_some() {
            engine.write_log(container, &file).await?;
        }
        Ok(())
    }
}

impl Host for ContainerHost {
    async fn vitals(&self) -> Vitals {
        let lives = self.lives().await;
        lives.unwrap_or_else(|error| Vitals::unseen(in_one_line(&error)))
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        if !is_container(replica) {
            return None;
        }
        let docker = self.docker().await?;
        let container = match replica {
            MYSQL => docker.mysql.names().container().to_owned(),
            _ => self.console()?.name,
        };
        let file = self.log(replica);
        container_life::log_tail(&docker.engine, &container, file, life).await
    }

    async fn logs(&self) -> Vec<Log> {
        // The logs are in the folder of all logs, which the host of processes lists.
        Vec::new()
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        Ok(self.collect(follow).await?)
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        let database = self.site.docker.database_address().map(|address| Endpoint {
            service: ServiceName::new(MYSQL),
            replica: MYSQL.to_owned(),
            port: MYSQL.to_owned(),
            address,
            wanted: None,
        });
        let console = self.console().map(|console| Endpoint {
            service: ServiceName::new(WEB),
            replica: WEB.to_owned(),
            port: "http".to_owned(),
            address: console.listen.address,
            wanted: console.listen.wanted,
        });
        database.into_iter().chain(console).collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let mut usage = BTreeMap::new();
        let Some(docker) = self.docker().await else {
            return usage;
        };
        let time = docker.mysql.container().usage().await;
        usage.extend(time.map(|time| (MYSQL.to_owned(), time)));
        if let Some(console) = self.console() {
            let time = docker.engine.cpu_time(&console.name).await.ok();
            usage.extend(time.map(|time| (WEB.to_owned(), time)));
        }
        usage
    }

    async fn database(&self) -> Result<Option<ConnectOptions>, backend::Error> {
        if !database::has_record(&self.site.state) {
            return Ok(None);
        }
        let docker = self.site.docker.connected().await?;
        docker.mysql.connect_options().map(Some)
    }

    fn settling_time(&self) -> Duration {
        if self.site.docker.is_used(&[]) {
            owned::ENGINE_SETTLING
        } else {
            Duration::ZERO
        }
    }
}
