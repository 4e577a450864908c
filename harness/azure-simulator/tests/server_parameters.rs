//! The parameters of a database server: their bounds, and that they always exist.

use serde_json::{Value, json};

use super::stack::{STACK, resources, shown, stack};
use super::{GROUP, Response, SERVER, World, code, server, with_server};

fn path(name: &str) -> String {
    format!("{GROUP}/providers/{}/configurations/{name}", SERVER.0)
}

fn set(world: &mut World, name: &str, value: &str, source: &str) -> Response {
    let body = json!({"properties": {"value": value, "source": source}});
    let answer = world.call("PUT", &path(name), SERVER.1, Some(&body));
    if answer.status < 300 {
        world.finish(&answer);
    }
    answer
}

fn read(world: &mut World, name: &str) -> Value {
    let answer = world.call("GET", &path(name), SERVER.1, None);
    answer.document()["properties"].clone()
}

#[test]
fn the_connections_of_a_server_are_limited_by_its_sku() {
    for (sku, most) in [
        ("Standard_B1s", 171),
        ("Standard_B1ms", 341),
        ("Standard_B2s", 683),
    ] {
        let mut world = with_server();
        let mut body = server(&world);
        body["sku"]["name"] = json!(sku);
        world.make(SERVER.0, SERVER.1, &body);
        for (value, taken) in [
            ("10", true),
            (most.to_string().as_str(), true),
            ("9", false),
            ((most + 1).to_string().as_str(), false),
            ("many", false),
        ] {
            let answer = set(&mut world, "max_connections", value, "user-override");
            let expected = if taken {
                (202, "")
            } else {
                (400, "InvalidParameterValue")
            };
            assert_eq!((answer.status, code(&answer)), expected, "{sku} {value}");
        }
        assert_eq!(
            read(&mut world, "max_connections")["value"],
            most.to_string()
        );
    }
}

#[test]
fn the_refusal_names_parameter_value_and_bounds() {
    let mut world = with_server();
    let answer = set(&mut world, "max_connections", "5000", "user-override");
    insta::assert_snapshot!(answer.document()["error"]["message"], @r#""The value: [5000] of Server Parameter: [max_connections] is invalid, the allowed values are: [10-683]""#);
    let answer = set(&mut world, "error_server_log_file", "x", "user-override");
    assert_eq!(
        (answer.status, code(&answer)),
        (400, "ConfigurationReadOnly")
    );
    insta::assert_snapshot!(answer.document()["error"]["message"], @r#""The configuration(s) 'error_server_log_file' is(are) read-only for 0 server version 8.4.""#);
    let answer = set(&mut world, "max_connections", "500", "system-default");
    insta::assert_snapshot!(answer.document()["error"]["message"], @r#""The value for configuration max_connections is not consistent with default value 341.""#);
    for (name, value) in [
        ("require_secure_transport", "maybe"),
        ("innodb_log_file_size", "1000"),
        ("innodb_buffer_pool_size", "2147483649"),
        ("lower_case_table_names", "0"),
    ] {
        let answer = set(&mut world, name, value, "user-override");
        assert_eq!(code(&answer), "InvalidParameterValue", "{name}");
    }
    // Values of an unknown parameter are accepted.
    assert_eq!(
        set(&mut world, "wait_timeout", "600", "user-override").status,
        202
    );
}

#[test]
fn a_parameter_without_a_set_value_has_its_default_and_bounds() {
    let mut world = with_server();
    insta::assert_json_snapshot!(read(&mut world, "max_connections"), @r#"
    {
      "allowedValues": "10-683",
      "currentValue": "341",
      "dataType": "Integer",
      "defaultValue": "341",
      "isConfigPendingRestart": "False",
      "isDynamicConfig": "True",
      "isReadOnly": "False",
      "source": "system-default",
      "value": "341"
    }
    "#);
    let list = format!("{GROUP}/providers/{}/configurations", SERVER.0);
    let names = |world: &mut World| {
        let listed = world.call("GET", &list, SERVER.1, None);
        let all = listed.document()["value"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut names: Vec<String> = all.iter().map(|one| one["name"].to_string()).collect();
        names.sort();
        names
    };
    let before = names(&mut world);
    assert!(
        before.contains(&"\"max_connections\"".to_owned()),
        "{before:?}"
    );
    set(&mut world, "max_connections", "500", "user-override");
    assert_eq!(names(&mut world), before);
    assert_eq!(
        read(&mut world, "max_connections")["source"],
        "user-override"
    );
    let nowhere = path("max_connections").replace("/hdb/", "/other/");
    assert_eq!(world.call("GET", &nowhere, SERVER.1, None).status, 404);
}

/// The body of a stack with a server and one parameter.
fn with_parameter(world: &World, undeletable: Option<&str>) -> Value {
    let mut all = resources(world);
    all.push(json!({
        "type": "Microsoft.DBforMySQL/flexibleServers/configurations",
        "apiVersion": SERVER.1,
        "name": "hdb/max_connections",
        "dependsOn": [world.id(SERVER.0), world.id(&format!("{}/databases/temporal", SERVER.0))],
        "properties": {"value": "500", "source": "user-override"},
    }));
    let mut body = stack(world, &all);
    if let Some(word) = undeletable {
        body["properties"]["actionOnUnmanage"]["resourcesWithoutDeleteSupport"] = json!(word);
    }
    body
}

fn put(world: &mut World, body: &Value) -> Value {
    let begun = world.call("PUT", STACK, "2025-07-01", Some(body));
    assert!(begun.status < 300, "{:?}", begun.document());
    world.finish(&begun);
    shown(world)
}

/// The server stays, so the parameter cannot be deleted with it
/// (<https://github.com/Azure/deployment-stacks/issues/207>).
#[test]
fn a_parameter_that_a_template_no_longer_contains_fails_the_stack_unless_it_is_detached() {
    for (word, state) in [
        (None, "failed"),
        (Some("fail"), "failed"),
        (Some("detach"), "succeeded"),
    ] {
        let mut world = World::prepared();
        let body = with_parameter(&world, word);
        assert_eq!(put(&mut world, &body)["provisioningState"], "succeeded");
        let mut body = stack(&world, &resources(&world));
        body["properties"]["actionOnUnmanage"]["resourcesWithoutDeleteSupport"] = json!(word);
        if word.is_none() {
            let unmanage = &mut body["properties"]["actionOnUnmanage"];
            unmanage
                .as_object_mut()
                .expect("an object")
                .remove("resourcesWithoutDeleteSupport");
        }
        let after = put(&mut world, &body);
        assert_eq!(after["provisioningState"], state, "{word:?}: {after}");
        let count = |list: &str| after[list].as_array().map_or(0, Vec::len);
        assert_eq!(
            count("detachedResources"),
            usize::from(state == "succeeded")
        );
        assert_eq!(count("failedResources"), usize::from(state == "failed"));
        // In both cases the parameter keeps its value.
        assert_eq!(read(&mut world, "max_connections")["value"], "500");
    }
}

/// The ARM team has tested this with every value of the option
/// (<https://github.com/Azure/deployment-stacks/issues/188>).
#[test]
fn a_parameter_is_deleted_with_its_server_in_every_case() {
    for word in [
        "",
        "&unmanageAction.ResourcesWithoutDeleteSupport=fail",
        "&unmanageAction.ResourcesWithoutDeleteSupport=detach",
    ] {
        let mut world = World::prepared();
        let body = with_parameter(&world, None);
        put(&mut world, &body);
        let path = format!("{STACK}?unmanageAction.Resources=delete{word}");
        let begun = world.call("DELETE", &path, "2025-07-01", None);
        let end = world.finish(&begun);
        assert_ne!(end.document()["status"], "failed", "{word}");
        assert!(world.ids().is_empty(), "{word}: {:?}", world.ids());
    }
}
