//! Builds the template of a resource group for Azure Resource Manager. Pure: the Azure settings of
//! a profile in, a [`Template`] out.
//!
//! Names and ids are literal and dependencies are explicit, so that people and tests can read what
//! will be created. The only expressions are `parameters('mysqlPassword')`, and `reference` for
//! values that are unknown before an identity or a server exists.

mod database;
mod deployment_scope;
mod identity;
mod inputs;
mod kubernetes;
mod names;
mod network;
mod registry;
mod resource;
mod role;

use std::collections::BTreeMap;

pub use database::CONFIGURATIONS as SERVER_PARAMETERS;
pub use deployment_scope::{Caller, CallerKind, DeploymentScope};
pub use inputs::PASSWORD;
pub use names::Names;
pub use resource::{Resource, Template};
pub use role::role_name;

use inputs::Inputs;
use model::profile::azure::Azure;
use model::topology::Database;
use resource::{Output, Parameter, literal, reference};

use crate::api_version;

/// The output with the registry's login server.
pub const REGISTRY_OUTPUT: &str = "registry";
/// The output with the database's host name.
pub const MYSQL_OUTPUT: &str = "mysql";

/// The template of a deployment. `tags` are the harness's own tags, in addition to the profile's.
pub fn template(
    azure: &Azure,
    database: &Database,
    scope: &DeploymentScope,
    tags: &BTreeMap<String, String>,
) -> Template {
    let names = Names::of(scope);
    let inputs = Inputs {
        scope,
        names: &names,
        azure,
        database,
        tags: azure.tags.iter().chain(tags).map(escaped_tag).collect(),
    };
    let rights = role::of_control_plane(&inputs);
    let cluster = kubernetes::cluster(&inputs, rights.iter().map(role::id).collect());
    let resources = identity::identities(&inputs)
        .into_iter()
        .chain(network::network(&inputs))
        .chain(self::database::database(&inputs))
        .chain([registry::registry(&inputs)])
        .chain(rights)
        .chain([role::of_kubelet(&inputs), cluster])
        .chain(kubernetes::pools(&inputs))
        .chain(role::of_caller(&inputs, &scope.caller))
        .collect();
    let parameter = Parameter {
        kind: "securestring",
    };
    Template::new(
        BTreeMap::from([(PASSWORD, parameter)]),
        resources,
        outputs(&inputs),
    )
}

/// A tag in a template. Its value is escaped, because a profile may contain any text.
fn escaped_tag((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), literal(value))
}

/// The values that are known only after the deployment.
fn outputs(inputs: &Inputs<'_>) -> BTreeMap<&'static str, Output> {
    let names = inputs.names;
    let output = |kind, name, version, property| Output {
        kind: "string",
        value: reference(&inputs.id(kind, name), version, property),
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

/// Whether a text is a template expression, which Azure evaluates
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>).
pub fn is_expression(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

#[cfg(test)]
mod tests;
