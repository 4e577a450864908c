//! Making the objects of a group what they should be.

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
    /// Applies a group and removes what an earlier version of it had and this one has not. A Job
    /// that changed is replaced once it has ended, and one that has ended is run again; one that is
    /// running goes on, since a migration must not be interrupted.
    pub async fn apply(&self, group: &Group) -> Result<(), backend::Error> {
        let applied = self.apply_all(group).await;
        self.look_again().await;
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
            self.patch(&applied, manifest, &how()).await?;
        }
        let wanted: BTreeSet<String> = manifests.iter().map(reference).collect();
        let found = self.objects(&selecting(&group.id)).await?;
        let surplus: Vec<Value> = found
            .into_iter()
            .filter(|object| !wanted.contains(&reference(object)))
            .collect();
        self.remove(&surplus).await
    }

    /// Removes a group, whatever is in it, and waits until it is gone, its pods included. With the
    /// base goes the namespace, and with that whatever is in it.
    pub async fn delete(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let removed = async {
            let found = self.objects(&selecting(id)).await?;
            self.remove(&found).await
        };
        let removed = removed.await;
        self.look_again().await;
        Ok(removed?)
    }

    /// What the API server has against the objects of `groups`: they are sent to it as for use,
    /// against its schema and without unknown fields, and none of them is kept.
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

    /// Where objects are tried out: nothing can be in a namespace that is not there yet.
    pub(super) async fn trial_namespace(&self) -> Result<&str, Error> {
        let namespaces = self.namespaces();
        let ours = namespaces.get_opt(&self.namespace);
        let ours = call("look for the namespace", ours).await?;
        Ok(ours.map_or("default", |_| &self.namespace))
    }

    /// Sends an object as for use; it is not kept.
    pub(super) async fn try_out(&self, mut manifest: Value, namespace: &str) -> Result<(), Error> {
        let kind = kind_of(&manifest);
        let mut objects = self.of_kind(&kind);
        if !manifest["metadata"]["namespace"].is_null() {
            manifest["metadata"]["namespace"] = namespace.into();
            objects = Api::namespaced_with(self.client.clone(), namespace, &kind);
        }
        self.patch(&objects, &manifest, &how().dry_run()).await?;
        Ok(())
    }

    /// Applies an object; answers with what has become of it.
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

/// As whom we apply, and how: what others have changed is ours again, and a field that the API
/// server does not know is an error.
pub(super) fn how() -> PatchParams {
    PatchParams::apply(MANAGER).force().validation_strict()
}

/// The objects of a group.
pub(super) fn selecting(id: &ResourceId) -> String {
    format!("{GROUP}={}", label(id))
}

/// Which of the kinds that we use an object is of.
pub(super) fn kind_of(object: &Value) -> ApiResource {
    let mut kinds = kinds().into_iter();
    let kind = kinds.find(|kind| object["kind"] == kind.kind.as_str());
    kind.expect("every object of ours is of a kind that we use")
}

pub(super) fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}
