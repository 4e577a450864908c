//! What engine `server` runs in containers beside its processes: MySQL, and the web console.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use backend::state::Directory;
use backend::{Endpoint, Readiness, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use base::tool::Environment;
use database::Mysql;
use docker::{Engine, Status};
use futures_util::future::try_join;
use model::plan::{Action, Observed, Resource, ResourceId, State};
use model::topology::ServiceName;
use mysql::Access;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::console::{Console, WEB};
use super::error::Error;
use crate::{container_life, remove_owned};

/// How long one look at the console may take.
const LOOK: Duration = Duration::from_secs(2);

/// The name of the database among the replicas of a topology.
pub(super) const MYSQL: &str = "mysql";

/// Whether a resource is a container here, or in one.
pub(super) fn owns(id: &ResourceId) -> bool {
    *id == Console::id() || database::owns(id)
}

/// Whether a service runs in a container here.
pub(super) fn is_one(service: &ServiceName) -> bool {
    [MYSQL, WEB].contains(&service.as_str())
}

/// The containers of a state folder.
#[derive(Debug)]
pub(super) struct Containers {
    state: Directory,
    environment: Environment,
    /// Made when Docker is first needed: where nothing is in containers, nobody asks for it.
    database: OnceCell<(Engine, Mysql)>,
    pub(super) console: Option<Console>,
}

impl Containers {
    pub(super) fn new(state: Directory, environment: Environment) -> Self {
        Self {
            state,
            environment,
            database: OnceCell::new(),
            console: None,
        }
    }

    async fn database(&self) -> Result<&(Engine, Mysql), Error> {
        let made = self.database.get_or_try_init(|| async {
            let engine = Engine::connect(&self.environment).await?;
            let mysql = Mysql::new(engine.clone(), self.state.clone(), self.environment.clone());
            Ok::<_, Error>((engine, mysql))
        });
        made.await
    }

    pub(super) async fn mysql(&self) -> Result<&Mysql, Error> {
        Ok(&self.database().await?.1)
    }

    /// The database, to prepare it.
    pub(super) async fn mysql_mut(&mut self) -> Result<&mut Mysql, Error> {
        self.database().await?;
        let made = self.database.get_mut();
        Ok(&mut made.expect("it was made just now").1)
    }

    pub(super) async fn engine(&self) -> Result<&Engine, Error> {
        Ok(&self.database().await?.0)
    }

    /// How the database of this folder is reached, if one was made.
    pub(super) async fn access(&self) -> Result<Option<Access>, Error> {
        match self.address() {
            Some(_) => Ok(Some(self.mysql().await?.access()?)),
            None => Ok(None),
        }
    }

    /// Where the database of this folder listens, if it was ever made.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        database::address(&self.state)
    }

    /// Whether there is, or may be, anything: without that nobody needs Docker. The secrets are
    /// made before anything is, and go when nothing is left.
    pub(super) fn exist(&self, named: &[ResourceId]) -> bool {
        self.state.secrets().exists() || named.iter().any(owns)
    }

    pub(super) fn desire(&self) -> Vec<Resource> {
        let console = self.console.iter().map(Console::resource);
        let database = self.database.get().map(|(_, mysql)| mysql.desire());
        database.into_iter().flatten().chain(console).collect()
    }

    pub(super) async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, Error> {
        if !self.exist(named) {
            return Ok(Vec::new());
        }
        let (engine, mysql) = match self.database().await {
            Ok(database) => database,
            // The processes can be seen and stopped all the same.
            Err(error) => return Ok(vec![unknown(&error)]),
        };
        let mut observed = mysql.observe(named).await?;
        if let Some(console) = Console::read(&self.state) {
            observed.push(console.observe(engine).await?);
        }
        Ok(observed)
    }

    /// Whether the database was made and its data is gone; where Docker does not answer, nobody
    /// knows.
    pub(super) async fn lack_data(&self) -> bool {
        if self.address().is_none() {
            return false;
        }
        match self.mysql().await {
            Ok(mysql) => mysql.lacks_data().await,
            Err(_) => false,
        }
    }

    /// CPU time that each has used since its start, of those that run.
    pub(super) async fn usage(&self) -> BTreeMap<String, Duration> {
        let mut usage = BTreeMap::new();
        if !self.exist(&[]) {
            return usage;
        }
        let Ok((engine, mysql)) = self.database().await else {
            return usage;
        };
        usage.extend(mysql.usage().await.map(|time| (MYSQL.to_owned(), time)));
        if let Some(console) = Console::read(&self.state) {
            let time = engine.cpu_time(console.container()).await.ok();
            usage.extend(time.map(|time| (WEB.to_owned(), time)));
        }
        usage
    }

    /// Which of them live, and how those ended that do not.
    pub(super) async fn vitals(&self) -> Vitals {
        let mut vitals = Vitals::default();
        if !self.exist(&[]) {
            return vitals;
        }
        match self.database().await {
            Ok((engine, mysql)) => {
                container_life::add(&mut vitals, engine, MYSQL, mysql.container()).await;
                match Console::known(&self.state) {
                    Ok(Some(console)) => {
                        container_life::add(&mut vitals, engine, WEB, console.container()).await;
                    }
                    Ok(None) => {}
                    Err(error) => vitals.unseen = Some(in_one_line(&error)),
                }
            }
            Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        vitals
    }

    /// The end of the log of one of them in its last life, or in a named one.
    pub(super) async fn log_end(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let (engine, mysql) = self.database().await.ok()?;
        let container = if replica == MYSQL {
            mysql.container().to_owned()
        } else {
            Console::read(&self.state)?.container().to_owned()
        };
        let file = self.state.logs().join(format!("{replica}.log"));
        container_life::last_words(engine, &container, file, life).await
    }

    pub(super) async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), Error> {
        if database::owns(id) {
            return Ok(self.mysql().await?.apply(id, action).await?);
        }
        let engine = self.engine().await?;
        match action {
            Action::Keep => Ok(()),
            Action::Create | Action::Update => {
                let console = self.console.as_ref();
                let console = console.ok_or_else(|| Error::Unknown { id: id.clone() })?;
                Ok(console.create(engine, &self.state).await?)
            }
            Action::Delete => match Console::read(&self.state) {
                Some(console) => Ok(console.remove(engine, &self.state).await?),
                None => Ok(()),
            },
        }
    }

    pub(super) async fn ready(&self, id: &ResourceId, http: &reqwest::Client) -> Readiness {
        let looked = if database::owns(id) {
            match self.mysql().await {
                Ok(mysql) => Ok(mysql.ready(id).await),
                Err(error) => Err(error),
            }
        } else {
            self.console_ready(http).await
        };
        match looked {
            Ok(readiness) => readiness,
            Err(error) => Readiness::NotYet(error.to_string()),
        }
    }

    async fn console_ready(&self, http: &reqwest::Client) -> Result<Readiness, Error> {
        let Some(console) = Console::read(&self.state) else {
            return Ok(Readiness::Never("it was never made".to_owned()));
        };
        let container = self.engine().await?.container(console.container()).await?;
        match container.map(|container| container.status) {
            Some(Status::Running) => {}
            Some(status) => return Ok(Readiness::Never(status.to_string())),
            None => return Ok(Readiness::Never("its container is gone".to_owned())),
        }
        let url = console.url();
        let answer = http.get(&url).timeout(LOOK).send().await;
        Ok(match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => Readiness::Ready,
            Err(_) => Readiness::NotYet(format!("GET {url}: no answer yet")),
        })
    }

    /// Where those listen that were made.
    pub(super) fn endpoints(&self) -> Vec<Endpoint> {
        let database = self.address().map(|address| Endpoint {
            service: ServiceName::new(MYSQL),
            replica: MYSQL.to_owned(),
            port: MYSQL.to_owned(),
            address,
            wanted: None,
        });
        let console = Console::read(&self.state).map(|console| Endpoint {
            service: ServiceName::new(WEB),
            replica: WEB.to_owned(),
            port: "http".to_owned(),
            address: console.listen.address,
            wanted: console.listen.wanted,
        });
        database.into_iter().chain(console).collect()
    }

    /// Brings their log files up to date; with `follow`, goes on until that is cancelled.
    pub(super) async fn collect_logs(
        &self,
        follow: Option<&CancellationToken>,
    ) -> Result<(), Error> {
        if !self.exist(&[]) {
            return Ok(());
        }
        let mysql = async { Ok::<_, Error>(self.mysql().await?.collect_log(follow).await?) };
        try_join(mysql, self.collect_console_log(follow)).await?;
        Ok(())
    }

    async fn collect_console_log(&self, follow: Option<&CancellationToken>) -> Result<(), Error> {
        let Some(console) = Console::read(&self.state) else {
            return Ok(());
        };
        let (engine, container) = (self.engine().await?, console.container());
        let file = self.state.logs().join(format!("{WEB}.log"));
        if let Some(stop) = follow {
            engine.follow_log(container, &file, stop).await?;
        } else if engine.container(container).await?.is_some() {
            engine.write_log(container, &file).await?;
        }
        Ok(())
    }

    /// Kills one of them; says whether it is down, and what was seen.
    pub(super) async fn kill(&self, service: &str) -> Result<(bool, String), Error> {
        if service == MYSQL {
            return Ok(self.mysql().await?.kill().await?);
        }
        let Some(console) = Console::read(&self.state) else {
            return Ok((false, "the web console was not running".to_owned()));
        };
        let down = console.kill(self.engine().await?).await?;
        Ok((
            down,
            format!("container {} was killed", console.container()),
        ))
    }

    /// Starts one of them again; one that was taken down since is no fault any more.
    pub(super) async fn start_again(&self, replica: &str) -> Result<(), Error> {
        if replica == MYSQL {
            return Ok(self.mysql().await?.start_again().await?);
        }
        match Console::read(&self.state) {
            Some(console) => Ok(console.start_again(self.engine().await?).await?),
            None => Ok(()),
        }
    }

    /// Removes whatever carries the mark of the folder, and names what would not go.
    pub(super) async fn sweep(&self) -> Vec<String> {
        match self.remove_marked().await {
            Ok(left) => left,
            Err(error) => vec![format!(
                "what Docker may have of it: {}",
                in_one_line(&error)
            )],
        }
    }

    async fn remove_marked(&self) -> Result<Vec<String>, Error> {
        let (_, left) = remove_owned(self.engine().await?, &self.state, &[]).await?;
        if left.is_empty() {
            database::forget_secrets(&self.state)?;
        }
        Ok(left)
    }
}

/// What is observed of containers where nobody can be asked about them.
fn unknown(error: &Error) -> Observed {
    Observed {
        id: database::container_id(),
        state: State::Dead {
            reason: error.to_string(),
        },
        needs: Vec::new(),
    }
}
