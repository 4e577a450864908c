//! The names and labels of objects: the recommended labels
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::Site;

/// The manager of the objects: label value and field manager.
pub(super) const MANAGER: &str = "harness";
/// The label of the manager.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The label with the service that an object belongs to, by its name in the topology.
pub(super) const COMPONENT: &str = "app.kubernetes.io/component";
/// The label of the profile.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// The common attributes of the objects of one service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) site: &'a Site,
    /// The application: `temporal`, `temporal-ui`, `worker`.
    pub(super) application: &'static str,
    /// The service's name in the topology, or the purpose of the part.
    pub(super) component: &'a str,
    /// The application's version, if known.
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

    /// The selector of the part's pods. It does not contain the version, because a selector cannot
    /// be changed.
    pub(super) fn selector(&self) -> LabelSelector {
        LabelSelector {
            match_labels: Some(self.selecting()),
            ..LabelSelector::default()
        }
    }

    pub(super) fn selecting(&self) -> BTreeMap<String, String> {
        owned([(INSTANCE, &self.site.instance), (COMPONENT, self.component)])
    }

    /// The metadata of an object in the namespace of the site.
    pub(super) fn metadata(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.site.namespace.clone()),
            labels: Some(self.labels()),
            ..ObjectMeta::default()
        }
    }
}

/// The version in the tag of an image, if it is a valid label value.
pub(super) fn version_of(image: &str) -> Option<&str> {
    let last = image.rsplit('/').next().unwrap_or(image);
    let (_, tag) = last.split('@').next()?.split_once(':')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = tag.as_bytes();
    let fits = tag.len() <= 63 && edge(bytes.first()) && edge(bytes.last());
    (fits && tag.bytes().all(plain)).then_some(tag)
}

/// The labels as a map of owned strings.
pub(super) fn owned<const N: usize>(labels: [(&str, &str); N]) -> BTreeMap<String, String> {
    let owned = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
    owned.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_image_is_its_tag_if_it_is_a_valid_label_value() {
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
