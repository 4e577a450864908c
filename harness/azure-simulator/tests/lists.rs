//! Pages and filters of lists.

use serde_json::json;

use super::{GROUP, World, code, identity, names};

#[test]
fn each_page_of_a_list_has_the_address_of_the_next() {
    let mut world = World::prepared();
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
fn every_list_refuses_an_invalid_filter() {
    let mut world = World::prepared();
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

#[test]
fn lists_refuse_unsupported_filters_and_empty_pages() {
    let mut world = World::prepared();
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
    let filtered = format!("{skus}?$filter=location eq 'westeurope'");
    assert_eq!(world.call("GET", &filtered, "2021-07-01", None).status, 200);
}

#[test]
fn a_list_of_children_leaves_out_those_of_a_sibling_with_a_longer_name() {
    const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
    let mut world = World::prepared();
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
