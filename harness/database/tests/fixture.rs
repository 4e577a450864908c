//! A database in a temporary state folder.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use artifact::Program;
use backend::event::{Event, Events};
use backend::state::{Directory, Lock};
use backend::{Fetch, Provision, Readiness};
use base::tool::Environment;
use camino::Utf8Path;
use docker::{Engine, Owned};
use model::plan::{ResourceId, ResourceKind, State};
use model::topology::Topology;
use mysql::Client;
use tempfile::TempDir;
use testing::docker_engine::{engine, remove_all};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{Mysql, Prepared, SchemaTool, Wanted};

/// How long a step may take on a busy machine.
pub(super) const DEADLINE: Duration = Duration::from_mins(3);

pub(super) struct Fixture {
    pub(super) engine: Engine,
    pub(super) state: Directory,
    pub(super) mysql: Mysql,
    pub(super) prepared: Option<Prepared>,
    pub(super) events: Events,
    pub(super) heard: UnboundedReceiver<Event>,
    /// Cancels the preparation.
    pub(super) cancel: CancellationToken,
    environment: Environment,
    address: SocketAddr,
    lock: Lock,
    _folder: TempDir,
}

impl Fixture {
    /// An empty state folder.
    pub(super) async fn new() -> Self {
        let engine = engine().await;
        let folder = TempDir::new().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let state = Directory::new(path.join(".harness/test"));
        let opened = state.open("test", "process", Duration::ZERO).await;
        let (lock, _) = opened.expect("the folder is new");
        let environment = Environment::of_process();
        let (events, heard) = Events::channel();
        Self {
            mysql: Mysql::new(
                engine.clone(),
                state.clone(),
                environment.clone(),
                Some(&lock),
            ),
            engine,
            state,
            events,
            heard,
            cancel: CancellationToken::new(),
            environment,
            prepared: None,
            address: free_address(),
            lock,
            _folder: folder,
        }
    }

    /// Prepares the database of profile `server` with some values set.
    pub(super) async fn prepare(&mut self, sets: &[&str]) -> Result<Topology, backend::Error> {
        self.prepare_with(sets, self.schema_tool()).await
    }

    pub(super) async fn prepare_with(
        &mut self,
        sets: &[&str],
        schema_tool: SchemaTool,
    ) -> Result<Topology, backend::Error> {
        let topology = topology(sets);
        let wanted = Wanted {
            address: self.address,
            network: None,
            needs: Vec::new(),
            schema_tool,
            schema: true,
        };
        let provision = Provision {
            fetch: Fetch::Missing,
            events: &self.events,
            cancel: &self.cancel,
        };
        let prepared = self.mysql.prepare(&topology, wanted, provision).await?;
        self.prepared = Some(prepared);
        Ok(topology)
    }

    /// The program if it exists, because it starts faster than a container.
    fn schema_tool(&self) -> SchemaTool {
        match self.environment.find("temporal-sql-tool") {
            Some(path) => SchemaTool::Program(Program::new(path, Vec::new())),
            None => image_tool(),
        }
    }

    /// Makes or replaces everything and waits until it is ready.
    pub(super) async fn up(&self) {
        for id in [container(), schema()] {
            self.make(&id).await;
            self.wait_until_ready(&id).await;
        }
    }

    pub(super) fn prepared(&self) -> &Prepared {
        self.prepared.as_ref().expect("it was prepared")
    }

    pub(super) async fn make(&self, id: &ResourceId) {
        let made = self.mysql.make(id, self.prepared()).await;
        made.unwrap_or_else(|error| panic!("make {id}: {error:?}"));
    }

    pub(super) async fn remove(&self, id: &ResourceId) {
        let removed = self.mysql.remove(id).await;
        removed.unwrap_or_else(|error| panic!("remove {id}: {error:?}"));
    }

    pub(super) async fn wait_until_ready(&self, id: &ResourceId) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let reason = match self.mysql.ready(id, self.prepared.as_ref()).await {
                Readiness::Ready => return,
                Readiness::Never(reason) => panic!("{id} will never be ready: {reason}"),
                Readiness::NotYet(reason) => reason,
            };
            assert!(Instant::now() < deadline, "{id} is not ready: {reason}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn client(&self) -> Client {
        let access = self.mysql.connect_options().expect("it was made");
        let client = Client::connect(&access, None, DEADLINE).await;
        client.expect("it answers")
    }

    pub(super) async fn ask(&self, query: &str) -> Vec<Vec<Option<String>>> {
        let rows = self.client().await.rows(query).await;
        rows.unwrap_or_else(|error| panic!("{query}: {error:?}"))
    }

    /// The observed resources, one line each.
    pub(super) async fn observed(&self, named: &[ResourceId]) -> Vec<String> {
        let observed = self.mysql.observe(named).await.expect("Docker answers");
        let lines = observed.into_iter().map(|one| match one.state {
            State::Live(_) => format!("{} lives", one.id),
            State::Dead { reason } => format!("{} is dead: {reason}", one.id),
        });
        lines.collect()
    }

    /// Forgets what was prepared, as in a later command that only observes.
    pub(super) fn forget_prepared(&mut self) {
        let parts = (
            self.engine.clone(),
            self.state.clone(),
            self.environment.clone(),
        );
        self.mysql = Mysql::new(parts.0, parts.1, parts.2, Some(&self.lock));
        self.prepared = None;
    }

    pub(super) fn owner(&self) -> &str {
        self.state.path().as_str()
    }

    /// Removes the database as `down` does and checks that nothing is left.
    pub(super) async fn down(self) {
        self.remove(&schema()).await;
        self.remove(&container()).await;
        let left = self.engine.owned(self.owner()).await.expect("a list");
        assert_eq!(left, Vec::<Owned>::new());
        assert_eq!(self.observed(&[]).await, Vec::<String>::new());
        remove_all(&self.engine, self.owner()).await;
    }
}

/// The image with Temporal's SQL tool.
pub(super) fn image_tool() -> SchemaTool {
    SchemaTool::Image("temporalio/admin-tools:1.32.0".to_owned())
}

pub(super) fn container() -> ResourceId {
    ResourceId::new(ResourceKind::Container, "mysql")
}

pub(super) fn schema() -> ResourceId {
    ResourceId::new(ResourceKind::Schema, "temporal")
}

/// The topology of the project's profile `server`.
pub(super) fn topology(sets: &[&str]) -> Topology {
    testing::profile::topology("server", sets)
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound")
}
