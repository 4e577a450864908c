//! Real MySQL servers and the real SQL tool, for tests.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use base::secret::Secret;
use camino::Utf8PathBuf;
use docker::{ContainerSpec, File, Publish};
use testing::docker_engine::{TestContainer, engine};

use super::{Client, ConnectOptions, Error};

/// MySQL's port in its container.
const PORT: u16 = 3306;

/// How long a server may take to start.
const START: Duration = Duration::from_mins(2);

/// How long MySQL may take to answer.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// A release of Temporal that has images.
pub(super) const RELEASE: &str = "1.32.0";

/// A MySQL server for one test. Its container is removed on drop.
pub(super) struct Server {
    container: TestContainer,
    /// How to connect as root.
    pub(super) access: ConnectOptions,
}

impl Server {
    /// Starts a server.
    pub(super) async fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[]).await
    }

    /// Starts a server with files in its container.
    pub(super) async fn start_with(arguments: &[&str], files: &[(&str, String)]) -> Self {
        let engine = engine().await;
        let password = Secret::generate();
        let spec = spec(&password, arguments, files);
        let container = TestContainer::start(&engine, spec).await;
        let access = ConnectOptions {
            host: "127.0.0.1".to_owned(),
            port: container.port(PORT),
            user: "root".to_owned(),
            password,
            roots: None,
        };
        until_it_answers(&access).await;
        Self { container, access }
    }

    /// A connection as root.
    pub(super) async fn client(&self) -> Client {
        Client::connect(&self.access, None, DEADLINE)
            .await
            .expect("it answers")
    }
}

/// The container. It publishes its port only on this machine's loopback address.
fn spec(password: &Secret, arguments: &[&str], files: &[(&str, String)]) -> ContainerSpec {
    // The data need not survive a power failure.
    let arguments = [&["--innodb-flush-method=nosync"], arguments].concat();
    let variables = [
        ("MYSQL_ROOT_PASSWORD", password.reveal()),
        ("MYSQL_INITDB_SKIP_TZINFO", "1"),
    ];
    let file = |(path, content): &(&str, String)| File {
        path: Utf8PathBuf::from(*path),
        content: content.clone().into_bytes(),
        mode: 0o644,
        owner: (0, 0),
    };
    ContainerSpec {
        image: "mysql:8.4".to_owned(),
        arguments: arguments.into_iter().map(str::to_owned).collect(),
        environment: environment(&variables),
        publish: vec![Publish {
            container: PORT,
            host: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }],
        files: files.iter().map(file).collect(),
        ..ContainerSpec::default()
    }
}

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    let variables = variables.iter();
    let owned = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

/// Waits until a server answers, even with a refusal. MySQL does not listen while it initialises.
async fn until_it_answers(access: &ConnectOptions) {
    let started = Instant::now();
    while let Err(error @ (Error::Unreachable { .. } | Error::Deadline { .. })) =
        Client::connect(access, None, DEADLINE).await
    {
        assert!(started.elapsed() < START, "MySQL does not start: {error:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Temporal's SQL tool, in a container on the network of a server.
pub(super) struct SqlTool {
    container: TestContainer,
}

impl SqlTool {
    pub(super) async fn beside(server: &Server) -> Self {
        let engine = engine().await;
        let spec = ContainerSpec {
            image: format!("temporalio/admin-tools:{RELEASE}"),
            environment: environment(&[("SQL_PASSWORD", server.access.password.reveal())]),
            network: Some(format!("container:{}", server.container.name())),
            ..ContainerSpec::default()
        };
        Self {
            container: TestContainer::start(&engine, spec).await,
        }
    }

    /// Runs the tool on a database. The error is its output.
    pub(super) async fn run(&self, database: &str, arguments: &[&str]) -> Result<(), String> {
        let tool = "temporal-sql-tool --plugin mysql8 --endpoint 127.0.0.1 --user root --database";
        let tool = tool.split(' ').chain([database]);
        let command: Vec<_> = tool.chain(arguments.iter().copied()).collect();
        match self.container.exec(&command).await {
            (0, _) => Ok(()),
            (_, written) => Err(written),
        }
    }
}
