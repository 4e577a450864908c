//! Names that are refused.

use serde_json::{Value, json};

use super::{GROUP, SERVER, World, code, server, with_server};

fn put(world: &mut World, path: &str, version: &str, body: &Value) -> (u16, Value) {
    let path = format!("{GROUP}/providers/{path}");
    let answer = world.call("PUT", &path, version, Some(body));
    (answer.status, answer.document().clone())
}

#[test]
fn names_with_a_dns_name_contain_no_reserved_word() {
    let registry = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    for (name, refused) in [
        ("ourmicrosoftimages", true),
        ("Windows1234", true),
        ("loginimages", true),
        ("office365", true),
        ("imageslogin", false),
        ("office3651", false),
    ] {
        let mut world = World::prepared();
        let path = format!("Microsoft.ContainerRegistry/registries/{name}");
        let (status, answer) = put(&mut world, &path, "2023-07-01", &registry);
        assert_eq!(status == 400, refused, "{name}: {answer}");
        if refused {
            assert_eq!(answer["error"]["code"], "ReservedResourceName", "{name}");
        }
    }
    let mut world = with_server();
    let body = server(&world);
    let path = "Microsoft.DBforMySQL/flexibleServers/login-db";
    let (_, answer) = put(&mut world, path, SERVER.1, &body);
    insta::assert_snapshot!(answer["error"]["message"], @r#""The resource name 'login-db' or a part of the name is a trademarked or reserved word.""#);
}

fn cluster(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({
        "location": "westeurope",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "dev",
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1},
            ],
        },
    });
    change(&mut body["properties"]);
    body
}

#[test]
fn names_of_a_cluster_its_dns_prefix_its_group_and_its_pools_are_checked() {
    let long = "a".repeat(89);
    let refused = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut world = World::prepared();
        let path = format!("Microsoft.ContainerService/managedClusters/{name}");
        let body = cluster(change);
        let (status, answer) = put(&mut world, &path, "2024-02-01", &body);
        assert_eq!(status, 400, "{answer}");
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        format!("{} ({}): {}", text("code"), text("target"), text("message"))
    };
    insta::assert_snapshot!(refused("dev", &|it| it["nodeResourceGroup"] = json!(long)), @"InvalidParameter (name): The length of the node resource group name is too long. The maximum length is 80 and the length of the value provided is 89. Please see https://aka.ms/aks-naming-rules for more details.");
    insta::assert_snapshot!(refused("dev", &|it| it["dnsPrefix"] = json!("")), @"InvalidParameter (dnsPrefix): The value of parameter dnsPrefix is invalid. Error details: DNS prefix '' is invalid. DNS prefix must contain between 1 and 54 characters. Please see https://aka.ms/aks-naming-rules for more details.. Please see https://aka.ms/aks-naming-rules for more details.");
    insta::assert_snapshot!(refused("dev", &|it| it["agentPoolProfiles"][0]["name"] = json!("aksmanagedap")), @"InvalidParameter (agentPoolProfile.name): The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details.");
    insta::assert_snapshot!(refused("-dev", &|_| {}), @"InvalidParameter (name): The value of parameter name is invalid. Please see https://aka.ms/aks-naming-rules for more details.");
    for prefix in ["a".repeat(55), "-a".to_owned(), "a.b".to_owned()] {
        assert!(refused("dev", &|it| it["dnsPrefix"] = json!(prefix)).contains("dnsPrefix"));
    }
    let mut world = World::prepared();
    let path = "Microsoft.ContainerService/managedClusters/dev";
    let body = cluster(|it| it["nodeResourceGroup"] = json!("a".repeat(80)));
    assert_eq!(put(&mut world, path, "2024-02-01", &body).0, 201);
}

#[test]
fn a_cluster_in_a_group_with_a_reserved_word_is_refused() {
    let mut world = World::prepared();
    let group = "/resourceGroups/our-windows-lab";
    let body = json!({"location": "westeurope"});
    assert_eq!(
        world.call("PUT", group, "2024-03-01", Some(&body)).status,
        201
    );
    let path = format!("{group}/providers/Microsoft.ContainerService/managedClusters/dev");
    let answer = world.call("PUT", &path, "2024-02-01", Some(&cluster(|_| {})));
    assert_eq!(
        (answer.status, code(&answer)),
        (400, "ReservedResourceName")
    );
}

#[test]
fn invalid_administrators_and_passwords_have_their_own_codes() {
    for (pointer, value, expected) in [
        ("administratorLogin", "azure_pg_admin", "BlockedUserName"),
        ("administratorLogin", "pg_temporal", "BlockedUserName"),
        ("administratorLogin", "Root", "BlockedUserName"),
        ("administratorLogin", "a.b", "InvalidUserName"),
        ("administratorLoginPassword", "Sh0rt", "PasswordTooShort"),
        (
            "administratorLoginPassword",
            "onlysmallletters",
            "PasswordNotComplex",
        ),
    ] {
        let mut world = with_server();
        let mut body = server(&world);
        body["properties"][pointer] = json!(value);
        let (status, answer) = put(
            &mut world,
            "Microsoft.DBforMySQL/flexibleServers/other",
            SERVER.1,
            &body,
        );
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!(expected)),
            "{value}"
        );
    }
}
