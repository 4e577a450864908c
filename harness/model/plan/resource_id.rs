//! The name of a resource: an enum and a word inside, `process/worker-0` at the edge.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a resource is, whatever place it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// The Kubernetes namespace that all other objects are in, with what all of them need.
    Base,
    /// A local Kubernetes cluster.
    Cluster,
    /// A container of a Docker engine.
    Container,
    /// A Kubernetes Deployment with what belongs to it.
    Deployment,
    /// A resource group in Azure.
    Group,
    /// An image in a registry.
    Image,
    /// The images in the nodes of a local cluster.
    Images,
    /// A Kubernetes Job.
    Job,
    /// One of Temporal's namespaces.
    Namespace,
    /// A network of a Docker engine.
    Network,
    /// A process of this machine.
    Process,
    /// A replica of the model.
    Replica,
    /// A schema in a database.
    Schema,
    /// A deployment stack in Azure.
    Stack,
}

impl ResourceKind {
    /// All of them, in the order of their words.
    pub const ALL: [Self; 14] = [
        Self::Base,
        Self::Cluster,
        Self::Container,
        Self::Deployment,
        Self::Group,
        Self::Image,
        Self::Images,
        Self::Job,
        Self::Namespace,
        Self::Network,
        Self::Process,
        Self::Replica,
        Self::Schema,
        Self::Stack,
    ];

    /// The word for it in a name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Cluster => "cluster",
            Self::Container => "container",
            Self::Deployment => "deployment",
            Self::Group => "group",
            Self::Image => "image",
            Self::Images => "images",
            Self::Job => "job",
            Self::Namespace => "namespace",
            Self::Network => "network",
            Self::Process => "process",
            Self::Replica => "replica",
            Self::Schema => "schema",
            Self::Stack => "stack",
        }
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// The name of a resource in its place: `process/worker-0`, `namespace/default`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ResourceId {
    kind: ResourceKind,
    name: String,
}

impl ResourceId {
    /// Names a resource by its kind and its name within that kind.
    pub fn new(kind: ResourceKind, name: impl fmt::Display) -> Self {
        let name = name.to_string();
        Self { kind, name }
    }

    /// What it is.
    pub fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// The name within its kind, after the slash.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.kind, self.name)
    }
}

/// A text that names no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no resource")]
pub struct NoResource(String);

impl FromStr for ResourceId {
    type Err = NoResource;

    fn from_str(text: &str) -> Result<Self, NoResource> {
        let parts = text.split_once('/').and_then(|(word, name)| {
            let mut all = ResourceKind::ALL.into_iter();
            Some((all.find(|kind| kind.word() == word)?, name))
        });
        let (kind, name) = parts.ok_or_else(|| NoResource(text.to_owned()))?;
        Ok(Self::new(kind, name))
    }
}

impl TryFrom<String> for ResourceId {
    type Error = NoResource;

    fn try_from(text: String) -> Result<Self, NoResource> {
        text.parse()
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_at_the_edge_and_comes_back_as_it_was() {
        for kind in ResourceKind::ALL {
            let id = ResourceId::new(kind, "a/b-0");
            assert_eq!(id.to_string().parse(), Ok(id.clone()));
            let json = serde_json::to_string(&id).expect("a text");
            assert_eq!(json, format!("\"{kind}/a/b-0\""));
            assert_eq!(serde_json::from_str::<ResourceId>(&json).expect("it"), id);
        }
        for other in ["", "process", "nothing/x"] {
            assert!(other.parse::<ResourceId>().is_err(), "{other}");
        }
    }

    #[test]
    fn names_are_in_the_order_of_their_texts() {
        assert!(ResourceKind::ALL.is_sorted());
        assert!(ResourceKind::ALL.is_sorted_by_key(|kind| format!("{kind}/")));
    }
}
