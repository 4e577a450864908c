//! In every order of PUT and DELETE, no resource is without its parent or without what it refers
//! to.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::{GROUP, NETWORK, SERVER, World, ZONE, network, server};

fn paths() -> Vec<(String, &'static str)> {
    vec![
        (NETWORK.0.to_owned(), NETWORK.1),
        (ZONE.0.to_owned(), ZONE.1),
        (format!("{}/virtualNetworkLinks/net", ZONE.0), ZONE.1),
        (SERVER.0.to_owned(), SERVER.1),
        (format!("{}/databases/temporal", SERVER.0), SERVER.1),
        (
            format!("{}/configurations/wait_timeout", SERVER.0),
            SERVER.1,
        ),
    ]
}

/// Parents exist, and the resources that a database and a link refer to.
fn assert_complete(world: &World) {
    let ids: Vec<String> = world.ids().iter().map(|id| id.to_lowercase()).collect();
    let exists = |path: &str| ids.contains(&world.id(path).to_lowercase());
    for (path, _) in paths() {
        if !exists(&path) {
            continue;
        }
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() > 3 {
            assert!(exists(&parts[..3].join("/")), "{path} has no parent");
        }
        if path == SERVER.0 {
            assert!(exists(NETWORK.0), "the database has no network");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_resource_is_without_its_parent(steps in prop::collection::vec((any::<bool>(), 0_usize..7, 0_u64..400), 1..60)) {
        let mut world = World::prepared();
        let paths = paths();
        for (put, index, seconds) in steps {
            world.now += Duration::from_secs(seconds);
            if world.now.duration_since("2026-11-01T12:50:00Z".parse().expect("a time")).is_positive() {
                world.token = world.sign_in("https://management.azure.com/.default");
            }
            let Some((path, version)) = paths.get(index) else {
                if put {
                    world.call("PUT", GROUP, "2024-03-01", Some(&json!({"location": "westeurope"})));
                } else {
                    world.call("DELETE", GROUP, "2024-03-01", None);
                }
                assert_complete(&world);
                continue;
            };
            let body = match index {
                0 => network(),
                1 => json!({"location": "global"}),
                2 => json!({"location": "global", "properties": {"virtualNetwork": {"id": world.id(NETWORK.0)}}}),
                3 => server(&world),
                _ => json!({"properties": {"value": "60"}}),
            };
            let path = format!("{GROUP}/providers/{path}");
            let answer = if put {
                world.call("PUT", &path, version, Some(&body))
            } else {
                world.call("DELETE", &path, version, None)
            };
            prop_assert!(answer.status < 500, "{:?}", answer);
            assert_complete(&world);
        }
        world.now += Duration::from_mins(20);
        world.token = world.sign_in("https://management.azure.com/.default");
        let answer = world.call("DELETE", GROUP, "2024-03-01", None);
        if answer.status == 202 {
            world.finish(&answer);
        }
        prop_assert!(world.ids().is_empty());
    }
}
