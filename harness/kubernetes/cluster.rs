//! A connection to a cluster, and whether the cluster itself is ready.

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
use super::look::{Awaited, Look};

/// How long one request may take.
const CALL: Duration = Duration::from_secs(10);

/// How long the API server may take to say anything before it counts as silent.
const ANSWER: Duration = Duration::from_secs(5);

/// A connection to a cluster, and the namespace in it that is ours.
#[derive(Clone)]
pub struct Cluster {
    pub(super) client: kube::Client,
    pub(super) namespace: String,
    /// What was seen last, for all groups that are waited for at the same time.
    pub(super) seen: Arc<Mutex<Option<Arc<Look>>>>,
    /// The registry that its nodes may not have the right to pull from yet.
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
    /// Connects by a kubeconfig file; nothing else of the user's own configuration is read, nor any
    /// of the environment.
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

    /// Connects by the text of a kubeconfig; nothing is read besides. A user that it tells by a
    /// program, as clusters do that know their users by an identity provider, is told by the bearer
    /// token `token` instead, which is not renewed: when it expires, connect again. A user with a
    /// certificate or token of its own is taken as it is. The server's certificate is verified
    /// always. To be called in a runtime.
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

    /// The same with nodes that may get the right to pull from a registry only after a while.
    #[must_use]
    pub fn awaiting(self, awaited: Option<Awaited>) -> Self {
        Self { awaited, ..self }
    }

    /// Whether the API server answers at all, be it that it refuses.
    pub async fn answers(&self) -> bool {
        let asked = self.text("ask the API server", "", "readyz");
        match timeout(ANSWER, asked).await {
            Ok(Err(Error::Call { source, .. })) => source.is_the_servers(),
            Ok(answer) => answer.is_ok(),
            Err(_) => false,
        }
    }

    /// Whether API server, nodes, default service account and cluster DNS are all there.
    pub async fn ready(&self, nodes: usize) -> Readiness {
        let lacks = async {
            match self.lacks(nodes).await? {
                None => self.lacks_dns().await,
                lack => Ok(lack),
            }
        };
        readiness(lacks.await)
    }

    /// Whether all but the DNS is there: objects and images can come, while pods would not find
    /// anything yet.
    pub async fn takes_objects(&self, nodes: usize) -> Readiness {
        readiness(self.lacks(nodes).await)
    }

    /// What the cluster lacks before pods can start in it.
    async fn lacks(&self, nodes: usize) -> Result<Option<String>, Error> {
        self.text("ask the API server", "", "readyz").await?;
        let found: Api<Node> = Api::all(self.client.clone());
        let everything = ListParams::default();
        let found = call("list the nodes", found.list(&everything)).await?;
        let ready = found.items.iter().filter(|node| is_ready(node)).count();
        if ready < nodes {
            return Ok(Some(format!("{ready} of {nodes} nodes ready")));
        }
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client.clone(), "default");
        let account = call(
            "look for the default service account",
            accounts.get_opt("default"),
        );
        if account.await?.is_none() {
            return Ok(Some("the default service account is missing".to_owned()));
        }
        Ok(None)
    }

    async fn lacks_dns(&self) -> Result<Option<String>, Error> {
        let dns: Api<Deployment> = Api::namespaced(self.client.clone(), "kube-system");
        let dns = call("look for the cluster's DNS", dns.get_opt("coredns")).await?;
        let available = dns
            .and_then(|dns| dns.status)
            .and_then(|status| status.available_replicas);
        Ok(available
            .is_none_or(|count| count == 0)
            .then(|| "the cluster's DNS is not available".to_owned()))
    }

    /// What is behind a path that no type stands for.
    pub(super) async fn text(&self, act: &str, folder: &str, name: &str) -> Result<String, Error> {
        let request = Request::new(folder).get(name, &GetParams::default());
        let request = request.map_err(kube::Error::BuildRequest);
        let answer = async { self.client.request_text(request?).await };
        call(act, answer).await
    }

    /// Objects of a kind in our namespace; the namespace itself is in none.
    pub(super) fn of_kind(&self, kind: &ApiResource) -> Api<DynamicObject> {
        let client = self.client.clone();
        if kind.kind == "Namespace" {
            Api::all_with(client, kind)
        } else {
            Api::namespaced_with(client, &self.namespace, kind)
        }
    }

    /// Objects of a type in our namespace.
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

    /// The pods of a service, or of all of ours.
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

/// One request, within its deadline.
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

/// As [`call`], for what may be gone already.
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
