//! Fixtures for the tests of this crate: a topology, a site, and a cluster that all concurrent
//! tests share.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use backend::WorkerSecrets;
use base::secret::Secret;
use camino::{Utf8Path, Utf8PathBuf};
use k8s_openapi::api::core::v1::Container;
use model::profile::K3d;
use model::topology::{ServiceName, Topology};
use tempfile::TempDir;
use testing::docker_engine::SHELL;

use super::labels::Part;
use super::pod::{self, Pod};
use super::{Exposure, Images, MysqlServer, Resolver, Site, Way};

pub(super) const PASSWORD: &str = "correct-horse-battery-staple";

/// The topology of the profile `k3d` with these values set.
pub(super) fn topology(sets: &[&str]) -> Topology {
    testing::profile::topology("k3d", sets)
}

/// A local cluster: MySQL beside it with our certificate, and node ports.
pub(super) fn local() -> Site {
    Site {
        namespace: "temporal".to_owned(),
        instance: "k3d".to_owned(),
        images: Images {
            server: "temporalio/server:1.32.0".to_owned(),
            admin_tools: "temporalio/admin-tools:1.32.0".to_owned(),
            web: "temporalio/ui:2.54.1".to_owned(),
            workers: [(
                ServiceName::new("worker"),
                "harness.local/worker:0f3a".to_owned(),
            )]
            .into(),
        },
        mysql: MysqlServer {
            host: "harness-mysql".to_owned(),
            port: 3306,
            user: "temporal".to_owned(),
            password: Secret::new(PASSWORD),
            roots: Some("-----BEGIN CERTIFICATE-----\n...\n".to_owned()),
        },
        secrets: WorkerSecrets::default(),
        exposure: Exposure {
            frontend: Way::NodePort([("grpc", 30233), ("http", 30243)].into()),
            web: Way::NodePort([("http", 30280)].into()),
            starter: Way::NodePort([("starter", 30281)].into()),
        },
        resolver: Resolver::Pods,
    }
}

/// A part for one test component.
pub(super) fn part<'a>(site: &'a Site, component: &'a str) -> Part<'a> {
    Part {
        site,
        application: "test",
        component,
        version: None,
    }
}

/// A pod that runs a shell script. The cluster has the image if it is [`SHELL`].
pub(super) fn shell<'a>(part: &Part<'a>, image: &str, line: &str) -> Pod<'a> {
    Pod {
        part: *part,
        container: Container {
            name: "shell".to_owned(),
            image: Some(image.to_owned()),
            command: Some(["sh", "-c", line].map(str::to_owned).to_vec()),
            resources: Some(pod::resources("1m", "4Mi", "16Mi")),
            ..Container::default()
        },
        volumes: Vec::new(),
        user: pod::TEMPORAL_USER,
        grace: 1,
        reads: None,
    }
}

/// A cluster that is removed with the last test that uses it.
pub(super) struct TestCluster {
    name: String,
    folder: TempDir,
}

static SHARED: Mutex<Weak<TestCluster>> = Mutex::new(Weak::new());

/// The cluster that concurrent tests share.
pub(super) fn cluster() -> Arc<TestCluster> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return cluster;
    }
    let made = TestCluster::make();
    let cluster = Arc::new(made.unwrap_or_else(|why| panic!("the test needs k3d: {why}")));
    *shared = Arc::downgrade(&cluster);
    cluster
}

impl TestCluster {
    fn make() -> Result<Self, String> {
        let cluster = Self {
            name: format!("harness-test-{}", std::process::id()),
            folder: TempDir::new().map_err(|error| error.to_string())?,
        };
        let image = format!("--image=rancher/k3s:v{}", K3d::default().kubernetes);
        cluster.k3d(&[
            "cluster",
            "create",
            &cluster.name,
            &image,
            "--api-port=127.0.0.1:0",
            "--no-lb",
            "--kubeconfig-update-default=false",
            "--kubeconfig-switch-context=false",
            "--k3s-arg=--disable=traefik,servicelb,metrics-server@server:*",
            // A nearly full disk must not fail a test.
            "--k3s-arg=--kubelet-arg=image-gc-high-threshold=100@server:*",
            "--k3s-arg=--kubelet-arg=eviction-hard=nodefs.available<1%,imagefs.available<1%@server:*",
            "--timeout=180s",
        ])?;
        cluster.import(SHELL)?;
        let text = cluster.k3d(&["kubeconfig", "get", &cluster.name])?;
        let node = format!("k3d-{}-server-0", cluster.name);
        // k3d writes port 0 as requested, but Docker has chosen another port.
        let address = run(Command::new("docker").args(["port", &node, "6443/tcp"]))?;
        let text = text.replace("127.0.0.1:0", address.trim());
        fs_err::write(cluster.kubeconfig(), text).map_err(|error| error.to_string())?;
        Ok(cluster)
    }

    /// Imports an image. The stream between k3d and Docker breaks at times, so this retries as
    /// often as the backend does.
    fn import(&self, image: &str) -> Result<(), String> {
        let import = ["image", "import", "--mode=direct", "--cluster"];
        let import = [&import[..], &[&self.name, image]].concat();
        let mut failed = Vec::new();
        for _ in 0..3 {
            match self.k3d(&import) {
                Ok(_) => return Ok(()),
                Err(error) => failed.push(error),
            }
        }
        Err(failed.join("\n"))
    }

    /// The kubeconfig file.
    pub(super) fn kubeconfig(&self) -> Utf8PathBuf {
        self.folder().join("kubeconfig")
    }

    /// A temporary folder that is removed with the cluster.
    pub(super) fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("a UTF-8 path")
    }

    fn k3d(&self, arguments: &[&str]) -> Result<String, String> {
        // Removing a cluster edits the file that this variable names, and otherwise the user's own
        // kubeconfig.
        let own = self.folder.path().join("none");
        run(Command::new("k3d").args(arguments).env("KUBECONFIG", own))
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        // If it fails, the name of the cluster shows that it belongs to a test.
        let _ = self.k3d(&["cluster", "delete", &self.name]);
    }
}

/// The output of a program, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}
