//! All that exists in the built-in Azure, as it is saved.

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

/// All that exists in the built-in Azure; keys are ids in lower case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) stacks: BTreeMap<String, Stack>,
    pub(super) previews: BTreeMap<String, Preview>,
    /// Tags of the subscription itself.
    pub(super) tags: Map<String, Value>,
    /// When each provider will have been registered.
    pub(super) providers: BTreeMap<String, Timestamp>,
    /// Tokens that were given out, as digests.
    pub(super) tokens: Vec<Token>,
    /// What registries hold.
    pub(super) content: Content,
    /// How many ids were given out.
    pub(super) serial: u64,
    /// What time it was when it was asked last: on a clock that is faster than the world's this may
    /// be later than now.
    pub(super) asked: Option<Timestamp>,
    /// The address that it was found at, so that it may be found there again.
    pub(super) port: Option<u16>,
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) location: String,
    pub(super) tags: Value,
    pub(super) deleting: bool,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Resource {
    pub(super) id: String,
    /// Its type, as Azure writes it.
    pub(super) kind: String,
    /// As it is shown, but for its state and what hooks decide.
    pub(super) document: Value,
    pub(super) progress: Progress,
    pub(super) created: Timestamp,
    /// When it was changed last, if it ever was.
    #[serde(default)]
    pub(super) changed: Option<Timestamp>,
}

/// How far a resource is; the names are Azure's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    Creating,
    Updating,
    Succeeded,
    Failed,
    Deleting,
}

/// A token that was given out: what is saved of it is not what it was, but its digest, so that it is
/// good as well after the cloud was started anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) digest: String,
    /// What it is for: an audience, or the scope of a registry.
    pub(super) audience: String,
    pub(super) expires: Timestamp,
}

impl State {
    /// Ids of all resources, for tests and for a view of what is left.
    pub fn resource_ids(&self) -> impl Iterator<Item = &str> {
        self.resources.values().map(|resource| resource.id.as_str())
    }

    /// Has a group, and every provider registered where that is so, if they are not there already.
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

    /// An id that was not given out before.
    pub(super) fn next_id(&mut self, what: &str) -> String {
        self.serial += 1;
        guid(&[what, &self.serial.to_string()])
    }

    /// A resource by its id in any case.
    pub(super) fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.get(&ResourceId::parse(id).key())
    }

    /// Those below an id, at any depth.
    pub(super) fn below<'a>(&'a self, id: &ResourceId) -> impl Iterator<Item = &'a Resource> {
        let prefix = format!("{}/", id.key());
        let all = self.resources.iter();
        all.filter_map(move |(key, resource)| key.starts_with(&prefix).then_some(resource))
    }

    /// What changes a resource or something below it right now.
    pub(super) fn running_on(&self, id: &ResourceId) -> Option<&Operation> {
        let (key, prefix) = (id.key(), format!("{}/", id.key()));
        let mut running = self.operations.values().filter(|one| one.is_running());
        running.find(|one| one.target == key || one.target.starts_with(&prefix))
    }
}
