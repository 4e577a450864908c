//! The tool k3d, with every default changed that would reach beyond the state folder.

use std::time::Duration;

use backend::state::{Directory, MARKER};
use base::file::create_private;
use base::tool::{Environment, Error, Family, Tool};
use model::topology::Digest;
use tokio_util::sync::CancellationToken;

use super::record;

/// The process mark of a running k3d, so that one that outlived its command is found.
pub(super) const MARK: &str = "k3d";

/// How long k3d itself waits for the nodes to say that they run.
const BOOT: Duration = Duration::from_mins(3);

/// How long each command may take.
const LOOK: Duration = Duration::from_secs(15);
const CREATE: Duration = Duration::from_secs(BOOT.as_secs() + 30);
const DELETE: Duration = Duration::from_mins(2);
/// Usually some ten seconds; now and then k3d hangs over it, and does not when it is run again.
const IMPORT: Duration = Duration::from_secs(100);

/// What k3s runs that a topology has no use for: each takes an image, memory and time.
const DISABLED: [&str; 3] = ["traefik", "servicelb", "metrics-server"];

/// What the kubelets are told. A cluster on somebody's own machine has to live with a disk that is
/// nearly full, and an image that was imported must not be taken for waste: no registry has it.
const KUBELET: [&str; 2] = [
    "eviction-hard=memory.available<100Mi,nodefs.available<1%,imagefs.available<1%",
    "image-gc-high-threshold=100",
];

/// The first release of k3d that has the options that are used of it.
const OLDEST: u32 = 5;

/// Whether a version of k3d lacks options that are used of it; one that is no number, as of a build
/// of somebody's own, counts as new.
pub fn is_too_old(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next();
    let major = major.and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major < OLDEST)
}

/// k3d, for one state folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct K3d<'a> {
    pub(super) environment: &'a Environment,
    pub(super) state: &'a Directory,
}

/// A cluster as it is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cluster {
    /// Its name.
    pub(super) name: String,
    /// The image of its nodes.
    pub(super) image: String,
    /// The Docker network that it joins.
    pub(super) network: String,
    /// How many nodes run the control plane.
    pub(super) servers: u16,
    /// How many further nodes there are.
    pub(super) agents: u16,
    /// The port of its API on this machine.
    pub(super) api: u16,
    /// Ports of this machine, each with the one that it leads to in the first server.
    pub(super) ports: Vec<(u16, u16)>,
    /// Labels of the containers.
    pub(super) labels: Vec<(String, String)>,
}

impl K3d<'_> {
    /// Its version, such as `5.9.0`.
    pub(super) async fn version(&self, cancel: &CancellationToken) -> Result<String, Error> {
        // Where only a look is taken there may be no folder yet.
        let tool = Tool::new("k3d", Family::Container, self.environment, LOOK)?;
        let said = tool.arguments(["version"]);
        let said = said.output(cancel).await?.output;
        let words = said.lines().next().unwrap_or_default().split_whitespace();
        let version = words.last().unwrap_or_default();
        Ok(version.trim_start_matches('v').to_owned())
    }

    /// Makes a cluster, and waits until its nodes say that they run. One that fails stays, as its
    /// containers say why.
    pub(super) async fn create(
        &self,
        cluster: &Cluster,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        // It leaves files in the folder for temporary files.
        let folder = record::temporary(self.state);
        create_private(&folder).map_err(|source| Error::Start {
            command: format!("k3d in {folder}"),
            source,
        })?;
        let tool = self.tool(CREATE)?.arguments(cluster.arguments());
        let tool = tool.variable("TMPDIR", folder.as_str());
        tool.output(cancel).await.map(drop)
    }

    /// Removes a cluster; that there is none is no error.
    pub(super) async fn delete(&self, name: &str, cancel: &CancellationToken) -> Result<(), Error> {
        let tool = self.tool(DELETE)?.arguments(["cluster", "delete", name]);
        tool.output(cancel).await.map(drop)
    }

    /// How to reach a cluster: the text of a kubeconfig.
    pub(super) async fn kubeconfig(
        &self,
        name: &str,
        cancel: &CancellationToken,
    ) -> Result<String, Error> {
        let tool = self.tool(LOOK)?.arguments(["kubeconfig", "get", name]);
        Ok(tool.output(cancel).await?.output)
    }

    /// Puts images, by reference or archive, into every node. Its success proves nothing: see
    /// k3d#1484.
    pub(super) async fn import(
        &self,
        name: &str,
        images: &[String],
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let tool = self
            .tool(IMPORT)?
            .arguments(["image", "import"])
            .arguments(["--mode=direct".to_owned(), format!("--cluster={name}")]);
        let tool = tool.arguments(images);
        tool.output(cancel).await.map(drop)
    }

    fn tool(&self, deadline: Duration) -> Result<Tool, Error> {
        let tool = Tool::new("k3d", Family::Container, self.environment, deadline)?;
        let home = self.state.home();
        // Removing a cluster edits the kubeconfig that this names, and otherwise the user's own. A
        // `:` parts two files in it, so that it is named from the folder that it is in, which is
        // also one without files that k3d would take for images.
        let kubeconfig = record::kubeconfig(self.state);
        let kubeconfig = kubeconfig.file_name().unwrap_or_default();
        Ok(tool
            .folder(&self.state.run())
            .variable("KUBECONFIG", kubeconfig)
            // Nothing is fetched or built here, so that no login and no context of the user's is
            // of use.
            .variable("HOME", home.as_str())
            .variable("DOCKER_CONFIG", home.as_str())
            .variable("XDG_CONFIG_HOME", home.join("config").as_str())
            .variable("LOG_COLORS", "false")
            .variable(MARKER, self.state.marker(MARK)))
    }
}

impl Cluster {
    /// Its identity: what k3d would be told.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.arguments())
    }

    fn arguments(&self) -> Vec<String> {
        let Self {
            name,
            image,
            network,
            servers,
            agents,
            api,
            ports,
            labels,
        } = self;
        let nodes = if *agents > 0 {
            "server:*;agent:*"
        } else {
            "server:*"
        };
        let mut arguments: Vec<String> = ["cluster", "create", name].map(str::to_owned).to_vec();
        arguments.extend([
            format!("--image={image}"),
            format!("--network={network}"),
            format!("--servers={servers}"),
            format!("--agents={agents}"),
            format!("--api-port=127.0.0.1:{api}"),
            "--no-lb".to_owned(),
            // What failed stays, since it is what explains the failure.
            "--no-rollback".to_owned(),
            "--kubeconfig-update-default=false".to_owned(),
            "--kubeconfig-switch-context=false".to_owned(),
            "--wait".to_owned(),
            format!("--timeout={}s", BOOT.as_secs()),
        ]);
        let port = |(here, there)| format!("--port=127.0.0.1:{here}:{there}@server:0:direct");
        arguments.extend(ports.iter().copied().map(port));
        arguments.extend(DISABLED.map(|part| format!("--k3s-arg=--disable={part}@server:*")));
        arguments.extend(KUBELET.map(|told| format!("--k3s-arg=--kubelet-arg={told}@{nodes}")));
        let label = |(key, value): &(String, String)| {
            let label = escaped(&format!("{key}={value}"));
            format!("--runtime-label={label}@{nodes}")
        };
        arguments.extend(labels.iter().map(label));
        arguments
    }
}

/// A value before the `@` that begins the choice of nodes; one in the value itself is written `\@`.
fn escaped(value: &str) -> String {
    value.replace('@', r"\@")
}

/// Whether k3d can be told a label's value: a backslash before an `@` would have to be escaped as
/// well, and k3d takes `\\@` for the beginning of the choice of nodes (`SplitFiltersFromFlag` in its
/// `cmd/util/filter.go`).
pub(super) fn takes_label(value: &str) -> bool {
    !value.contains(r"\@") && !value.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_before_the_first_that_does_is_too_old() {
        for (version, old) in [
            ("4.4.8", true),
            ("v3.0", true),
            ("5.0.0", false),
            ("v5.9.0", false),
            ("10.1", false),
            ("dev", false),
            ("", false),
        ] {
            assert_eq!(is_too_old(version), old, "{version}");
        }
    }

    #[test]
    fn nothing_of_the_user_is_touched_and_nothing_listens_beyond_this_machine() {
        let cluster = Cluster {
            name: "h-k3d-012345".to_owned(),
            image: "rancher/k3s:v1.34.3-k3s1".to_owned(),
            network: "h-k3d-012345".to_owned(),
            servers: 1,
            agents: 1,
            api: 20_001,
            ports: vec![(20_002, 30_233)],
            labels: vec![(
                "dev.harness.state".to_owned(),
                "/u@h/.harness/k3d".to_owned(),
            )],
        };
        insta::assert_snapshot!(cluster.arguments().join("\n"), @r"
        cluster
        create
        h-k3d-012345
        --image=rancher/k3s:v1.34.3-k3s1
        --network=h-k3d-012345
        --servers=1
        --agents=1
        --api-port=127.0.0.1:20001
        --no-lb
        --no-rollback
        --kubeconfig-update-default=false
        --kubeconfig-switch-context=false
        --wait
        --timeout=180s
        --port=127.0.0.1:20002:30233@server:0:direct
        --k3s-arg=--disable=traefik@server:*
        --k3s-arg=--disable=servicelb@server:*
        --k3s-arg=--disable=metrics-server@server:*
        --k3s-arg=--kubelet-arg=eviction-hard=memory.available<100Mi,nodefs.available<1%,imagefs.available<1%@server:*;agent:*
        --k3s-arg=--kubelet-arg=image-gc-high-threshold=100@server:*;agent:*
        --runtime-label=dev.harness.state=/u\@h/.harness/k3d@server:*;agent:*
        ");
    }

    /// What k3d reads as the value, and as the choice of nodes, of a flag with both.
    fn split(flag: &str) -> Option<(String, String)> {
        let (mut parts, mut part) = (Vec::new(), String::new());
        let mut rest = flag.split('@').peekable();
        while let Some(piece) = rest.next() {
            let before = piece.strip_suffix('\\').filter(|_| rest.peek().is_some());
            match before {
                Some(before) if !before.ends_with('\\') => part.extend([before, "@"]),
                before => parts.push(std::mem::take(&mut part) + before.unwrap_or(piece)),
            }
        }
        let [value, nodes] = parts.try_into().ok()?;
        Some((value, nodes))
    }

    proptest::proptest! {
        #[test]
        fn k3d_reads_back_the_label_that_is_meant(value in r"[a-z/@\\#=,; \n]{0,12}") {
            let read = split(&format!("{}@server:*", escaped(&value)));
            let meant = Some((value.clone(), "server:*".to_owned()));
            proptest::prop_assert_eq!(read == meant, takes_label(&value), "{}", value);
        }
    }
}
