//! What objects are called and how they are found again: the recommended labels
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::Site;

/// Who manages the objects: label value and field manager.
pub(super) const MANAGER: &str = "harness";
/// The label of the manager.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The label of the service that an object belongs to, by its name in the topology.
pub(super) const COMPONENT: &str = "app.kubernetes.io/component";
/// The label of the profile.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// What objects have in common that belong to one service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// The place.
    pub(super) site: &'a Site,
    /// The application: `temporal`, `temporal-ui`, `worker`.
    pub(super) application: &'static str,
    /// The service's name in the topology, or what the part is for.
    pub(super) component: &'a str,
    /// The application's version, where one is known.
    pub(super) version: Option<&'a str>,
}

impl Part<'_> {
    /// The labels of every object of the part.
    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.selecting();
        labels.extend(owned([
            ("app.kubernetes.io/name", self.application),
            ("app.kubernetes.io/part-of", "temporal"),
            (MANAGED_BY, MANAGER),
        ]));
        labels.extend(
            self.version
                .map(|version| ("app.kubernetes.io/version".to_owned(), version.to_owned())),
        );
        labels
    }

    /// What selects the pods of the part. Without the version: a selector cannot be changed.
    pub(super) fn selector(&self) -> LabelSelector {
        LabelSelector {
            match_labels: Some(self.selecting()),
            ..LabelSelector::default()
        }
    }

    pub(super) fn selecting(&self) -> BTreeMap<String, String> {
        owned([(INSTANCE, &self.site.instance), (COMPONENT, self.component)])
    }

    /// The metadata of an object in the namespace of the place.
    pub(super) fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.site.namespace.clone()),
            labels: Some(self.labels()),
            ..ObjectMeta::default()
        }
    }
}

/// The version that an image's tag names, if a label may have it as its value.
pub(super) fn version_of(image: &str) -> Option<&str> {
    let last = image.rsplit('/').next().unwrap_or(image);
    let (_, tag) = last.split('@').next()?.split_once(':')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = tag.as_bytes();
    let fits = tag.len() <= 63 && edge(bytes.first()) && edge(bytes.last());
    (fits && tag.bytes().all(plain)).then_some(tag)
}

/// Labels as the objects have them.
pub(super) fn owned<const N: usize>(labels: [(&str, &str); N]) -> BTreeMap<String, String> {
    let owned = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
    owned.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_image_is_its_tag_where_a_label_can_have_it() {
        for (image, version) in [
            ("temporalio/server:1.32.0", Some("1.32.0")),
            ("localhost:5000/worker:3f2a", Some("3f2a")),
            ("localhost:5000/worker", None),
            ("worker:1.0@sha256:00ff", Some("1.0")),
            ("harness.local/worker:<unbuilt>", None),
            ("worker:ends-in-", None),
        ] {
            assert_eq!(version_of(image), version, "{image}");
        }
    }
}
