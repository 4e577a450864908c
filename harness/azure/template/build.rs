//! What every resource of a template is made from.

use std::collections::BTreeMap;

use model::profile::azure::Azure;
use model::topology::Database;
use serde::Serialize;

use super::names::Names;
use super::place::Place;
use super::resource::{Body, Resource};

/// The parameter with the password of the database's administrator.
pub const PASSWORD: &str = "mysqlPassword";

/// A reference to another resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Id {
    pub(super) id: String,
}

/// What resources are made of.
#[derive(Debug)]
pub(super) struct Build<'a> {
    pub(super) place: &'a Place,
    pub(super) names: &'a Names,
    pub(super) azure: &'a Azure,
    pub(super) database: &'a Database,
    pub(super) tags: BTreeMap<String, String>,
}

impl Build<'_> {
    /// The id of a resource of the group that is nobody's child.
    pub(super) fn id(&self, kind: &str, name: &str) -> String {
        self.names.id(kind, &[name])
    }

    /// A resource with region and tags.
    pub(super) fn resource(
        &self,
        kind: &'static str,
        api_version: &'static str,
        name: &str,
        body: impl Serialize,
    ) -> Resource {
        Resource {
            location: Some(self.azure.region.clone()),
            tags: self.tags.clone(),
            ..child(kind, api_version, name.to_owned(), body)
        }
    }
}

/// A resource that has neither, as it is a part of another.
pub(super) fn child(
    kind: &'static str,
    api_version: &'static str,
    name: String,
    body: impl Serialize,
) -> Resource {
    Resource {
        kind,
        api_version,
        name,
        scope: None,
        location: None,
        tags: BTreeMap::new(),
        depends_on: Vec::new(),
        body: Body::of(body),
    }
}
