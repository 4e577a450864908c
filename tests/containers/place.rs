//! A working folder whose topology is, in part or as a whole, in containers.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::Value;
use support::{Finished, Invocation, Look, files, furnish};
use tempfile::TempDir;

use crate::turn::Turn;
use crate::worker;

/// The kubeconfig of a user who works with another cluster.
const KUBECONFIG: &str = "apiVersion: v1\nkind: Config\ncurrent-context: theirs\n\
    contexts: [{name: theirs, context: {cluster: theirs, user: theirs}}]\n\
    clusters: [{name: theirs, cluster: {server: 'https://127.0.0.1:1'}}]\n\
    users: [{name: theirs, user: {}}]\n";

/// A working folder with the project's profiles and scenarios, and a home of its own.
#[derive(Debug)]
pub(crate) struct Place {
    profile: &'static str,
    /// What stands behind every verb.
    options: &'static [&'static str],
    /// The state folder's name.
    folder_name: &'static str,
    /// What takes everything down.
    down: &'static [&'static str],
    root: Utf8PathBuf,
    sets: Vec<String>,
    runs: AtomicUsize,
    folder: TempDir,
    _turn: Turn,
}

impl Place {
    /// A place of the profile `k3d` whose worker is an image that Docker has.
    pub(crate) fn k3d() -> Self {
        let place = Self::new("k3d", Turn::beside_another());
        place.set(format!("worker.run={{image: \"{}\"}}", worker::image()))
    }

    /// A place of the profile `k3d` with two workers of one image, which Docker has. One of them
    /// has a secret.
    pub(crate) fn k3d_with_two_workers() -> Self {
        let worker = |queue: &str, more: &str| {
            let image = worker::image();
            format!("{queue}: {{task-queue: {queue}, run: {{image: \"{image}\"}}{more}}}")
        };
        let secret = ", environment: {API_KEY: {secret-file: key}}";
        let (orders, mail) = (worker("orders", ", needs: [mail]"), worker("mail", secret));
        let place = Self::new("k3d", Turn::beside_another());
        fs::write(place.root.join("key"), "swordfish").expect("writable");
        place
            .set(format!("workers={{{orders}, {mail}}}"))
            .set("starter.worker=orders")
    }

    /// A place of the profile `k3d`, alone on the machine, with the example worker: the harness
    /// makes its image.
    pub(crate) fn k3d_that_builds() -> Self {
        Self::new("k3d", Turn::alone())
    }

    /// A place of the profile `azure`, rehearsed, whose worker is an image that Docker has.
    pub(crate) fn azure() -> Self {
        let place = Self::new("azure", Turn::beside_another());
        let image = format!("worker.run={{image: \"{}\"}}", worker::image());
        place.rehearsed().set(image)
    }

    /// The same, alone on the machine, whose worker's image the harness makes.
    pub(crate) fn azure_that_builds() -> Self {
        let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("workflow");
        let place = Self::new("azure", Turn::alone()).rehearsed();
        place.set(format!("worker.run={{build: {folder}}}"))
    }

    fn rehearsed(mut self) -> Self {
        self.options = &["--rehearse"];
        self.folder_name = "azure.rehearsal";
        self.down = &["destroy", "--yes"];
        self
    }

    /// A place of the profile `server`, with the example worker.
    pub(crate) fn server() -> Self {
        Self::new("server", Turn::beside_another())
    }

    fn new(profile: &'static str, turn: Turn) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let real = folder.path().canonicalize().expect("it is there");
        let root = Utf8PathBuf::try_from(real).expect("UTF-8").join("work");
        furnish(&root);
        fs::create_dir(root.with_file_name("output")).expect("writable");
        let kube = root.with_file_name("home").join(".kube");
        fs::create_dir_all(&kube).expect("writable");
        fs::write(kube.join("config"), KUBECONFIG).expect("writable");
        Self {
            profile,
            options: &[],
            folder_name: profile,
            down: &["down"],
            root,
            sets: Vec::new(),
            runs: AtomicUsize::new(0),
            folder,
            _turn: turn,
        }
    }

    /// Sets a key of the profile in every command from now on.
    pub(crate) fn set(mut self, set: impl Into<String>) -> Self {
        self.sets.push(set.into());
        self
    }

    /// Brings the topology up.
    #[track_caller]
    pub(crate) fn up(&self) -> Finished {
        self.harness(&["up"]).run().exits(0)
    }

    /// Takes it down and insists that nothing of it is left.
    #[track_caller]
    pub(crate) fn down(&self) -> Finished {
        let volumes = self.volumes();
        let down = self.harness(self.down).run().exits(0);
        self.assert_nothing_is_left(&volumes);
        down
    }

    /// The state of each resource, as `status` shows it: `ready`, `not-ready`, `dead`.
    pub(crate) fn states(&self) -> Vec<(String, String)> {
        let status = self.harness(&["status", "--output", "json"]).run();
        let rows = status.json()["resources"].clone();
        let rows = rows.as_array().expect("a list").iter();
        rows.map(|row| (text(&row["id"]), text(&row["state"])))
            .collect()
    }

    /// The resources that `status` calls dead.
    pub(crate) fn dead(&self) -> Vec<String> {
        let states = self.states().into_iter();
        let dead = states.filter(|(_, state)| state == "dead");
        dead.map(|(id, _)| id).collect()
    }

    /// The name of the cluster that is up.
    pub(crate) fn cluster(&self) -> String {
        let mut states = self.states().into_iter();
        let cluster = states.find_map(|(id, _)| Some(id.strip_prefix("cluster/")?.to_owned()));
        cluster.expect("there is a cluster")
    }

    /// The container of the database.
    pub(crate) fn database(&self) -> String {
        let mut containers = self.containers().into_iter();
        let database = containers.find(|name| name.ends_with("-mysql"));
        database.expect("there is a database")
    }

    /// Everything in Docker that has the mark of this place.
    pub(crate) fn containers(&self) -> Vec<String> {
        let mark = format!("label=dev.harness.state={}", self.state());
        docker(&["ps", "--all", "--filter", &mark, "--format", "{{.Names}}"])
    }

    /// The volumes that the containers of this place use, nameless ones included.
    fn volumes(&self) -> Vec<String> {
        let format = "{{range .Mounts}}{{println .Name}}{{end}}";
        let containers = self.containers().into_iter();
        containers
            .flat_map(|name| docker(&["inspect", "--format", format, &name]))
            .collect()
    }

    /// Insists that nothing in Docker has a mark or a name of this place, that no process works for
    /// it, that nothing is on record, and that the user's own files are as they were.
    #[track_caller]
    pub(crate) fn assert_nothing_is_left(&self, volumes: &[String]) {
        let mark = format!("label=dev.harness.state={}", self.state());
        for list in [
            &["ps", "--all", "--format", "{{.Names}}"][..],
            &["network", "ls", "--format", "{{.Name}}"],
            &["volume", "ls", "--format", "{{.Name}}"],
        ] {
            let left = docker(&[list, &["--filter", &mark]].concat());
            assert_eq!(left, [""; 0], "docker {}", list.join(" "));
        }
        let all = docker(&["volume", "ls", "--quiet"]);
        let left: Vec<_> = volumes.iter().filter(|name| all.contains(name)).collect();
        assert!(left.is_empty(), "volumes are left: {left:?}");
        let processes = self.processes();
        assert!(processes.is_empty(), "processes are left: {processes:?}");
        let records = files(&self.state().join("run"));
        assert!(records.is_empty(), "records are left: {records:?}");
        let theirs = self.root.with_file_name("home").join(".kube/config");
        let theirs = fs::read_to_string(theirs).expect("it was there");
        assert_eq!(theirs, KUBECONFIG, "the user's own kubeconfig was changed");
    }

    /// Insists that our kubeconfig is for nobody else to read.
    #[track_caller]
    pub(crate) fn assert_kubeconfig_is_private(&self) {
        let kubeconfig = self.state().join("run/kubeconfig.yaml");
        let mode = fs::metadata(kubeconfig).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
}

impl Look for Place {
    fn root(&self) -> &Utf8Path {
        &self.root
    }

    fn state(&self) -> Utf8PathBuf {
        self.root.join(".harness").join(self.folder_name)
    }

    /// It is about this profile, with nothing in its environment but what Docker, k3d, cargo and the
    /// search for Temporal's server need.
    fn harness(&self, arguments: &[&str]) -> Invocation {
        let number = self.runs.fetch_add(1, Ordering::SeqCst);
        let mut command = Command::new(support::harness());
        let (verb, rest) = arguments.split_first().expect("a verb");
        command.arg(verb).args(["--profile", self.profile]);
        command.args(self.options);
        command.args(self.sets.iter().flat_map(|set| ["--set", set]));
        command.args(rest);
        command.current_dir(&self.root).env_clear();
        let inherited = std::env::vars().filter(|(name, _)| {
            ["PATH", "CARGO_TARGET_DIR"].contains(&name.as_str())
                || ["DOCKER_", "K3D_", "HARNESS_TEMPORAL_"]
                    .iter()
                    .any(|kind| name.starts_with(kind))
        });
        command.envs(inherited).envs(worker::cargo_homes());
        command.env("HOME", self.root.with_file_name("home"));
        let output = self.root.with_file_name("output");
        Invocation {
            command,
            stdout: output.join(format!("{number}.out")),
            stderr: output.join(format!("{number}.err")),
        }
    }
}

impl Drop for Place {
    /// Nothing outlives the test, and what explains a panic outlives the place.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            let _ = self.harness(self.down).command.output();
        }
    }
}

/// The lines that Docker answers with.
#[track_caller]
pub(crate) fn docker(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("docker").args(arguments).output();
    let output = output.expect("docker runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {arguments:?}: {error}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
