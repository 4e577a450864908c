//! Makes the golden snapshot: initialises a MySQL, creates both of Temporal's schemas, shuts it
//! down cleanly, and keeps its data.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use artifact::cache_root;
use backend::Provision;
use backend::state::{self, Holder, Lock};
use base::news::Progress;
use base::secret::Secret;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use docker::{Container, ContainerSpec, File, Mount, OWNER, Publish, Status};
use mysql::ConnectOptions;
use mysql::schema::Store;
use tokio::time::{Instant, sleep};

use super::Error;
use super::blueprint::{DATA, PORT, STOP, USER, common_arguments, file, sign_in};
use super::look::{FIRST_PAUSE, LAST_PAUSE, answers};
use super::schema_tool::{Instance, SchemaTool, Task};
use super::snapshot::{Helper, Snapshot};

/// How long MySQL may take to initialise its data and answer.
const INITIALISE: Duration = Duration::from_mins(5);

/// How long another command may take to make the same snapshot.
const LOCK_DEADLINE: Duration = Duration::from_mins(10);

/// The log file of a MySQL from which no snapshot could be made.
const LOG: &str = "mysql-build.log";

/// Removes the user that only the snapshot's making needs.
const DROP_USER: &str = "MYSQL_PWD=$(cat /etc/harness/mysql/root) \
                      exec mysql --user=root --execute=\"DROP USER 'temporal'@'%'\"";

/// The inputs of a snapshot.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) helper: Helper<'a>,
    pub(super) environment: &'a Environment,
    /// The state folder. It receives the log of a failed MySQL, and it replaces a missing cache
    /// folder.
    pub(super) state: &'a state::Directory,
    pub(super) server: &'a str,
    pub(super) tool: &'a SchemaTool,
    pub(super) snapshot: &'a Snapshot,
    /// The verb of this command, which other commands read while they wait.
    pub(super) verb: &'a str,
    pub(super) provision: Provision<'a>,
}

impl Maker<'_> {
    /// Makes the snapshot unless it exists.
    pub(super) async fn provide(&self) -> Result<(), Error> {
        if self.is_there().await? {
            return Ok(());
        }
        let _lock = self.lock().await?;
        if self.is_there().await? {
            return Ok(());
        }
        let cancel = self.provision.cancel;
        let made = tokio::select! {
            made = self.make() => made,
            () = cancel.cancelled() => Err(Error::Interrupted),
        };
        let made = self.explain(made).await;
        let cleaned = self.clean().await;
        made.and(cleaned)?;
        self.remember()
    }

    /// Whether the snapshot exists. A record in the cache folder saves a look into the volume.
    async fn is_there(&self) -> Result<bool, Error> {
        if !self.helper.has_volume(self.snapshot).await? {
            return Ok(false);
        }
        if self.record().exists() {
            return Ok(true);
        }
        let whole = self.helper.is_whole(self.snapshot).await?;
        if whole {
            self.remember()?;
        }
        Ok(whole)
    }

    fn folder(&self) -> Utf8PathBuf {
        let root = cache_root(self.environment);
        root.unwrap_or_else(|| self.state.path().to_owned())
            .join("mysql")
    }

    fn record(&self) -> Utf8PathBuf {
        self.folder().join(format!("{}.json", self.snapshot.key()))
    }

    fn remember(&self) -> Result<(), Error> {
        let record = serde_json::json!({
            "volume": self.snapshot.volume(),
            "image": self.helper.image,
            "server": self.server,
        });
        let (folder, path) = (self.folder(), self.record());
        fs_err::create_dir_all(&folder)
            .and_then(|()| base::file::write_atomically(&path, record.to_string().as_bytes()))
            .map_err(Error::file("write", path))
    }

    /// Locks the making of this snapshot. Other commands that need it wait and then find it.
    async fn lock(&self) -> Result<Lock, Error> {
        let folder = self.folder();
        let path = folder.join(format!("{}.lock", self.snapshot.key()));
        fs_err::create_dir_all(&folder).map_err(Error::file("make", folder))?;
        let holder = match self.acquire(&path, Duration::ZERO).await? {
            Ok(lock) => return Ok(lock),
            Err(holder) => holder,
        };
        let Provision { events, cancel, .. } = self.provision;
        events.notice(format!(
            "waiting for `{holder}`, which is preparing the same MySQL"
        ));
        tokio::select! {
            waited = self.acquire(&path, LOCK_DEADLINE) => waited?.map_err(|holder| Error::Busy {
                holder,
                waited: LOCK_DEADLINE,
            }),
            () = cancel.cancelled() => Err(Error::Interrupted),
        }
    }

    async fn acquire(
        &self,
        path: &Utf8Path,
        limit: Duration,
    ) -> Result<Result<Lock, Holder>, Error> {
        let acquired = Lock::acquire(path, self.verb, limit).await;
        acquired.map_err(Error::file("lock", path))
    }

    async fn make(&self) -> Result<(), Error> {
        self.clean().await?;
        let what = format!(
            "prepare MySQL {} with Temporal's schema {}",
            self.helper.image.reference.trim_start_matches("mysql:"),
            self.server
        );
        // Initialise, three tasks for each store, stop, keep.
        let total = 1 + 3 * Store::ALL.len() as u64 + 2;
        let mut progress = Progress::new(what, self.provision.events.listener());
        let mut steps = 0..=total;
        let mut step = || progress.at(steps.next().unwrap_or(total), Some(total));
        step();
        let access = self.initialise().await?;
        step();
        let container = self.build();
        let instance = Instance {
            engine: self.helper.engine,
            environment: self.environment,
            names: self.helper.names,
            owner: self.helper.owner,
            container: &container,
            access: &access,
            roots: None,
        };
        for store in Store::ALL {
            for task in Task::ALL {
                self.tool.run(&instance, store, task).await?;
                step();
            }
        }
        self.stop().await?;
        step();
        self.helper.fill(self.snapshot, &self.build()).await?;
        step();
        progress.finish();
        Ok(())
    }

    /// The name of the container and of its volume.
    fn build(&self) -> String {
        self.helper.names.helper("build")
    }

    /// Starts a new MySQL and waits until it answers.
    async fn initialise(&self) -> Result<ConnectOptions, Error> {
        let engine = self.helper.engine;
        let user = self.helper.user().await?;
        let volume = self.build();
        let owner = [(OWNER.to_owned(), self.helper.owner.to_owned())].into();
        engine.create_volume(&volume, &owner).await?;
        let password = Secret::generate();
        let spec = self.spec(volume, &password, user);
        let container = engine.start_container(&spec).await?;
        let port = container.ports.first().map(|port| port.host.port());
        let access = ConnectOptions {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: port.ok_or_else(|| ended(&container))?,
            user: USER.to_owned(),
            password,
            roots: None,
        };
        self.wait_for_answer(&access).await?;
        Ok(access)
    }

    /// Without a binary log and with a small redo log, the copy is smaller. The image's own
    /// variables create the user, because `--init-file` would also run during initialisation.
    fn spec(&self, volume: String, password: &Secret, user: (u64, u64)) -> ContainerSpec {
        let mut arguments = common_arguments().to_vec();
        arguments
            .extend(["--skip-log-bin", "--loose-innodb-redo-log-capacity=8M"].map(str::to_owned));
        let root = file("root", Secret::generate().reveal(), user);
        let environment = [
            ("MYSQL_ROOT_PASSWORD_FILE", root.path.as_str()),
            ("MYSQL_ROOT_HOST", "localhost"),
            ("MYSQL_INITDB_SKIP_TZINFO", "yes"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let sign_in = File {
            path: "/docker-entrypoint-initdb.d/sign-in.sql".into(),
            ..file("sign-in.sql", &sign_in(password), user)
        };
        ContainerSpec {
            name: self.build(),
            image: self.helper.image.id.clone(),
            arguments,
            environment,
            owner: self.helper.owner.to_owned(),
            publish: vec![Publish {
                container: PORT,
                host: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            }],
            mounts: vec![Mount {
                volume,
                target: DATA.to_owned(),
                read_only: false,
            }],
            files: vec![root, sign_in],
            stop_timeout: Some(STOP),
            ..ContainerSpec::default()
        }
    }

    async fn wait_for_answer(&self, access: &ConnectOptions) -> Result<(), Error> {
        let deadline = Instant::now() + INITIALISE;
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(error) = answers(access).await else {
                return Ok(());
            };
            let container = self.helper.engine.container(&self.build()).await?;
            match container {
                Some(container) if container.status != Status::Running => {
                    return Err(ended(&container));
                }
                _ if Instant::now() >= deadline => {
                    return Err(Error::Silent {
                        deadline: INITIALISE,
                        reason: Error::from(error).in_one_line(),
                    });
                }
                _ => {}
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Drops the temporary user and shuts down cleanly, because only flushed data is complete.
    async fn stop(&self) -> Result<(), Error> {
        let (engine, name) = (self.helper.engine, self.build());
        let (code, output) = engine.exec(&name, &["/bin/sh", "-ec", DROP_USER]).await?;
        if code != 0 {
            let act = "drop the user that made the schemas";
            return Err(Error::Helper { act, code, output });
        }
        engine.stop_container(&name, STOP).await?;
        match engine.container(&name).await? {
            Some(container) if container.status.is_success() => Ok(()),
            Some(container) => Err(ended(&container)),
            None => Err(Error::Ended {
                name,
                status: "it is gone".to_owned(),
            }),
        }
    }

    /// Keeps the log of a failed MySQL and adds its path to the error.
    async fn explain(&self, made: Result<(), Error>) -> Result<(), Error> {
        let source = match made {
            Ok(()) | Err(Error::Interrupted) => return made,
            Err(source) => source,
        };
        let log = self.state.logs().join(LOG);
        self.keep_log(&log).await;
        Err(Error::Golden {
            log,
            source: Box::new(source),
        })
    }

    async fn keep_log(&self, log: &Utf8Path) {
        // The error itself is enough if the log cannot be written.
        let _ = self.helper.engine.write_log(&self.build(), log).await;
    }

    /// Removes leftovers of this run and of a killed one.
    async fn clean(&self) -> Result<(), Error> {
        let (engine, names) = (self.helper.engine, self.helper.names);
        for name in ["copy", "schema", "build"] {
            engine.remove_container(&names.helper(name)).await?;
        }
        Ok(engine.remove_volume(&self.build()).await?)
    }
}

fn ended(container: &Container) -> Error {
    Error::Ended {
        name: container.name.clone(),
        status: container.status.to_string(),
    }
}
