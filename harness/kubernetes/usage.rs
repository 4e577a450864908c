//! The CPU time of pods.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Cluster;

impl Cluster {
    /// The CPU time of each pod since its start, from the kubelets' statistics, which are some
    /// seconds old. Nodes that do not answer are left out.
    pub async fn usage(&self) -> BTreeMap<String, Duration> {
        let mut usage = BTreeMap::new();
        for node in self.nodes().await.unwrap_or_default() {
            let path = format!("/api/v1/nodes/{node}/proxy/stats");
            let text = self.text("read the pod statistics of a node", &path, "summary");
            let summary = text.await.unwrap_or_default();
            usage.extend(of_summary(&summary, &self.namespace));
        }
        usage
    }
}

/// The CPU times of a namespace's pods in a kubelet's summary
/// (<https://kubernetes.io/docs/reference/instrumentation/node-metrics/>).
fn of_summary(text: &str, namespace: &str) -> BTreeMap<String, Duration> {
    let summary: Value = serde_json::from_str(text).unwrap_or_default();
    let pods = summary["pods"].as_array().into_iter().flatten();
    let ours = pods.filter(|pod| pod["podRef"]["namespace"] == namespace);
    let used = ours.filter_map(|pod| {
        let name = pod["podRef"]["name"].as_str()?;
        let nanoseconds = pod["cpu"]["usageCoreNanoSeconds"].as_u64()?;
        Some((name.to_owned(), Duration::from_nanos(nanoseconds)))
    });
    used.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_node_has_the_cpu_time_of_our_pods() {
        let text = r#"{"node": {"cpu": {"usageCoreNanoSeconds": 9}}, "pods": [
            {"podRef": {"name": "web-1", "namespace": "temporal"},
             "cpu": {"usageCoreNanoSeconds": 1500000000}},
            {"podRef": {"name": "starting", "namespace": "temporal"}},
            {"podRef": {"name": "coredns", "namespace": "kube-system"},
             "cpu": {"usageCoreNanoSeconds": 7}}]}"#;
        let usage = of_summary(text, "temporal");
        let expected = ("web-1".to_owned(), Duration::from_millis(1500));
        assert_eq!(usage, BTreeMap::from([expected]));
        assert!(of_summary("no answer", "temporal").is_empty());
    }
}
