//! The saved state of the built-in Azure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::circumstances::Prepared;
use super::hash::guid;
use super::id::ResourceId;
use super::operation::Operation;
use super::registry::content::Content;
use super::stack::model::{Preview, Stack};

/// Everything that exists in the built-in Azure. Keys are ids in lower case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) stacks: BTreeMap<String, Stack>,
    pub(super) previews: BTreeMap<String, Preview>,
    /// Tags of the subscription.
    pub(super) tags: Map<String, Value>,
    /// When the registration of each provider ends.
    pub(super) providers: BTreeMap<String, Timestamp>,
    /// Issued tokens, as digests.
    pub(super) tokens: Vec<Token>,
    /// Repositories of the registries, without the bytes.
    pub(super) content: Content,
    /// How many ids have been issued.
    pub(super) serial: u64,
    /// The time of the last request. A clock that runs faster than real time can be ahead of the
    /// current time.
    pub(super) asked: Option<Timestamp>,
    /// The port of the last start. The next start prefers it.
    pub(super) port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) location: String,
    pub(super) tags: Value,
    pub(super) deleting: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Resource {
    pub(super) id: String,
    /// Its type in Azure's spelling.
    pub(super) kind: String,
    /// The document of a GET, without its state and without what hooks provide.
    pub(super) document: Value,
    pub(super) progress: Progress,
    pub(super) created: Timestamp,
    /// The time of the last change. `None` if the resource was never changed.
    #[serde(default)]
    pub(super) changed: Option<Timestamp>,
}

/// The provisioning state. The names are Azure's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    Creating,
    Updating,
    Succeeded,
    Failed,
    Deleting,
}

/// An issued token. Only its digest is saved, so that the token is valid after a restart and cannot
/// be read from the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) digest: String,
    /// The audience, or the scope of a registry.
    pub(super) audience: String,
    pub(super) expires: Timestamp,
}

impl State {
    /// Ids of all resources.
    pub fn resource_ids(&self) -> impl Iterator<Item = &str> {
        self.resources.values().map(|resource| resource.id.as_str())
    }

    /// Adds the prepared group, and registers all providers if the preparation says so. Existing
    /// entries stay.
    pub(super) fn prepare(
        &mut self,
        subscription: &str,
        prepared: &Prepared,
        namespaces: impl Iterator<Item = &'static str>,
    ) {
        let id = format!(
            "/subscriptions/{subscription}/resourceGroups/{}",
            prepared.group
        );
        self.groups.entry(id.to_lowercase()).or_insert(Group {
            id,
            location: prepared.region.clone(),
            tags: json!(prepared.tags),
            deleting: false,
        });
        if !prepared.registered {
            return;
        }
        for namespace in namespaces {
            let since = self.providers.entry(namespace.to_lowercase());
            since.or_insert(Timestamp::UNIX_EPOCH);
        }
    }

    /// A new unique id.
    pub(super) fn next_id(&mut self, what: &str) -> String {
        self.serial += 1;
        guid(&[what, &self.serial.to_string()])
    }

    /// A resource by its id. The id ignores case.
    pub(super) fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.get(&ResourceId::parse(id).key())
    }

    /// The resources below an id, at any depth.
    pub(super) fn below<'a>(&'a self, id: &ResourceId) -> impl Iterator<Item = &'a Resource> {
        let prefix = format!("{}/", id.key());
        let all = self.resources.iter();
        all.filter_map(move |(key, resource)| key.starts_with(&prefix).then_some(resource))
    }

    /// The operation in progress on a resource or on anything below it.
    pub(super) fn running_on(&self, id: &ResourceId) -> Option<&Operation> {
        let (key, prefix) = (id.key(), format!("{}/", id.key()));
        let mut running = self.operations.values().filter(|one| one.is_running());
        running.find(|one| one.target == key || one.target.starts_with(&prefix))
    }
}
