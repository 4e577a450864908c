//! Objects that are applied and removed together.

use model::plan::{Resource, ResourceId};
use model::quantity::Duration;
use model::topology::Digest;
use serde_json::{Map, Value};

use super::object::{Object, without_secrets};

/// The label with an object's group.
pub(super) const GROUP: &str = "harness/group";
/// The annotation with the digest of the group's applied version.
pub(super) const DIGEST: &str = "harness/digest";
/// The annotation with the names of all objects of the group, which shows missing ones.
pub(super) const OBJECTS: &str = "harness/objects";
/// The annotation with the groups that this one needs.
pub(super) const NEEDS: &str = "harness/needs";

/// One resource of the plan: its objects in the order of applying.
#[derive(Debug, Clone)]
pub struct Group {
    /// `base/temporal` (the namespace, its configuration and default policies), `job/schema`,
    /// `deployment/SERVICE`.
    pub id: ResourceId,
    pub objects: Vec<Object>,
    /// The resources that must be ready first.
    pub needs: Vec<ResourceId>,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
}

impl Group {
    /// The digest of the whole content.
    pub fn digest(&self) -> Digest {
        let objects: Vec<Value> = self.objects.iter().map(Object::to_value).collect();
        Digest::of(&objects)
    }

    /// The group as a resource of the plan.
    pub fn resource(&self) -> Resource {
        Resource {
            id: self.id.clone(),
            digest: self.digest(),
            needs: self.needs.clone(),
            ready_timeout: self.ready_timeout,
        }
    }

    /// The objects for the API server. Labels and annotations of each identify its group, the
    /// version, and the other objects of the group, so no local record is needed.
    pub(super) fn manifests(&self) -> Vec<Value> {
        let mut manifests: Vec<Value> = self.objects.iter().map(Object::to_value).collect();
        let names: Vec<String> = manifests.iter().map(reference).collect();
        let needs: Vec<String> = self.needs.iter().map(ToString::to_string).collect();
        let annotations = [
            (DIGEST, self.digest().to_string()),
            (OBJECTS, names.join(" ")),
            (NEEDS, needs.join(" ")),
        ];
        for manifest in &mut manifests {
            insert(manifest, "labels", GROUP, label(&self.id));
            for (key, value) in &annotations {
                insert(manifest, "annotations", key, value.clone());
            }
        }
        manifests
    }

    /// The objects as documents, with the values of Secrets hidden.
    pub fn documents(&self) -> Vec<Value> {
        self.manifests().into_iter().map(without_secrets).collect()
    }

    /// The objects as YAML documents, with the values of Secrets hidden.
    pub fn to_yaml(&self) -> String {
        let document = |object| {
            let text = serde_saphyr::to_string(&object);
            format!("---\n{}", text.expect("JSON always converts to YAML"))
        };
        self.documents().into_iter().map(document).collect()
    }
}

/// The label value of a group. Label values may not contain a slash.
pub(super) fn label(id: &ResourceId) -> String {
    format!("{}.{}", id.kind(), id.name())
}

/// The group of a label value; `None` if it is not a resource.
pub(super) fn id_of(label: &str) -> Option<ResourceId> {
    label.replacen('.', "/", 1).parse().ok()
}

/// The kind and name of an object in `kubectl` notation.
pub(super) fn reference(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
    format!("{kind}/{name}")
}

fn insert(object: &mut Value, map: &str, key: &str, value: String) {
    let map = &mut object["metadata"][map];
    if map.is_null() {
        *map = Value::Object(Map::new());
    }
    map[key] = value.into();
}
