//! Applies, removes and validates the objects of a group.

use std::collections::BTreeSet;

use base::causes::in_one_line;
use kube::Api;
use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::ApiResource;
use model::plan::ResourceId;
use serde_json::Value;

use super::cluster::call;
use super::error::Error;
use super::group::{GROUP, label, reference};
use super::labels::MANAGER;
use super::object::kinds;
use super::{Cluster, Group};

impl Cluster {
    /// Applies a group and removes the objects of its earlier version that it no longer has. A
    /// changed Job is replaced after it has ended, and an ended Job runs again. A running Job
    /// continues, because a migration must not be interrupted.
    pub async fn apply(&self, group: &Group) -> Result<(), backend::Error> {
        let applied = self.apply_all(group).await;
        self.discard_snapshot().await;
        Ok(applied?)
    }

    async fn apply_all(&self, group: &Group) -> Result<(), Error> {
        let manifests = group.manifests();
        if let Some(job) = manifests
            .iter()
            .find(|object| kind_of(object).kind == "Job")
        {
            self.remove_jobs_before(job, &group.id).await?;
        }
        for manifest in &manifests {
            match kind_of(manifest).kind.as_str() {
                "Namespace" => self.until_not_terminating().await?,
                "Job" => self.remove_if_ended(manifest).await?,
                _ => {}
            }
            let applied = self.of_kind(&kind_of(manifest));
            self.patch(&applied, manifest, &apply_params()).await?;
        }
        let wanted: BTreeSet<String> = manifests.iter().map(reference).collect();
        let found = self.objects(&selecting(&group.id)).await?;
        let surplus: Vec<Value> = found
            .into_iter()
            .filter(|object| !wanted.contains(&reference(object)))
            .collect();
        self.remove(&surplus).await
    }

    /// Removes a group with all its objects and waits until they and their pods are gone. Removing
    /// the base removes the namespace with everything in it.
    pub async fn delete(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let removed = async {
            let found = self.objects(&selecting(id)).await?;
            self.remove(&found).await
        };
        let removed = removed.await;
        self.discard_snapshot().await;
        Ok(removed?)
    }

    /// The API server's objections to the objects of `groups`. The objects are sent as a dry run,
    /// with validation against the schema and without unknown fields.
    pub async fn validate(&self, groups: &[Group]) -> Result<Vec<String>, backend::Error> {
        let namespace = self.trial_namespace().await?;
        let mut complaints = Vec::new();
        for manifest in groups.iter().flat_map(Group::manifests) {
            match self.try_out(manifest, namespace).await {
                Err(error @ Error::Call { .. }) => complaints.push(in_one_line(&error)),
                tried => tried?,
            }
        }
        Ok(complaints)
    }

    /// The namespace for dry runs. If our namespace does not exist yet, objects cannot be created
    /// in it.
    pub(super) async fn trial_namespace(&self) -> Result<&str, Error> {
        let namespaces = self.namespaces();
        let ours = namespaces.get_opt(&self.namespace);
        let ours = call("read the namespace", ours).await?;
        Ok(ours.map_or("default", |_| &self.namespace))
    }

    /// Sends an object as a dry run.
    pub(super) async fn try_out(&self, mut manifest: Value, namespace: &str) -> Result<(), Error> {
        let kind = kind_of(&manifest);
        let mut objects = self.of_kind(&kind);
        if !manifest["metadata"]["namespace"].is_null() {
            manifest["metadata"]["namespace"] = namespace.into();
            objects = Api::namespaced_with(self.client.clone(), namespace, &kind);
        }
        self.patch(&objects, &manifest, &apply_params().dry_run())
            .await?;
        Ok(())
    }

    /// Applies an object and returns the result.
    pub(super) async fn patch(
        &self,
        objects: &Api<DynamicObject>,
        manifest: &Value,
        how: &PatchParams,
    ) -> Result<Value, Error> {
        let name = name_of(manifest);
        let act = format!("apply {}", reference(manifest));
        let applied = call(act, objects.patch(name, how, &Patch::Apply(manifest))).await?;
        Ok(serde_json::to_value(applied).unwrap_or_default())
    }
}

/// The parameters of server-side apply: our field manager takes back fields that others changed,
/// and unknown fields are an error.
pub(super) fn apply_params() -> PatchParams {
    PatchParams::apply(MANAGER).force().validation_strict()
}

/// The label selector for the objects of a group.
pub(super) fn selecting(id: &ResourceId) -> String {
    format!("{GROUP}={}", label(id))
}

/// The API resource of an object, by its kind.
pub(super) fn kind_of(object: &Value) -> ApiResource {
    let mut kinds = kinds().into_iter();
    let kind = kinds.find(|kind| object["kind"] == kind.kind.as_str());
    kind.expect("all our objects have a known kind")
}

pub(super) fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}
