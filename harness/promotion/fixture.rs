//! What tests here share: a place in Azure, and the template of the project's profile there.

use std::collections::BTreeMap;

use azure::template::{Caller, CallerKind, Names, Place, template};
use model::topology::{Database, Tls};
use serde_json::Value;
use testing::profile::azure;

fn place() -> Place {
    Place {
        subscription: "11111111-1111-1111-1111-111111111111".to_owned(),
        resource_group: "harness-azure".to_owned(),
        profile: "azure".to_owned(),
        caller: Caller {
            object_id: "22222222-2222-2222-2222-222222222222".to_owned(),
            kind: CallerKind::User,
        },
    }
}

/// What resources of the profile are called.
pub(super) fn names() -> Names {
    Names::of(&place())
}

/// The template of the profile with some settings.
pub(super) fn template_of(sets: &[&str]) -> Value {
    let tags = BTreeMap::from([("harness-profile".to_owned(), "azure".to_owned())]);
    let database = Database {
        version: "8.4".to_owned(),
        max_connections: 500,
        tls: Tls::Required,
    };
    let template = template(&azure(sets), &database, &place(), &tags);
    serde_json::to_value(template).expect("JSON")
}
