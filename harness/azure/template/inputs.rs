//! The input of every resource of a template.

use std::collections::BTreeMap;

use model::profile::azure::Azure;
use model::topology::Database;
use serde::Serialize;

use super::deployment_scope::DeploymentScope;
use super::names::Names;
use super::resource::{Body, Resource};

/// The parameter with the password of the database administrator.
pub const PASSWORD: &str = "mysqlPassword";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Id {
    pub(super) id: String,
}

/// The input from which resources are built.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    pub(super) scope: &'a DeploymentScope,
    pub(super) names: &'a Names,
    pub(super) azure: &'a Azure,
    pub(super) database: &'a Database,
    pub(super) tags: BTreeMap<String, String>,
}

impl Inputs<'_> {
    /// The id of a top-level resource of the group.
    pub(super) fn id(&self, kind: &str, name: &str) -> String {
        self.names.id(kind, &[name])
    }

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

/// A child resource, which has neither region nor tags.
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
