//! The directory: tokens, Microsoft Graph and roles.

use std::time::Duration;

use azure::resource_type::IDENTITY;
use reqwest::Url;
use serde_json::{Value, json};

use super::super::{Cloud, Request, Script, Settings};
use super::{GROUP, World, code, identity, names};

#[test]
fn a_token_survives_a_restart_and_lasts_an_hour_of_the_clients_clock() {
    let settings = Settings {
        pace: 60,
        ..Settings::invented()
    };
    let mut world = World::with(settings.clone(), Script::default());
    let saved = serde_json::to_string(world.cloud.state()).expect("a document");
    assert!(!saved.contains(&world.token), "only a digest is saved");
    let state = serde_json::from_str(&saved).expect("a state");
    world.cloud = Cloud::new(settings, state, Script::default());
    world.now += Duration::from_hours(59);
    assert_eq!(
        world
            .call("GET", "/resourcegroups", "2024-11-01", None)
            .status,
        200
    );
    world.now += Duration::from_hours(1);
    let late = world.call("GET", "/resourcegroups", "2024-11-01", None);
    assert_eq!(code(&late), "ExpiredAuthenticationToken");
}

#[test]
fn the_graph_knows_the_client_and_the_identities() {
    let mut world = World::prepared();
    let principal = identity(&mut world, "someone", &json!({}));
    let base = world.cloud.settings.base_url.clone();
    let url = format!("{base}/v1.0/directoryObjects/getByIds");
    let found = world.call_at("POST", &url, Some(&json!({"ids": [principal, "other"]})));
    assert_eq!(found.document()["value"][0]["displayName"], "someone");
    assert_eq!(found.document()["value"].as_array().map(Vec::len), Some(1));
    let anonymous = Request::new("GET", Url::parse(&url).expect("an address"));
    assert_eq!(world.cloud.handle(world.now, &anonymous).status, 401);
    let client = world.cloud.settings.client.clone();
    let mut listed = |filter: &str| {
        let url = format!("{base}/v1.0/servicePrincipals?$filter={filter}");
        let answer = world.call_at("GET", &url, None);
        let all = answer.document()["value"].as_array().cloned();
        let names = all.unwrap_or_default().into_iter();
        let names: Vec<String> = names
            .map(|one| one["displayName"].as_str().unwrap_or_default().to_owned())
            .collect();
        names.join(" ")
    };
    for (filter, names) in [
        (format!("appId eq '{client}'"), "rehearsal"),
        (
            format!("servicePrincipalNames/any(c:c eq '{client}')"),
            "rehearsal",
        ),
        (format!("id eq '{client}' and displayName eq 'someone'"), ""),
        ("displayName ne 'rehearsal'".to_owned(), "someone"),
        ("startswith(displayName,'some')".to_owned(), "someone"),
        (
            "displayName eq 'someone' or appId eq 'x'".to_owned(),
            "someone",
        ),
    ] {
        assert_eq!(listed(&filter), names, "{filter}");
    }
}

#[test]
fn an_assigned_role_is_built_in_and_counts_at_its_scope_and_below() {
    let mut world = World::prepared();
    let principal = identity(&mut world, "holder", &json!({}));
    let definitions = "/providers/Microsoft.Authorization/roleDefinitions";
    let all = world.call("GET", definitions, "2022-04-01", None);
    let ids = names(&all);
    assert!(
        ids.iter()
            .enumerate()
            .all(|(at, id)| !ids[..at].contains(id))
    );
    let path = format!("{definitions}?$filter=roleName%20eq%20'acrpull'");
    let found = world.call("GET", &path, "2022-05-01-preview", None);
    let role = found.document()["value"][0]["id"].clone();
    let name = "0d1f6d0a-1f8e-4f0e-8a52-6f1f7a4be001";
    let path = format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}");
    let body = |role: &Value| json!({"properties": {"roleDefinitionId": role, "principalId": principal, "principalType": "ServicePrincipal"}});
    let nonsense = json!(
        role.as_str()
            .expect("an id")
            .replace("7f951dda", "00000000")
    );
    let refused = world.call("PUT", &path, "2022-04-01", Some(&body(&nonsense)));
    assert_eq!(
        (refused.status, code(&refused)),
        (404, "RoleDefinitionDoesNotExist")
    );
    assert_eq!(
        world
            .call("PUT", &path, "2022-04-01", Some(&body(&role)))
            .status,
        201
    );
    let below = format!("{GROUP}/providers/{IDENTITY}/holder");
    let mut held = |scope: &str, filter: &str| {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments?{filter}");
        names(&world.call("GET", &path, "2022-04-01", None)).len()
    };
    let assigned = format!("$filter=assignedTo('{principal}')");
    assert_eq!(
        [held("", ""), held(GROUP, ""), held(&below, &assigned)],
        [1, 1, 1]
    );
    assert_eq!(held("", "$filter=atScope()"), 0);
    assert_eq!(held(GROUP, "$filter=atScope()"), 1);
    for (filter, count) in [
        ("principalId eq 'other'", 0),
        ("principalId ne 'other'", 1),
        (&format!("principalId ne '{principal}'"), 0),
        (
            &format!("principalId eq 'other' or principalId eq '{principal}'"),
            1,
        ),
        (&format!("atScope() and assignedTo('{principal}')"), 1),
        ("atScope() and assignedTo('other')", 0),
    ] {
        assert_eq!(held(GROUP, &format!("$filter={filter}")), count, "{filter}");
    }
    assert_eq!(held("", "$filter=atScope() or principalId ne 'other'"), 1);
}
