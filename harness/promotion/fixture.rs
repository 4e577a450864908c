//! Shared by tests: a deployment scope, and the template of the project's Azure profile.

use std::collections::BTreeMap;

use azure::template::{Caller, CallerKind, DeploymentScope, Names, template};
use model::topology::{Database, Tls};
use serde_json::Value;
use testing::profile::azure;

fn scope() -> DeploymentScope {
    DeploymentScope {
        subscription: "11111111-1111-1111-1111-111111111111".to_owned(),
        resource_group: "harness-azure".to_owned(),
        profile: "azure".to_owned(),
        caller: Caller {
            object_id: "22222222-2222-2222-2222-222222222222".to_owned(),
            kind: CallerKind::User,
        },
    }
}

/// The names of the profile's resources.
pub(super) fn names() -> Names {
    Names::of(&scope())
}

/// The template of the profile with changed settings.
pub(super) fn template_of(sets: &[&str]) -> Value {
    let tags = BTreeMap::from([("harness-profile".to_owned(), "azure".to_owned())]);
    let database = Database {
        version: "8.4".to_owned(),
        max_connections: 500,
        tls: Tls::Required,
    };
    let template = template(&azure(sets), &database, &scope(), &tags);
    serde_json::to_value(template).expect("JSON")
}
