//! A cluster of somebody else: a development server that the test starts, and what it has in it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use support::{block_on, eventually, temporal_cli};
use tempfile::TempDir;
use temporal::{Answer, Client, ExecutionKey, Frontend as _, Op, Start, Status};

const CALL: Duration = Duration::from_secs(30);

/// A development server. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Cluster {
    server: Child,
    frontend: SocketAddr,
    _home: TempDir,
}

impl Cluster {
    pub(super) fn start() -> Self {
        // Somebody else may take the free port before the server does.
        eventually("a development server", Self::started)
    }

    /// A server that is ready; `None` if it has ended before.
    fn started() -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let frontend = listener.local_addr().expect("bound");
        drop(listener);
        let home = tempfile::tempdir().expect("a folder");
        let port = frontend.port().to_string();
        let arguments = [
            "server",
            "start-dev",
            "--headless",
            "--log-level",
            "error",
            "--port",
        ];
        let server = Command::new(temporal_cli())
            .args(arguments)
            .arg(port)
            .env_clear()
            .env("HOME", home.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the Temporal CLI starts");
        let mut cluster = Self {
            server,
            frontend,
            _home: home,
        };
        let is_ready = eventually("a namespace of the development server", || {
            let ended = cluster.server.try_wait().expect("it is a child");
            let ready = async || {
                let client = cluster.client().await.ok()?;
                let found = client.namespace_retention("default", CALL).await;
                found.ok().flatten()
            };
            match ended {
                Some(_) => Some(false),
                None => block_on(ready()).map(|_| true),
            }
        });
        is_ready.then_some(cluster)
    }

    pub(super) fn frontend(&self) -> SocketAddr {
        self.frontend
    }

    pub(super) fn address(&self) -> String {
        self.frontend.to_string()
    }

    async fn client(&self) -> Result<Client, connect::Error> {
        let options = connect::Options::plaintext(self.address());
        Client::connect(options).await
    }

    /// Starts a workflow of somebody else, which no worker runs.
    pub(super) fn start_workflow(&self, id: &str) -> ExecutionKey {
        let start = Start {
            request_id: id.to_owned(),
            workflow_id: id.to_owned(),
            workflow_type: "Theirs".to_owned(),
            task_queue: "theirs".to_owned(),
            ..Start::default()
        };
        let started = block_on(async {
            let client = self.client().await.expect("it is up");
            client.call(Op::Start(start), CALL).await
        });
        match started {
            Answer::Ok(temporal::Reply::Started { run_id }) => ExecutionKey {
                workflow_id: id.to_owned(),
                run_id,
            },
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn is_running(&self, key: &ExecutionKey) -> bool {
        let execution = block_on(async {
            let client = self.client().await.expect("it is up");
            client.execution(key.clone(), CALL).await
        });
        let execution = execution.expect("it answers").expect("it was started");
        execution.status == Status::Running
    }

    /// The ids of open workflows that begin so.
    pub(super) fn open(&self, prefix: &str) -> Vec<String> {
        let open = block_on(async {
            let client = self.client().await.expect("it is up");
            client.open_workflows(prefix, CALL).await
        });
        open.expect("it answers")
    }

    /// Insists that no workflow whose id begins so is open, and that somebody else's still is.
    #[track_caller]
    pub(super) fn assert_only_theirs(&self, prefix: &str, theirs: &ExecutionKey) {
        assert_eq!(self.open(prefix), <[&str; 0]>::default());
        assert!(self.is_running(theirs));
    }

    /// Waits until so many workflows whose ids begin so are open.
    pub(super) fn await_open(&self, prefix: &str, number: usize) {
        eventually("open workflows of a run", || {
            (self.open(prefix).len() >= number).then_some(())
        });
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.server.id()) {
            let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
        }
        let _ = self.server.wait();
    }
}
