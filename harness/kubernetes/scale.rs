//! Changes the number of replicas of a service, for faults.

use std::collections::{BTreeMap, BTreeSet};

use backend::fault::Sighting;
use base::causes::in_one_line;
use futures_util::future::try_join_all;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use model::topology::ServiceName;
use serde_json::Value;

use super::Cluster;
use super::cluster::{call, call_unless_gone};
use super::error::Error;
use super::labels::MANAGER;

impl Cluster {
    /// Kills every pod of a service.
    pub async fn kill_all(&self, service: &ServiceName) -> Result<(), backend::Error> {
        let there = names(&self.pods_of(Some(service.as_str())).await?);
        let there: Vec<String> = there.into_iter().collect();
        self.kill(&there).await
    }

    /// Kills pods by name. Ignores a pod that does not exist.
    pub(super) async fn kill(&self, pods: &[String]) -> Result<(), backend::Error> {
        let now = DeleteParams::default().grace_period(0);
        let kill = pods.iter().map(|pod| async {
            let pods = self.pods();
            call_unless_gone("kill a pod", pods.delete(pod, &now)).await
        });
        let killed = try_join_all(kill).await;
        self.discard_snapshot().await;
        killed?;
        Ok(())
    }

    /// Whether no pod of a service runs any more. `lives` has the pods that ran before.
    ///
    /// A pod that is deleted without a grace period disappears from the API server before its
    /// processes end. So this also checks that the container runtimes of the nodes no longer run
    /// it.
    pub async fn gone(&self, service: &ServiceName, lives: &BTreeMap<String, String>) -> Sighting {
        if lives.is_empty() {
            return Sighting::Never(format!("`{service}` had no running pod"));
        }
        match self.left(service, lives).await {
            Ok(left) if left.is_empty() => {
                let count = lives.len();
                Sighting::Seen(format!("pods killed: {count}, left: 0"))
            }
            Ok(left) => {
                let left: Vec<String> = left.into_iter().collect();
                Sighting::NotYet(format!("still running: {}", left.join(", ")))
            }
            Err(error) => Sighting::NotYet(in_one_line(&error)),
        }
    }

    async fn left(
        &self,
        service: &ServiceName,
        lives: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut left = names(&self.pods_of(Some(service.as_str())).await?);
        let running = self.running().await?;
        left.extend(running.into_iter().filter(|pod| lives.contains_key(pod)));
        Ok(left)
    }

    /// The names of a service's pods, without those that are being deleted.
    pub async fn pods_staying(
        &self,
        service: &ServiceName,
    ) -> Result<BTreeSet<String>, backend::Error> {
        let mut pods = self.pods_of(Some(service.as_str())).await?;
        pods.retain(|pod| pod.metadata.deletion_timestamp.is_none());
        Ok(names(&pods))
    }

    /// The image of a service's pods, if the Deployment exists.
    pub async fn image_of(&self, service: &ServiceName) -> Result<Option<String>, backend::Error> {
        let deployments: Api<Deployment> = self.in_namespace();
        let found = deployments.get_opt(service.as_str());
        let found = call(format!("read `{service}`"), found).await?;
        let pod = found.and_then(|found| found.spec?.template.spec);
        let first = pod.and_then(|pod| pod.containers.into_iter().next());
        Ok(first.and_then(|container| container.image))
    }

    /// Sets the number of replicas of a service. Does not wait; use [`Self::group_ready`].
    pub async fn scale(&self, service: &ServiceName, replicas: u16) -> Result<(), backend::Error> {
        let deployments: Api<Deployment> = self.in_namespace();
        let wanted = serde_json::json!({"spec": {"replicas": replicas}});
        let how = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(&wanted);
        let scaled = deployments.patch_scale(service.as_str(), &how, &patch);
        call(format!("scale `{service}` to {replicas}"), scaled).await?;
        self.discard_snapshot().await;
        Ok(())
    }

    /// The pods of our namespace that the nodes' container runtimes run.
    async fn running(&self) -> Result<BTreeSet<String>, Error> {
        let mut running = BTreeSet::new();
        for node in self.nodes().await? {
            let path = format!("/api/v1/nodes/{node}/proxy");
            let text = self.text("list the running pods of a node", &path, "runningpods/");
            let pods = running_in(&text.await?, &self.namespace);
            running.extend(pods.map_err(|reason| Error::Unclear { node, reason })?);
        }
        Ok(running)
    }

    /// The names of the nodes.
    pub(super) async fn nodes(&self) -> Result<Vec<String>, Error> {
        let nodes: Api<Node> = Api::all(self.client.clone());
        let nodes = call("list the nodes", nodes.list(&ListParams::default())).await?;
        let names = nodes
            .items
            .into_iter()
            .filter_map(|node| node.metadata.name);
        Ok(names.collect())
    }
}

/// The pods of a namespace in a node's answer. An unexpected answer must be an error: if it counted
/// as no pods, it would prove a kill.
fn running_in(answer: &str, namespace: &str) -> Result<BTreeSet<String>, String> {
    let list: Value = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    if list["kind"] != "PodList" {
        return Err("it is not a list of pods".to_owned());
    }
    // An empty list is written as `null`.
    let pods = list["items"].as_array().into_iter().flatten();
    let ours = pods.filter(|pod| pod["metadata"]["namespace"] == namespace);
    let name = |pod: &Value| pod["metadata"]["name"].as_str().map(str::to_owned);
    ours.map(|pod| name(pod).ok_or_else(|| "a pod has no name".to_owned()))
        .collect()
}

fn names(pods: &[Pod]) -> BTreeSet<String> {
    pods.iter()
        .filter_map(|pod| pod.metadata.name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_node_must_be_a_list_of_pods() {
        let pods = r#"{"kind": "PodList", "items": [
            {"metadata": {"namespace": "ours", "name": "web-1"}},
            {"metadata": {"namespace": "theirs", "name": "web-2"}}
        ]}"#;
        let found = running_in(pods, "ours").expect("a list");
        assert_eq!(found, BTreeSet::from(["web-1".to_owned()]));
        let none = running_in(r#"{"kind": "PodList", "items": null}"#, "ours");
        assert_eq!(none, Ok(BTreeSet::new()));
        for other in ["", "no runtime", "{}", r#"{"kind": "Status"}"#] {
            running_in(other, "ours").expect_err(other);
        }
    }
}
