//! The id of a resource: a kind and a name, written as `process/worker-0`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kinds of resource of all backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// The Kubernetes namespace of all other objects, with the objects that all of them need.
    Base,
    /// A local Kubernetes cluster.
    Cluster,
    /// A container of a Docker engine.
    Container,
    /// A Kubernetes Deployment with the objects that belong to it.
    Deployment,
    /// A resource group in Azure.
    Group,
    /// An image in a registry.
    Image,
    /// The images on the nodes of a local cluster.
    Images,
    /// A Kubernetes Job.
    Job,
    /// One of Temporal's namespaces.
    Namespace,
    /// A network of a Docker engine.
    Network,
    /// A process on this machine.
    Process,
    /// A replica of the simulated backend.
    Replica,
    /// A schema in a database.
    Schema,
    /// A deployment stack in Azure.
    Stack,
}

impl ResourceKind {
    /// All kinds, sorted by their strings.
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

    /// The kind as it is written in an id.
    pub fn as_str(self) -> &'static str {
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
        out.write_str(self.as_str())
    }
}

/// The id of a resource, unique in its topology: `process/worker-0`, `namespace/default`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ResourceId {
    kind: ResourceKind,
    name: String,
}

impl ResourceId {
    pub fn new(kind: ResourceKind, name: impl fmt::Display) -> Self {
        let name = name.to_string();
        Self { kind, name }
    }

    pub fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// The part after the first slash.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.kind, self.name)
    }
}

/// A string that is not a resource id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a resource id")]
pub struct InvalidResourceId(String);

impl FromStr for ResourceId {
    type Err = InvalidResourceId;

    fn from_str(text: &str) -> Result<Self, InvalidResourceId> {
        let parts = text.split_once('/').and_then(|(word, name)| {
            let mut all = ResourceKind::ALL.into_iter();
            Some((all.find(|kind| kind.as_str() == word)?, name))
        });
        let (kind, name) = parts.ok_or_else(|| InvalidResourceId(text.to_owned()))?;
        Ok(Self::new(kind, name))
    }
}

impl TryFrom<String> for ResourceId {
    type Error = InvalidResourceId;

    fn try_from(text: String) -> Result<Self, InvalidResourceId> {
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
    fn an_id_is_a_string_in_documents_and_round_trips() {
        for kind in ResourceKind::ALL {
            let id = ResourceId::new(kind, "a/b-0");
            assert_eq!(id.to_string().parse(), Ok(id.clone()));
            let json = serde_json::to_string(&id).expect("a string");
            assert_eq!(json, format!("\"{kind}/a/b-0\""));
            assert_eq!(
                serde_json::from_str::<ResourceId>(&json).expect("a resource id"),
                id
            );
        }
        for other in ["", "process", "nothing/x"] {
            assert!(other.parse::<ResourceId>().is_err(), "{other}");
        }
    }

    #[test]
    fn kinds_are_sorted_by_their_strings() {
        assert!(ResourceKind::ALL.is_sorted());
        assert!(ResourceKind::ALL.is_sorted_by_key(|kind| format!("{kind}/")));
    }
}
