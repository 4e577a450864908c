//! A connection to a cluster, and the readiness of the cluster itself.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use backend::Readiness;
use base::causes::in_one_line;
use base::secret::Secret;
use camino::Utf8Path;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, ServiceAccount};
use kube::Api;
use kube::api::{DynamicObject, GetParams, ListParams};
use kube::core::{ApiResource, NamespaceResourceScope, Request};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::error::Error;
use super::kubeconfig::{self, Unusable};
use super::labels::{COMPONENT, MANAGED_BY, MANAGER};
use super::snapshot::{Awaited, Snapshot};

/// How long one request may take.
const CALL: Duration = Duration::from_secs(10);

/// How long the API server may take to begin its answer.
const ANSWER: Duration = Duration::from_secs(5);

/// A connection to a cluster, and the topology's namespace in it.
#[derive(Clone)]
pub struct Cluster {
    pub(super) client: kube::Client,
    pub(super) namespace: String,
    /// The last snapshot of the objects, shared by all groups that are waited for at the same time.
    pub(super) seen: Arc<Mutex<Option<Arc<Snapshot>>>>,
    /// The registry that the nodes may not have permission to pull from yet.
    pub(super) awaited: Option<Awaited>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Connects with a kubeconfig file. Reads nothing else of the user's configuration or
    /// environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "`Error::Kubeconfig` names the file"
    )]
    pub async fn connect(kubeconfig: &Utf8Path, namespace: &str) -> Result<Self, backend::Error> {
        let text = tokio::fs::read_to_string(kubeconfig).await;
        let client = text
            .map_err(Unusable::Unread)
            .and_then(|text| kubeconfig::client(&Secret::new(text), None));
        let client = client.map_err(|source| Error::Kubeconfig {
            path: kubeconfig.to_owned(),
            source,
        })?;
        Ok(Self::of(client, namespace))
    }

    /// Connects with the text of a kubeconfig. Reads nothing else. If the kubeconfig gets its user
    /// from another program, as in clusters with an identity provider, the bearer token `token` is
    /// used instead. The token is not renewed: connect again when it expires. A user with a
    /// certificate or token in the kubeconfig is used unchanged. The server's certificate is always
    /// verified. Must be called in a tokio runtime.
    pub fn from_kubeconfig(
        kubeconfig: &Secret,
        token: Option<&Secret>,
        namespace: &str,
    ) -> Result<Self, backend::Error> {
        let client = kubeconfig::client(kubeconfig, token).map_err(Error::Access)?;
        Ok(Self::of(client, namespace))
    }

    fn of(client: kube::Client, namespace: &str) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
            seen: Arc::default(),
            awaited: None,
        }
    }

    /// The same connection, for nodes that may get the permission to pull from a registry later.
    #[must_use]
    pub fn awaiting(self, awaited: Option<Awaited>) -> Self {
        Self { awaited, ..self }
    }

    /// Whether the API server answers, even with a refusal.
    pub async fn answers(&self) -> bool {
        let asked = self.text("query the API server", "", "readyz");
        match timeout(ANSWER, asked).await {
            Ok(Err(Error::Call { source, .. })) => source.is_from_server(),
            Ok(answer) => answer.is_ok(),
            Err(_) => false,
        }
    }

    /// Whether the API server, the nodes, the default service account and the cluster's DNS are
    /// ready.
    pub async fn ready(&self, nodes: usize) -> Readiness {
        let lacks = async {
            match self.lacks(nodes).await? {
                None => self.lacks_dns().await,
                lack => Ok(lack),
            }
        };
        readiness(lacks.await)
    }

    /// Whether everything except the DNS is ready. Objects and images can be created, but pods
    /// could not resolve names yet.
    pub async fn takes_objects(&self, nodes: usize) -> Readiness {
        readiness(self.lacks(nodes).await)
    }

    /// The first thing that is missing before pods can start.
    async fn lacks(&self, nodes: usize) -> Result<Option<String>, Error> {
        self.text("query the API server", "", "readyz").await?;
        let found: Api<Node> = Api::all(self.client.clone());
        let everything = ListParams::default();
        let found = call("list the nodes", found.list(&everything)).await?;
        let ready = found.items.iter().filter(|node| is_ready(node)).count();
        if ready < nodes {
            return Ok(Some(format!("{ready} of {nodes} nodes are ready")));
        }
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client.clone(), "default");
        let account = call(
            "read the default service account",
            accounts.get_opt("default"),
        );
        if account.await?.is_none() {
            return Ok(Some("the default service account is missing".to_owned()));
        }
        Ok(None)
    }

    async fn lacks_dns(&self) -> Result<Option<String>, Error> {
        let dns: Api<Deployment> = Api::namespaced(self.client.clone(), "kube-system");
        let dns = call("read the cluster's DNS", dns.get_opt("coredns")).await?;
        let available = dns
            .and_then(|dns| dns.status)
            .and_then(|status| status.available_replicas);
        Ok(available
            .is_none_or(|count| count == 0)
            .then(|| "the cluster's DNS is not available".to_owned()))
    }

    /// The text at a path of the API that has no typed resource.
    pub(super) async fn text(&self, act: &str, folder: &str, name: &str) -> Result<String, Error> {
        let request = Request::new(folder).get(name, &GetParams::default());
        let request = request.map_err(kube::Error::BuildRequest);
        let answer = async { self.client.request_text(request?).await };
        call(act, answer).await
    }

    /// The objects of a kind in our namespace. The namespace object itself is not namespaced.
    pub(super) fn of_kind(&self, kind: &ApiResource) -> Api<DynamicObject> {
        let client = self.client.clone();
        if kind.kind == "Namespace" {
            Api::all_with(client, kind)
        } else {
            Api::namespaced_with(client, &self.namespace, kind)
        }
    }

    /// The objects of a type in our namespace.
    pub(super) fn in_namespace<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub(super) fn namespaces(&self) -> Api<Namespace> {
        Api::all(self.client.clone())
    }

    pub(super) fn pods(&self) -> Api<Pod> {
        self.in_namespace()
    }

    /// The pods of a service, or all our pods.
    pub(super) async fn pods_of(&self, component: Option<&str>) -> Result<Vec<Pod>, Error> {
        let ours = ListParams::default().labels(&match component {
            Some(component) => format!("{MANAGED_BY}={MANAGER},{COMPONENT}={component}"),
            None => format!("{MANAGED_BY}={MANAGER}"),
        });
        let pods = call("list the pods", self.pods().list(&ours)).await?;
        Ok(pods.items)
    }
}

fn readiness(lacks: Result<Option<String>, Error>) -> Readiness {
    match lacks {
        Ok(None) => Readiness::Ready,
        Ok(Some(reason)) => Readiness::NotYet(reason),
        Err(error) => Readiness::NotYet(in_one_line(&error)),
    }
}

fn is_ready(node: &Node) -> bool {
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// Runs one request with a deadline.
pub(super) async fn call<T>(
    act: impl Display,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, Error> {
    match timeout(CALL, request).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Error::Call {
            act: act.to_string(),
            source: error.into(),
        }),
        Err(_) => Err(Error::TimedOut {
            act: act.to_string(),
            deadline: CALL,
        }),
    }
}

/// Like [`call`], for an object that may no longer exist.
pub(super) async fn call_unless_gone<T>(
    act: impl Display,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<Option<T>, Error> {
    match call(act, request).await {
        Ok(done) => Ok(Some(done)),
        Err(Error::Call { source, .. }) if source.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
