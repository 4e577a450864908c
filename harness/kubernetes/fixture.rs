//! What tests of this room have in common: a topology, a site, and a cluster of their own, made
//! once for all tests that run at the same time.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use base::secret::Secret;
use camino::{Utf8Path, Utf8PathBuf};
use k8s_openapi::api::core::v1::Container;
use model::profile::K3d;
use model::topology::Topology;
use tempfile::TempDir;
use testing::docker_engine::SHELL;
use testing::need::skip;

use super::labels::Part;
use super::pod::{self, Pod};
use super::{Exposure, Images, MysqlServer, Resolver, Site, Way};

pub(super) const PASSWORD: &str = "correct-horse-battery-staple";

/// The topology of the profile `k3d` with these values set.
pub(super) fn topology(sets: &[&str]) -> Topology {
    testing::profile::topology("k3d", sets)
}

/// A cluster on this machine: MySQL beside it with a certificate of our own, ports of the node.
pub(super) fn local() -> Site {
    Site {
        namespace: "temporal".to_owned(),
        instance: "k3d".to_owned(),
        images: Images {
            server: "temporalio/server:1.32.0".to_owned(),
            admin_tools: "temporalio/admin-tools:1.32.0".to_owned(),
            web: "temporalio/ui:2.54.1".to_owned(),
            worker: "harness.local/worker:0f3a".to_owned(),
        },
        mysql: MysqlServer {
            host: "harness-mysql".to_owned(),
            port: 3306,
            user: "temporal".to_owned(),
            password: Secret::new(PASSWORD),
            roots: Some("-----BEGIN CERTIFICATE-----\n...\n".to_owned()),
        },
        exposure: Exposure {
            frontend: Way::NodePort([("grpc", 30233), ("http", 30243)].into()),
            web: Way::NodePort([("http", 30280)].into()),
            starter: Way::NodePort([("starter", 30281)].into()),
        },
        resolver: Resolver::Pods,
    }
}

/// The part of a component that is there for a test.
pub(super) fn part<'a>(site: &'a Site, component: &'a str) -> Part<'a> {
    Part {
        site,
        application: "test",
        component,
        version: None,
    }
}

/// A pod that runs a line of shell, in an image that the cluster has if it is [`SHELL`].
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

/// A cluster that goes with the last test that uses it.
pub(super) struct TestCluster {
    name: String,
    folder: TempDir,
}

static SHARED: Mutex<Weak<TestCluster>> = Mutex::new(Weak::new());

/// The cluster; `None` means that the test is skipped.
pub(super) fn cluster() -> Option<Arc<TestCluster>> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    match TestCluster::make() {
        Ok(cluster) => {
            let cluster = Arc::new(cluster);
            *shared = Arc::downgrade(&cluster);
            Some(cluster)
        }
        Err(why) => {
            skip("k3d", &why);
            None
        }
    }
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
            // A disk that is nearly full is no reason for a test to fail.
            "--k3s-arg=--kubelet-arg=image-gc-high-threshold=100@server:*",
            "--k3s-arg=--kubelet-arg=eviction-hard=nodefs.available<1%,imagefs.available<1%@server:*",
            "--timeout=180s",
        ])?;
        cluster.import(SHELL)?;
        let text = cluster.k3d(&["kubeconfig", "get", &cluster.name])?;
        let node = format!("k3d-{}-server-0", cluster.name);
        // k3d writes the port that it asked for, and Docker has chosen one.
        let address = run(Command::new("docker").args(["port", &node, "6443/tcp"]))?;
        let text = text.replace("127.0.0.1:0", address.trim());
        fs_err::write(cluster.kubeconfig(), text).map_err(|error| error.to_string())?;
        Ok(cluster)
    }

    /// Imports an image. The stream between k3d and Docker breaks at times; the backend tries as often.
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

    /// The file by which it is reached.
    pub(super) fn kubeconfig(&self) -> Utf8PathBuf {
        self.folder().join("kubeconfig")
    }

    /// A folder that goes with it.
    pub(super) fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("text")
    }

    fn k3d(&self, arguments: &[&str]) -> Result<String, String> {
        // Removing a cluster edits the file that this names, and otherwise the user's own.
        let own = self.folder.path().join("none");
        run(Command::new("k3d").args(arguments).env("KUBECONFIG", own))
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        // If it fails, the name of what is left tells where it came from.
        let _ = self.k3d(&["cluster", "delete", &self.name]);
    }
}

/// What a program prints, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}
