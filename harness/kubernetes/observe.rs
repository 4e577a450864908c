//! Observes groups through the labels and annotations of their objects.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use kube::api::ListParams;
use model::plan::{Observed, ResourceId, State};
use model::topology::Digest;
use serde_json::Value;

use super::Cluster;
use super::cluster::call_unless_gone;
use super::error::Error;
use super::group::{DIGEST, GROUP, NEEDS, OBJECTS, id_of, reference};
use super::labels::{MANAGED_BY, MANAGER};
use super::object::kinds;
use super::workload::REPLICAS;

impl Cluster {
    /// The existing groups, by label. A group is dead if an object is missing, if it was applied
    /// only in part, if its replicas were scaled, or if its Job failed.
    pub async fn observe(&self) -> Result<Vec<Observed>, backend::Error> {
        Ok(groups(
            &self.objects(&format!("{MANAGED_BY}={MANAGER}")).await?,
        ))
    }

    /// All our objects with these labels.
    pub(super) async fn objects(&self, labels: &str) -> Result<Vec<Value>, Error> {
        let labelled = ListParams::default().labels(labels);
        let lists = kinds().map(|kind| {
            let kind_name = kind.kind.clone();
            let mut wanted = labelled.clone();
            if kind_name == "Namespace" {
                wanted = wanted.fields(&format!("metadata.name={}", self.namespace));
            }
            async move {
                let list = self.of_kind(&kind);
                let act = format!("list objects of kind {kind_name}");
                // A cluster that does not know the kind has no object of it.
                let list = call_unless_gone(act, list.list(&wanted)).await?;
                let items = list.map(|list| list.items).unwrap_or_default();
                let objects = items.into_iter().map(|object| {
                    let mut value = serde_json::to_value(object).unwrap_or_default();
                    // The items of a list do not contain their kind.
                    value["kind"] = kind.kind.clone().into();
                    value["apiVersion"] = kind.api_version.clone().into();
                    value
                });
                Ok::<Vec<Value>, Error>(objects.collect())
            }
        });
        Ok(try_join_all(lists).await?.concat())
    }
}

/// Sorts objects into groups.
pub(super) fn groups(objects: &[Value]) -> Vec<Observed> {
    let mut groups: BTreeMap<ResourceId, Vec<&Value>> = BTreeMap::new();
    for object in objects {
        let label = object["metadata"]["labels"][GROUP].as_str();
        if let Some(id) = label.and_then(id_of) {
            groups.entry(id).or_default().push(object);
        }
    }
    let observed = |(id, objects): (ResourceId, Vec<&Value>)| Observed {
        id,
        state: state(&objects),
        needs: words(&objects, NEEDS)
            .into_iter()
            .filter_map(|need| need.parse().ok())
            .collect(),
        // The group is removed with the cluster.
        stays: true,
    };
    groups.into_iter().map(observed).collect()
}

fn state(objects: &[&Value]) -> State {
    match difference(objects) {
        Some(reason) => State::Dead { reason },
        None => State::Live(digest(objects[0])),
    }
}

/// Why a group differs from what was applied.
fn difference(objects: &[&Value]) -> Option<String> {
    let deleted = |object: &&&Value| !object["metadata"]["deletionTimestamp"].is_null();
    if let Some(object) = objects.iter().find(deleted) {
        return Some(format!("{} is being removed", reference(object)));
    }
    let digests: BTreeSet<Digest> = objects.iter().map(|object| digest(object)).collect();
    if digests.len() > 1 {
        return Some("an update was interrupted".to_owned());
    }
    let there: BTreeSet<String> = objects.iter().map(|object| reference(object)).collect();
    let wanted = words(objects, OBJECTS);
    if let Some(missing) = wanted.into_iter().find(|name| !there.contains(*name)) {
        return Some(format!("{missing} is missing"));
    }
    objects
        .iter()
        .find_map(|object| scaled(object).or_else(|| failed(object)))
}

/// Whether a Deployment has another number of replicas than was applied.
fn scaled(object: &Value) -> Option<String> {
    let wanted: u64 = annotation(object, REPLICAS)?.parse().ok()?;
    let found = object["spec"]["replicas"].as_u64()?;
    (found != wanted)
        .then(|| format!("it was scaled to {found}, but should have {wanted} replicas"))
}

fn failed(object: &Value) -> Option<String> {
    (object["kind"] == "Job").then_some(())?;
    let conditions = object["status"]["conditions"].as_array()?;
    let mut conditions = conditions.iter();
    let failed = conditions.any(|found| found["type"] == "Failed" && found["status"] == "True");
    failed.then(|| "its Job failed".to_owned())
}

fn digest(object: &Value) -> Digest {
    let text = annotation(object, DIGEST).unwrap_or_default();
    // Digests are read back from JSON everywhere.
    serde_json::from_value(text.into()).expect("a digest parses from text")
}

fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object["metadata"]["annotations"][key].as_str()
}

/// The words in an annotation that all objects of a group share.
fn words<'a>(objects: &[&'a Value], key: &str) -> Vec<&'a str> {
    let text = objects.first().and_then(|object| annotation(object, key));
    text.unwrap_or_default().split_whitespace().collect()
}

#[cfg(test)]
mod tests;
