//! Runs k3d. Overrides every default that would affect anything outside the state folder.

use std::time::Duration;

use backend::state::{Directory, MARKER};
use base::file::create_private;
use base::tool::{Environment, Error, Family, Tool};
use model::topology::Digest;
use tokio_util::sync::CancellationToken;

use super::record;

/// The marker of a running k3d, so that one that outlived its command is found.
pub(super) const MARK: &str = "k3d";

/// How long k3d itself waits for the nodes to start.
const BOOT: Duration = Duration::from_mins(3);

/// How long each command may take.
const LOOK: Duration = Duration::from_secs(15);
const CREATE: Duration = Duration::from_secs(BOOT.as_secs() + 30);
const DELETE: Duration = Duration::from_mins(2);
/// An import usually takes ten seconds. Sometimes k3d hangs in it, and succeeds when it runs again.
const IMPORT: Duration = Duration::from_secs(100);

/// Parts of k3s that a topology does not need. Each would cost an image, memory and time.
const DISABLED: [&str; 3] = ["traefik", "servicelb", "metrics-server"];

/// Settings of the kubelets. The disk of a user's machine may be nearly full. Imported images must
/// not be garbage-collected, because no registry has them.
const KUBELET: [&str; 2] = [
    "eviction-hard=memory.available<100Mi,nodefs.available<1%,imagefs.available<1%",
    "image-gc-high-threshold=100",
];

/// The first major release of k3d with all required options.
const OLDEST: u32 = 5;

/// Whether a version of k3d lacks required options. A version that is no number, such as that of a
/// custom build, counts as new.
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

/// The arguments for a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) name: String,
    /// The image of its nodes.
    pub(super) image: String,
    /// The Docker network that it joins.
    pub(super) network: String,
    /// How many nodes run the control plane.
    pub(super) servers: u16,
    /// How many nodes are added to those.
    pub(super) agents: u16,
    /// The port of its API on this machine.
    pub(super) api: u16,
    /// Ports of this machine, each with the port of the first server node that it leads to.
    pub(super) ports: Vec<(u16, u16)>,
    pub(super) labels: Vec<(String, String)>,
}

impl K3d<'_> {
    /// Its version, such as `5.9.0`.
    pub(super) async fn version(&self, cancel: &CancellationToken) -> Result<String, Error> {
        // A command that only looks may have no state folder.
        let tool = Tool::new("k3d", Family::Container, self.environment, LOOK)?;
        let said = tool.arguments(["version"]);
        let said = said.output(cancel).await?.output;
        let words = said.lines().next().unwrap_or_default().split_whitespace();
        let version = words.last().unwrap_or_default();
        Ok(version.trim_start_matches('v').to_owned())
    }

    /// Creates a cluster, and waits until its nodes run. A failed cluster is kept, since its
    /// containers show the reason.
    pub(super) async fn create(
        &self,
        cluster: &Cluster,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        // k3d leaves files in the folder for temporary files.
        let folder = record::temporary(self.state);
        create_private(&folder).map_err(|source| Error::Start {
            command: format!("k3d in {folder}"),
            source,
        })?;
        let tool = self.tool(CREATE)?.arguments(cluster.arguments());
        let tool = tool.variable("TMPDIR", folder.as_str());
        tool.output(cancel).await.map(drop)
    }

    /// Removes a cluster. A missing cluster is no error.
    pub(super) async fn delete(&self, name: &str, cancel: &CancellationToken) -> Result<(), Error> {
        let tool = self.tool(DELETE)?.arguments(["cluster", "delete", name]);
        tool.output(cancel).await.map(drop)
    }

    /// The kubeconfig of a cluster, as text.
    pub(super) async fn kubeconfig(
        &self,
        name: &str,
        cancel: &CancellationToken,
    ) -> Result<String, Error> {
        let tool = self.tool(LOOK)?.arguments(["kubeconfig", "get", name]);
        Ok(tool.output(cancel).await?.output)
    }

    /// Imports images, by reference or archive, into every node. A success proves nothing: see
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
        // k3d edits this kubeconfig when it removes a cluster; without it, it would edit the
        // user's. A `:` separates files in this variable, so the file is named relative to its
        // folder. That folder has no files that k3d would mistake for images.
        let kubeconfig = record::kubeconfig(self.state);
        let kubeconfig = kubeconfig.file_name().unwrap_or_default();
        Ok(tool
            .folder(&self.state.run())
            .variable("KUBECONFIG", kubeconfig)
            // k3d fetches and builds nothing here, so it needs no login and no context of the user.
            .variable("HOME", home.as_str())
            .variable("DOCKER_CONFIG", home.as_str())
            .variable("XDG_CONFIG_HOME", home.join("config").as_str())
            .variable("LOG_COLORS", "false")
            .variable(MARKER, self.state.marker(MARK)))
    }
}

impl Cluster {
    /// The digest of the cluster: that of k3d's arguments.
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
            // A failed cluster is kept, since it shows the reason.
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

/// Escapes a value: an `@` begins the node filter, so one in the value is written `\@`.
fn escaped(value: &str) -> String {
    value.replace('@', r"\@")
}

/// Whether k3d accepts a label's value. A backslash before an `@` would need an escape, too, but
/// k3d takes the `@` in `\\@` as the beginning of the node filter (`SplitFiltersFromFlag` in its
/// `cmd/util/filter.go`).
pub(super) fn takes_label(value: &str) -> bool {
    !value.contains(r"\@") && !value.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_before_the_first_with_all_options_is_too_old() {
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
    fn the_users_configuration_is_not_used_and_nothing_listens_beyond_this_machine() {
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

    /// How k3d splits a flag into its value and its node filter.
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
        fn k3d_reads_back_the_label_that_was_written(value in r"[a-z/@\\#=,; \n]{0,12}") {
            let read = split(&format!("{}@server:*", escaped(&value)));
            let meant = Some((value.clone(), "server:*".to_owned()));
            proptest::prop_assert_eq!(read == meant, takes_label(&value), "{}", value);
        }
    }
}
