//! The desired resources in a template.

use azure::arm::StackSpec;
use azure::resource_type::CLUSTER;
use serde_json::Value;

/// The desired resources in the template of a stack.
pub(super) struct Wanted<'a>(pub(super) &'a StackSpec);

impl Wanted<'_> {
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = (String, Value)> {
        let resources = self.0.properties.template["resources"].as_array();
        let of_kind = resources.into_iter().flatten();
        of_kind.filter(move |it| it["type"] == kind).map(|it| {
            let name = it["name"].as_str().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            (name.to_owned(), it.clone())
        })
    }

    pub(super) fn first(&self, kind: &str) -> Option<(String, Value)> {
        self.all(kind).next()
    }

    /// The system pool, which is part of the cluster resource.
    pub(super) fn system_pool(&self) -> Option<Value> {
        let (_, cluster) = self.first(CLUSTER)?;
        cluster.pointer("/properties/agentPoolProfiles/0").cloned()
    }
}
