//! The spelling of ids and versions in requests and responses.

use azure::resource_type::IDENTITY;
use serde_json::json;

use super::super::kind::Kind;
use super::{GROUP, World, code};

#[test]
fn ids_have_azures_spelling_and_names_keep_their_first_spelling() {
    let mut world = World::prepared();
    let body = json!({"location": "West Europe"});
    let path = "/RESOURCEGROUPS/Rg/PROVIDERS/microsoft.managedidentity/USERASSIGNEDIDENTITIES/Mine";
    let made = world.call("PUT", path, "2024-11-30", Some(&body));
    let id = world.id(&format!("{IDENTITY}/Mine"));
    assert_eq!(made.document()["id"], json!(id));
    assert_eq!(made.document()["type"], IDENTITY);
    let again = world.call("PUT", &path.to_lowercase(), "2024-11-30", Some(&body));
    assert_eq!(again.status, 200);
    assert_eq!(again.document()["id"], json!(id));
    assert_eq!(again.document()["name"], "Mine");
    let subnet = format!("{GROUP}/providers/microsoft.network/virtualnetworks/N-1/SUBNETS/a");
    let missing = world.call("GET", &subnet, "2024-01-01", None);
    let message = missing.document()["error"]["message"].to_string();
    assert!(
        message.contains("Microsoft.Network/virtualNetworks/subnets/N-1/a"),
        "{message}"
    );
}

#[test]
fn every_type_has_several_versions_and_its_refusal_lists_them() {
    let mut world = World::prepared();
    for kind in Kind::all() {
        assert!(kind.versions.len() > 2, "{}", kind.name);
        assert!(kind.versions.is_sorted(), "{}", kind.name);
        let mut parts = kind.name.split('/');
        let namespace = parts.next().expect("a namespace");
        let types = parts.map(|kind| format!("/{kind}/none"));
        let path = format!("{GROUP}/providers/{namespace}{}", types.collect::<String>());
        for version in kind.versions {
            let answer = world.call("GET", &path, version, None);
            assert_eq!(code(&answer), "ResourceNotFound", "{} {version}", kind.name);
        }
    }
    let network = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net");
    let wrong = world.call("GET", &network, "2001-01-01", None);
    assert_eq!(
        (wrong.status, code(&wrong)),
        (400, "NoRegisteredProviderFound")
    );
    assert!(wrong.document().to_string().contains("2024-01-01, "));
    for path in [GROUP, "/resources", "/providers", "/tagNames", "/locations"] {
        let wrong = world.call("GET", path, "2001-01-01", None);
        assert_eq!(
            (wrong.status, code(&wrong)),
            (400, "InvalidApiVersionParameter"),
            "{path}"
        );
    }
}
