//! What tools ask besides what the promoter asks: spelling, versions, lists, tags, roles, deployments.

use std::time::Duration;

use reqwest::Url;
use serde_json::{Value, json};

use super::super::kind::Kind;
use super::super::{Cloud, Request, Settings};
use super::{GROUP, World, code};

const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

fn identity(world: &mut World, name: &str, tags: &Value) -> String {
    let body = json!({"location": "westeurope", "tags": tags});
    let made = world.make(&format!("{IDENTITY}/{name}"), "2024-11-30", &body);
    made.document()["properties"]["principalId"]
        .as_str()
        .expect("a principal")
        .to_owned()
}

fn names(answer: &super::super::Response) -> Vec<String> {
    let values = answer.document()["value"].as_array();
    let values = values.unwrap_or_else(|| panic!("no list: {:?}", answer.document()));
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    values.iter().map(name).collect()
}

#[test]
fn ids_come_back_as_azure_writes_them_and_names_as_they_were_written_first() {
    let mut world = World::furnished();
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
fn every_type_is_answered_in_several_versions_and_refuses_others_with_their_list() {
    let mut world = World::furnished();
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

#[test]
fn a_list_comes_in_pages_each_of_which_names_the_next() {
    let mut world = World::furnished();
    for name in ["one", "two", "three"] {
        identity(&mut world, name, &json!({"number": name}));
    }
    let mut found = Vec::new();
    let filter = "$filter=tagName%20eq%20'number'%20and%20name%20ne%20'two'";
    let mut page = world.call(
        "GET",
        &format!("/resources?$top=1&{filter}"),
        "2024-11-01",
        None,
    );
    loop {
        assert_eq!(names(&page).len(), 1);
        found.extend(names(&page));
        let Some(next) = page.document()["nextLink"].as_str().map(str::to_owned) else {
            break;
        };
        page = world.call_at("GET", &next, None);
    }
    assert_eq!(found, ["one", "three"]);
    let wrong = world.call("GET", "/resources?$top=many", "2024-11-01", None);
    assert_eq!(wrong.status, 400);
}

#[test]
fn tags_of_one_thing_are_replaced_merged_and_deleted() {
    let mut world = World::furnished();
    let path = format!("{GROUP}/providers/Microsoft.Resources/tags/default");
    let mut tags = |method: &str, body: Option<Value>| {
        let answer = world.call(method, &path, "2024-11-01", body.as_ref());
        answer.document()["properties"]["tags"].clone()
    };
    let operation = |operation: &str, tags: Value| {
        Some(json!({"operation": operation, "properties": {"tags": tags}}))
    };
    let put = Some(json!({"properties": {"tags": {"a": "1"}}}));
    assert_eq!(tags("PUT", put), json!({"a": "1"}));
    let merged = tags("PATCH", operation("Merge", json!({"A": "2", "b": "3"})));
    assert_eq!(merged, json!({"A": "2", "b": "3"}));
    assert_eq!(
        tags("PATCH", operation("Delete", json!({"b": "3"}))),
        json!({"A": "2"})
    );
    assert_eq!(tags("PATCH", operation("Replace", json!({}))), json!({}));
    assert_eq!(tags("PATCH", operation("Other", json!({}))), Value::Null);
    assert_eq!(tags("GET", None), json!({}));
}

#[test]
fn a_role_is_one_of_azures_and_counts_at_its_scope_and_below() {
    let mut world = World::furnished();
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

#[test]
fn a_filter_that_is_not_understood_is_refused_by_every_list() {
    let mut world = World::furnished();
    let graph = format!("{}/v1.0", world.cloud.settings.base_url);
    for (list, version) in [
        ("/resources", "2021-04-01"),
        ("/resourceGroups", "2021-04-01"),
        ("/providers/Microsoft.Compute/skus", "2021-07-01"),
        (
            "/providers/Microsoft.Authorization/roleDefinitions",
            "2022-04-01",
        ),
        (
            "/providers/Microsoft.Authorization/roleAssignments",
            "2022-04-01",
        ),
    ] {
        for filter in [
            "location gt 'a'",
            "owner eq 'a'",
            "nonsense",
            "'westeurope'",
        ] {
            let answer = world.call("GET", &format!("{list}?$filter={filter}"), version, None);
            assert_eq!(
                (answer.status, code(&answer)),
                (400, "InvalidFilterInQueryString"),
                "{list} {filter}"
            );
        }
    }
    for list in ["servicePrincipals", "users"] {
        for filter in ["owner eq 'a'", "contains(displayName,'a')", "'rehearsal'"] {
            let url = format!("{graph}/{list}?$filter={filter}");
            let answer = world.call_at("GET", &url, None);
            assert_eq!(
                (answer.status, code(&answer)),
                (400, "Request_UnsupportedQuery"),
                "{list} {filter}"
            );
        }
    }
}

fn deployment(mode: &str) -> Value {
    let identity = json!({"type": IDENTITY, "apiVersion": "2024-11-30", "name": "[parameters('name')]", "location": "[resourceGroup().location]"});
    let zone = json!({"type": "Microsoft.Network/privateDnsZones", "apiVersion": "2024-06-01", "name": "x.example", "location": "global"});
    json!({"properties": {"mode": mode, "parameters": {"name": {"value": "made"}}, "template": {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [identity, zone],
        "outputs": {"name": {"type": "string", "value": "[parameters('name')]"}},
    }}})
}

#[test]
fn a_deployment_without_a_stack_is_carried_out_listed_and_forgotten() {
    let mut world = World::furnished();
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/First");
    let version = "2026-06-01";
    let body = deployment("Incremental");
    let checked = world.call("POST", &format!("{path}/validate"), version, Some(&body));
    assert_eq!(
        checked.document()["properties"]["provisioningState"],
        "Succeeded"
    );
    assert_eq!(world.call("HEAD", &path, version, None).status, 404);
    let begun = world.call("PUT", &path, version, Some(&body));
    assert_eq!(begun.status, 201);
    for method in ["PUT", "DELETE"] {
        let busy = world.call(method, &path, version, Some(&body));
        assert_eq!((busy.status, code(&busy)), (409, "DeploymentActive"));
    }
    world.now += Duration::from_mins(2);
    assert_eq!(world.finish(&begun).document()["status"], "Succeeded");
    let shown = world.call("GET", &path.to_lowercase(), version, None);
    let properties = &shown.document()["properties"];
    assert_eq!(shown.document()["name"], "First");
    assert_eq!(properties["outputs"]["name"]["value"], "made");
    assert_eq!(
        properties["outputResources"].as_array().map(Vec::len),
        Some(2)
    );
    // As azure-cli asks: without the provider in the path.
    let operations = format!("{GROUP}/deployments/First/operations");
    let operations = world.call("GET", &operations, version, None);
    assert_eq!(
        operations.document()["value"].as_array().map(Vec::len),
        Some(3)
    );
    let all = format!("{GROUP}/providers/Microsoft.Resources/deployments/");
    assert_eq!(names(&world.call("GET", &all, version, None)), ["First"]);
    assert_eq!(world.call("DELETE", &path, version, None).status, 204);
    assert_eq!(world.call("GET", &path, version, None).status, 404);
    assert_eq!(world.ids().len(), 2, "what it has made stays");
}

#[test]
fn a_deployment_is_looked_at_without_being_made() {
    let mut world = World::furnished();
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/First");
    let version = "2026-06-01";
    let mut body = deployment("Incremental");
    identity(&mut world, "other", &json!({}));
    identity(&mut world, "made", &json!({"a": "b"}));
    let resources = body["properties"]["template"]["resources"].as_array_mut();
    resources.expect("a list")[0]["tags"] = json!({"a": "c"});
    let look = |world: &mut World, body: &Value| {
        let asked = world.call("POST", &format!("{path}/whatIf"), version, Some(body));
        assert_eq!(asked.status, 202, "{:?}", asked.document());
        let found = world.finish(&asked).document().clone();
        assert_eq!(found["status"], "Succeeded");
        found["properties"]["changes"].clone()
    };
    let changes = look(&mut world, &body);
    let told = |one: &Value| {
        let id = one["resourceId"].as_str().expect("an id");
        let name = id.rsplit('/').next().expect("a name");
        format!("{} {name}", one["changeType"].as_str().expect("a word"))
    };
    let told: Vec<String> = changes
        .as_array()
        .expect("a list")
        .iter()
        .map(told)
        .collect();
    assert_eq!(told, ["Modify made", "Create x.example", "Ignore other"]);
    let modified = &changes[0];
    assert_eq!(
        modified["delta"],
        json!([{"path": "tags.a", "propertyChangeType": "Modify", "before": "b", "after": "c"}])
    );
    assert_eq!(modified["before"]["tags"], json!({"a": "b"}));
    assert_eq!(world.call("HEAD", &path, version, None).status, 404);

    body["properties"]["whatIfSettings"] = json!({"resultFormat": "ResourceIdOnly"});
    let brief = look(&mut world, &body);
    assert_eq!(brief[0]["changeType"], "Modify");
    assert_eq!(
        (&brief[0]["delta"], &brief[0]["before"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn an_empty_text_of_a_cluster_says_nothing() {
    let mut world = World::furnished();
    let pool = json!({"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1, "orchestratorVersion": "", "nodeLabels": {"a": ""}});
    let body = json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {
        "dnsPrefix": "k", "kubernetesVersion": "", "agentPoolProfiles": [pool]}});
    let made = world.make(
        "Microsoft.ContainerService/managedClusters/k",
        "2024-02-01",
        &body,
    );
    let properties = &made.document()["properties"];
    let pool = &properties["agentPoolProfiles"][0];
    assert_eq!(
        properties["kubernetesVersion"],
        super::super::offer::DEFAULT
    );
    assert_eq!(
        pool["orchestratorVersion"],
        properties["currentKubernetesVersion"]
    );
    assert_eq!(pool["nodeLabels"], json!({"a": ""}));
}

#[test]
fn a_deployment_that_cannot_be_carried_out_here_is_refused() {
    let mut world = World::furnished();
    let path = "/providers/Microsoft.Resources/deployments/one";
    let group = format!("{GROUP}{path}");
    let long = format!("{GROUP}{path}{}", "x".repeat(64));
    for (path, mode, wanted) in [
        (path, "Incremental", "InvalidTemplate"),
        (&group, "Complete", "InvalidTemplate"),
        (&long, "Incremental", "InvalidDeploymentName"),
    ] {
        let answer = world.call("PUT", path, "2024-11-01", Some(&deployment(mode)));
        assert_eq!((answer.status, code(&answer)), (400, wanted));
    }
}

#[test]
fn a_token_outlives_its_process_and_lasts_an_hour_of_its_holders() {
    let settings = Settings {
        pace: 60,
        ..Settings::invented()
    };
    let mut world = World::with(settings.clone(), super::Script::default());
    let saved = serde_json::to_string(world.cloud.state()).expect("a document");
    assert!(!saved.contains(&world.token), "only a digest is kept");
    let state = serde_json::from_str(&saved).expect("a state");
    world.cloud = Cloud::new(settings, state, super::Script::default());
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
fn the_client_and_the_identities_are_known_to_the_graph() {
    let mut world = World::furnished();
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
fn the_children_of_a_sibling_whose_name_begins_the_same_are_not_listed() {
    const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
    let mut world = World::furnished();
    let body = json!({"location": "westeurope", "sku": {"name": "Standard_B1ms", "tier": "Burstable"}, "properties": {
        "version": "8.0.21", "administratorLogin": "temporal", "administratorLoginPassword": "aA1-aA1-aA1",
        "storage": {"storageSizeGB": 20},
    }});
    for (server, database) in [("qmy", "one"), ("qmy2", "two")] {
        world.make(&format!("{SERVER}/{server}"), "2023-12-30", &body);
        let path = format!("{SERVER}/{server}/databases/{database}");
        world.make(&path, "2023-12-30", &json!({"properties": {}}));
    }
    let mut listed = |server: &str| {
        let path = format!("{GROUP}/providers/{SERVER}/{server}/databases");
        world.call("GET", &path, "2023-12-30", None)
    };
    assert_eq!(names(&listed("qmy")), ["one"]);
    assert_eq!(names(&listed("qmy2")), ["two"]);
    let absent = listed("qm");
    assert_eq!((absent.status, code(&absent)), (404, "ResourceNotFound"));
}

#[test]
fn a_question_about_a_region_that_there_is_not_or_in_another_version_is_told_what_there_is() {
    let mut world = World::furnished();
    for (provider, question, version) in [
        ("Compute", "usages", "2024-03-01"),
        ("ContainerService", "kubernetesVersions", "2024-02-01"),
        ("DBforMySQL", "capabilities", "2023-12-30"),
    ] {
        let at =
            |region: &str| format!("/providers/Microsoft.{provider}/locations/{region}/{question}");
        assert_eq!(
            world.call("GET", &at("westeurope"), version, None).status,
            200
        );
        for (region, version) in [("atlantis", version), ("westeurope", "1999-01-01")] {
            let refused = world.call("GET", &at(region), version, None);
            assert_eq!(
                (refused.status, code(&refused)),
                (400, "NoRegisteredProviderFound")
            );
            let message = refused.document()["error"]["message"].to_string();
            let says = format!(
                "No registered resource provider found for location '{region}' and API version \
                 '{version}' for type 'locations/{question}'. The supported api-versions are '"
            );
            assert!(message.contains(&says), "{message}");
            assert!(message.contains("westeurope"), "{message}");
        }
    }
    for (path, version) in [
        ("/providers/Microsoft.Compute/skus", "1999-01-01"),
        (
            "/providers/Microsoft.Authorization/permissions",
            "1999-01-01",
        ),
    ] {
        let refused = world.call("GET", path, version, None);
        assert_eq!(code(&refused), "NoRegisteredProviderFound", "{path}");
    }
    let refused = world.call("GET", "/resourcegroups", "1999-01-01", None);
    assert_eq!(code(&refused), "InvalidApiVersionParameter");
}

#[test]
fn a_provider_tells_of_all_that_is_asked_of_it_with_every_version_that_is_answered() {
    let mut world = World::furnished();
    for (namespace, name, versions) in super::super::offer::QUESTIONS {
        let path = format!("/providers/{namespace}");
        let answer = world.call("GET", &path, "2024-03-01", None);
        let types = answer.document()["resourceTypes"].as_array().cloned();
        let types = types.expect("a list");
        let found = types.iter().find(|one| one["resourceType"] == *name);
        let found = found.unwrap_or_else(|| panic!("{namespace}/{name}"));
        assert_eq!(found["apiVersions"], json!(versions), "{namespace}/{name}");
    }
    let answer = world.call("GET", "/providers/Microsoft.Resources", "2024-03-01", None);
    let types = answer.document()["resourceTypes"].as_array().cloned();
    assert!(types.expect("a list").len() > 3);
}

#[test]
fn a_list_is_not_narrowed_down_by_what_it_does_not_understand() {
    let mut world = World::furnished();
    for path in ["/resources", "/resourcegroups", "/providers"] {
        let none = world.call("GET", &format!("{path}?$top=0"), "2024-03-01", None);
        assert_eq!(
            (none.status, code(&none)),
            (400, "InvalidQueryParameterValue"),
            "{path}"
        );
    }
    let skus = "/providers/Microsoft.Compute/skus";
    for filter in [
        "name eq 'Standard_D2s_v5'",
        "resourceType eq 'virtualMachines'",
        "location eq 'westeurope' and name eq 'Standard_D2s_v5'",
        "location eq 'westeurope' or location eq 'eastus'",
        "startswith(location,'west')",
        "location",
    ] {
        let path = format!("{skus}?$filter={filter}");
        let refused = world.call("GET", &path, "2021-07-01", None);
        assert_eq!(code(&refused), "InvalidFilterInQueryString", "{filter}");
    }
    let there = format!("{skus}?$filter=location eq 'westeurope'");
    assert_eq!(world.call("GET", &there, "2021-07-01", None).status, 200);
}
