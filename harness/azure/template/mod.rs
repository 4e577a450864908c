//! What a resource group contains, as a template of Azure Resource Manager. Pure: a place of a
//! profile in, a [`Template`] out.
//!
//! Names and ids are literal, and dependencies are spelled out, so that people and tests can read
//! what will be made. The only expressions are `parameters('mysqlPassword')`, and `reference` for
//! what is not known before an identity or a server exists.

mod database;
mod identity;
mod kubernetes;
mod names;
mod network;
mod registry;
mod resource;
mod role;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use names::Names;
pub use resource::{Resource, Template};
pub use role::role_name;

use crate::azure::api_version;
use crate::profile::azure::Azure;
use crate::topology::Database;
use resource::{Body, Output, Parameter, literal, reference};

/// The parameter with the password of the database's administrator.
pub const PASSWORD: &str = "mysqlPassword";
/// The output with the registry's name.
pub const REGISTRY_OUTPUT: &str = "registry";
/// The output with the database's host name.
pub const MYSQL_OUTPUT: &str = "mysql";

/// Whose subscription it is, and what in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The subscription's id.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// The profile's name.
    pub profile: String,
    /// Who promotes, and so needs to push images and to apply objects.
    pub caller: Caller,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The object id in Entra.
    pub object_id: String,
    /// What it is.
    pub kind: CallerKind,
}

/// What calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A person.
    User,
    /// A program, such as a pipeline.
    ServicePrincipal,
}

impl CallerKind {
    fn principal_type(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::ServicePrincipal => "ServicePrincipal",
        }
    }
}

/// A reference to another resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Id {
    id: String,
}

/// What resources are made of.
#[derive(Debug)]
struct Build<'a> {
    place: &'a Place,
    names: &'a Names,
    azure: &'a Azure,
    database: &'a Database,
    tags: BTreeMap<String, String>,
}

/// The template of a place. `tags` are the harness's own, besides those of the profile.
pub fn template(
    azure: &Azure,
    database: &Database,
    place: &Place,
    tags: &BTreeMap<String, String>,
) -> Template {
    let names = Names::of(place);
    let build = Build {
        place,
        names: &names,
        azure,
        database,
        tags: azure.tags.iter().chain(tags).map(written).collect(),
    };
    let rights = role::of_control_plane(&build);
    let cluster = kubernetes::cluster(&build, rights.iter().map(role::id).collect());
    let resources = identity::identities(&build)
        .into_iter()
        .chain(network::network(&build))
        .chain(self::database::database(&build))
        .chain([registry::registry(&build)])
        .chain(rights)
        .chain([role::of_kubelet(&build), cluster])
        .chain(kubernetes::pools(&build))
        .chain(role::of_caller(&build, &place.caller))
        .collect();
    let parameter = Parameter {
        kind: "securestring",
    };
    Template::new(
        BTreeMap::from([(PASSWORD, parameter)]),
        resources,
        outputs(&build),
    )
}

/// A tag as a template has it: people write what they like into its value.
fn written((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), literal(value))
}

/// What is known only afterwards, and needed then.
fn outputs(build: &Build<'_>) -> BTreeMap<&'static str, Output> {
    let names = build.names;
    let output = |kind, name, version, property| Output {
        kind: "string",
        value: reference(&build.id(kind, name), version, property),
    };
    BTreeMap::from([
        (
            REGISTRY_OUTPUT,
            output(
                registry::KIND,
                &names.registry,
                api_version::REGISTRY,
                "loginServer",
            ),
        ),
        (
            MYSQL_OUTPUT,
            output(
                self::database::KIND,
                &names.mysql,
                api_version::MYSQL,
                "fullyQualifiedDomainName",
            ),
        ),
    ])
}

impl Build<'_> {
    /// The id of a resource of the group that is nobody's child.
    fn id(&self, kind: &str, name: &str) -> String {
        self.names.id(kind, &[name])
    }

    /// A resource with region and tags.
    fn resource(
        &self,
        kind: &'static str,
        api_version: &'static str,
        name: &str,
        body: Body,
    ) -> Resource {
        Resource {
            location: Some(self.azure.region.clone()),
            tags: self.tags.clone(),
            ..child(kind, api_version, name.to_owned(), body)
        }
    }
}

/// A resource that has neither, as it is a part of another.
fn child(kind: &'static str, api_version: &'static str, name: String, body: Body) -> Resource {
    Resource {
        kind,
        api_version,
        name,
        scope: None,
        location: None,
        tags: BTreeMap::new(),
        depends_on: Vec::new(),
        body,
    }
}
