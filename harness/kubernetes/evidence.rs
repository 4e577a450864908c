//! Evidence about a failed group, as files.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::Api;
use kube::api::ListParams;
use model::plan::ResourceId;
use serde_json::Value;

use super::Cluster;
use super::apply::selecting;
use super::cluster::call;
use super::error::Error;
use super::group::label;
use super::object::without_secrets;

impl Cluster {
    /// Writes events, descriptions and logs (current and previous) of a group to a new folder below
    /// `folder`: `events.txt`, `objects.yaml`, `pods.yaml`, `POD.log`, `POD.previous.log`.
    pub async fn evidence(
        &self,
        id: &ResourceId,
        folder: &Utf8Path,
    ) -> Result<Utf8PathBuf, backend::Error> {
        Ok(self.write_evidence(id, folder).await?)
    }

    async fn write_evidence(
        &self,
        id: &ResourceId,
        folder: &Utf8Path,
    ) -> Result<Utf8PathBuf, Error> {
        let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        let folder = folder.join(format!("{}-{now}", label(id)));
        fs_err::create_dir_all(&folder)?;
        let objects = self.objects(&selecting(id)).await?;
        fs_err::write(folder.join("objects.yaml"), yaml(objects))?;
        let pods = self.pods_of(Some(id.name())).await?;
        for pod in pods.iter().filter_map(|pod| pod.metadata.name.as_deref()) {
            let log = self.log_of(pod, false).await;
            fs_err::write(folder.join(format!("{pod}.log")), log)?;
            let previous = self.log_of(pod, true).await;
            if !previous.is_empty() {
                fs_err::write(folder.join(format!("{pod}.previous.log")), previous)?;
            }
        }
        fs_err::write(folder.join("pods.yaml"), yaml(described(&pods)))?;
        // The events come last, because nodes report them with a delay.
        fs_err::write(folder.join("events.txt"), self.events().await?)?;
        Ok(folder)
    }

    /// The events of the namespace, one line each, in the order of time.
    async fn events(&self) -> Result<String, Error> {
        let events: Api<Event> = Api::namespaced(self.client.clone(), &self.namespace);
        let found = call("list the events", events.list(&ListParams::default())).await?;
        let mut lines: Vec<String> = found.items.iter().map(line).collect();
        lines.sort();
        Ok(lines.concat())
    }
}

fn line(event: &Event) -> String {
    let last = event.last_timestamp.as_ref().map(|time| time.0);
    let time = last.or_else(|| event.event_time.as_ref().map(|time| time.0));
    let time = time.map(|time| time.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "{time} {:7} {}/{} {}: {}\n",
        text(&event.type_),
        text(&event.involved_object.kind),
        text(&event.involved_object.name),
        text(&event.reason),
        text(&event.message),
    )
}

fn described(pods: &[Pod]) -> Vec<Value> {
    let values = pods.iter().map(serde_json::to_value);
    values.map(Result::unwrap_or_default).collect()
}

/// Objects as YAML documents, without secret values and managed fields.
fn yaml(objects: Vec<Value>) -> String {
    let document = |mut object: Value| {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        let text = serde_saphyr::to_string(&without_secrets(object));
        format!("---\n{}", text.expect("JSON always converts to YAML"))
    };
    objects.into_iter().map(document).collect()
}
