//! Real MySQL servers and the real SQL tool, for tests.

use std::time::{Duration, Instant};

use testcontainers::bollard::models::PortBinding;
use testcontainers::core::{CmdWaitFor, ExecCommand, IntoContainerPort as _, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt as _};

use super::{Access, Client, Error};
use crate::docker::testing;
use crate::secret::Secret;

/// MySQL's port in its container.
const PORT: u16 = 3306;

/// How long a test waits for a server that it starts.
const START: Duration = Duration::from_mins(2);

/// How long MySQL may take to answer.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// A release of Temporal that there are images of.
pub(super) const RELEASE: &str = "1.32.0";

/// A MySQL server of a test's own; gone with it.
pub(super) struct Server {
    container: ContainerAsync<GenericImage>,
    /// How to reach it as root.
    pub(super) access: Access,
}

impl Server {
    /// Starts one; `None` means that the test is skipped.
    pub(super) async fn start(arguments: &[&str]) -> Option<Self> {
        Self::start_with(arguments, &[]).await
    }

    /// Starts one with files in it.
    pub(super) async fn start_with(arguments: &[&str], files: &[(&str, String)]) -> Option<Self> {
        testing::engine().await?;
        let password = Secret::generate();
        let mut request = request(&password).with_cmd(arguments.iter().copied());
        for (path, content) in files {
            request = request.with_copy_to(*path, content.clone().into_bytes());
        }
        let container = request.start().await.expect("the container starts");
        let port = container.get_host_port_ipv4(PORT.tcp()).await;
        let access = Access {
            host: "127.0.0.1".to_owned(),
            port: port.expect("its port is published"),
            user: "root".to_owned(),
            password,
            roots: None,
        };
        until_it_answers(&access).await;
        Some(Self { container, access })
    }

    /// A connection as root.
    pub(super) async fn client(&self) -> Client {
        Client::connect(&self.access, None, DEADLINE)
            .await
            .expect("it answers")
    }
}

/// The container, with its data in memory and its port on this machine's loopback only.
fn request(password: &Secret) -> ContainerRequest<GenericImage> {
    GenericImage::new("mysql", "8.4")
        .with_exposed_port(PORT.tcp())
        .with_env_var("MYSQL_ROOT_PASSWORD", password.reveal())
        .with_env_var("MYSQL_INITDB_SKIP_TZINFO", "1")
        .with_mount(Mount::tmpfs_mount("/var/lib/mysql"))
        .with_host_config_modifier(|host| {
            let binding = PortBinding {
                host_ip: Some("127.0.0.1".to_owned()),
                host_port: None,
            };
            let ports = [(format!("{PORT}/tcp"), Some(vec![binding]))];
            host.publish_all_ports = Some(false);
            host.port_bindings = Some(ports.into());
        })
}

/// Waits until a server answers, be it with a refusal; while it sets itself up it listens on
/// nothing.
async fn until_it_answers(access: &Access) {
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
    container: ContainerAsync<GenericImage>,
    password: Secret,
}

impl SqlTool {
    /// Starts its container.
    pub(super) async fn beside(server: &Server) -> Self {
        let network = format!("container:{}", server.container.id());
        let container = GenericImage::new("temporalio/admin-tools", RELEASE)
            .with_network(network)
            .start()
            .await;
        Self {
            container: container.expect("the container starts"),
            password: server.access.password.clone(),
        }
    }

    /// Runs it on a database; the error is what it says.
    pub(super) async fn run(&self, database: &str, arguments: &[&str]) -> Result<(), String> {
        let tool = "temporal-sql-tool --plugin mysql8 --endpoint 127.0.0.1 --user root --database";
        let tool = tool.split(' ').chain([database]);
        let command = ExecCommand::new(tool.chain(arguments.iter().copied()))
            .with_env_vars([("SQL_PASSWORD", self.password.reveal())])
            .with_cmd_ready_condition(CmdWaitFor::exit());
        let ran = self.container.exec(command).await;
        let mut ran = ran.expect("the container runs the tool");
        if ran.exit_code().await.expect("it has ended") == Some(0) {
            return Ok(());
        }
        let out = ran.stdout_to_vec().await.expect("what it wrote");
        let err = ran.stderr_to_vec().await.expect("what it wrote");
        Err([out, err]
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .concat())
    }
}
