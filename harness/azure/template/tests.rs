use jsonschema::{Draft, Retrieve, Uri};
use model::topology::Tls;
use proptest::prelude::*;
use serde_json::{Value, json};
use testing::azure_contract;
use testing::profile::azure;

use super::*;

/// The only MySQL version in Microsoft's schema. The service also accepts `8.4`
/// (<https://github.com/hashicorp/terraform-provider-azurerm/pull/31099>).
const FROZEN_VERSION: &str = "8.0.21";

/// A cluster with pools besides the system pool.
const POOLS: &str =
    "backend.azure.kubernetes.node-pools={system: {count: 1}, batch: {count: 3}, web: {}}";

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

fn database() -> Database {
    Database {
        version: "8.4".to_owned(),
        max_connections: 500,
        tls: Tls::Required,
    }
}

fn of(sets: &[&str]) -> Template {
    let tags = BTreeMap::from([("harness-profile".to_owned(), "azure".to_owned())]);
    template(&azure(sets), &database(), &scope(), &tags)
}

/// Reads the schemas of templates from a folder.
struct Schemas(camino::Utf8PathBuf);

impl Retrieve for Schemas {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let path = self.0.join(uri.path().as_str().trim_start_matches('/'));
        let text = fs_err::read_to_string(path)?;
        let open = format!("\"8.4\", \"{FROZEN_VERSION}\"");
        let text = text.replace(&format!("\"{FROZEN_VERSION}\""), &open);
        Ok(serde_json::from_str(&text)?)
    }
}

/// The URI of a resource's schema, by API version, provider and type.
fn schema(resource: &Resource) -> String {
    let (provider, kinds) = resource.kind.split_once('/').expect("a type");
    let file = match provider {
        "Microsoft.ContainerService" => "Microsoft.ContainerService.Aks",
        "Microsoft.Network" if kinds.starts_with("private") => "Microsoft.Network.privateDns",
        "Microsoft.Network" => "Microsoft.Network.NRP",
        "Microsoft.DBforMySQL" => "Microsoft.DBforMySQL.FlexibleServers",
        other => other,
    };
    let folder = format!(
        "https://schema.management.azure.com/schemas/{}",
        resource.api_version
    );
    let key = kinds.replace('/', "_");
    format!("{folder}/{file}.json#/resourceDefinitions/{key}")
}

/// The schema errors of a resource.
fn schema_errors(resource: &Resource, written: &Value) -> Vec<String> {
    let folder = azure_contract::folder();
    let schema = json!({"$ref": schema(resource)});
    let validator = jsonschema::options()
        .with_draft(Draft::Draft4)
        .with_retriever(Schemas(folder.join("arm-template-schemas")))
        .build(&schema)
        .expect("a schema");
    let errors = validator.iter_errors(written);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
#[ignore = "needs azure-contract"]
fn every_resource_follows_microsofts_schema() {
    let shapes: [&[&str]; 4] = [
        &[],
        &[POOLS],
        &[
            "backend.azure.mysql={sku: Standard_D2ds_v4, high-availability: zone-redundant}",
            "backend.azure.kubernetes.tier=standard",
            "backend.azure.kubernetes.authorized-ip-ranges=[203.0.113.0/24]",
            "backend.azure.tags={team: payments, note: \"[resourceGroup().id]\"}",
        ],
        &[
            "backend.azure.registry.sku=premium",
            "backend.azure.kubernetes.private=true",
        ],
    ];
    for sets in shapes {
        for resource in &of(sets).resources {
            let mut written = serde_json::to_value(resource).expect("JSON");
            // The schema describes only the child's own part of the name.
            let (_, name) = resource
                .name
                .rsplit_once('/')
                .unwrap_or(("", &resource.name));
            written["name"] = json!(name);
            let schema_errors = schema_errors(resource, &written);
            assert!(
                schema_errors.is_empty(),
                "{}: {schema_errors:#?}",
                resource.kind
            );
        }
    }
}

#[test]
#[ignore = "needs azure-contract"]
fn the_schemas_reject_wrong_resources() {
    for resource in &of(&[]).resources {
        for (key, wrong) in [
            ("apiVersion", json!("1999-01-01")),
            ("properties", json!(7)),
        ] {
            let mut written = serde_json::to_value(resource).expect("JSON");
            written[key] = wrong;
            let schema_errors = schema_errors(resource, &written);
            // The schema does not describe the properties of an identity.
            let open = resource.kind.contains("Identity") && key == "properties";
            assert_eq!(schema_errors.is_empty(), open, "{}: {key}", resource.kind);
        }
    }
}

#[test]
fn each_resource_comes_after_its_dependencies() {
    let scope = scope();
    let names = Names::of(&scope);
    let mut known: Vec<String> = Vec::new();
    for resource in &of(&[POOLS]).resources {
        for need in &resource.depends_on {
            assert!(known.contains(need), "{} needs {need}", resource.name);
        }
        known.push(match &resource.scope {
            Some(_) => role::id(resource),
            None => names.id(resource.kind, &resource.name.split('/').collect::<Vec<_>>()),
        });
    }
}

#[test]
fn the_children_of_a_server_are_deployed_one_after_another() {
    let template = of(&[]);
    let children = template
        .resources
        .iter()
        .filter(|it| it.kind.contains("flexibleServers/"));
    let needs: Vec<&[String]> = children.map(|child| child.depends_on.as_slice()).collect();
    assert!(needs.len() >= 3 && needs.iter().all(|needs| needs.len() == 1));
    for (index, needs) in needs.iter().enumerate() {
        assert!(
            !needs_before(index, &template).contains(&needs[0]),
            "{needs:?} twice"
        );
    }
}

fn needs_before(index: usize, template: &Template) -> Vec<String> {
    let children = template
        .resources
        .iter()
        .filter(|it| it.kind.contains("flexibleServers/"));
    children
        .take(index)
        .flat_map(|child| child.depends_on.clone())
        .collect()
}

#[test]
fn the_system_pool_is_part_of_the_cluster_and_other_pools_are_deployed_one_after_another() {
    let template = serde_json::to_value(of(&[POOLS])).expect("JSON");
    let resources = template["resources"].as_array().expect("a list");
    let of_kind = |kind: &str| {
        let kind = format!("Microsoft.ContainerService/{kind}");
        let found = resources.iter().filter(move |it| it["type"] == kind);
        found.cloned().collect::<Vec<Value>>()
    };
    let cluster = &of_kind("managedClusters")[0]["properties"]["agentPoolProfiles"];
    assert_eq!(cluster.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&cluster[0]["name"], &cluster[0]["mode"]),
        (&json!("system"), &json!("System"))
    );
    let pools = of_kind("managedClusters/agentPools");
    let described: Vec<String> = pools
        .iter()
        .map(|pool| {
            let needs = pool["dependsOn"].as_array().expect("a list");
            let need = needs[0]
                .as_str()
                .and_then(|it| it.rsplit('/').next())
                .unwrap_or_default();
            let (name, mode) = (&pool["name"], &pool["properties"]["mode"]);
            format!("{name} {mode} {} after {need}", pool["properties"]["count"])
        })
        .collect();
    assert_eq!(
        described,
        [
            r#""azure-aks/batch" "User" 3 after azure-aks"#,
            r#""azure-aks/web" "User" 2 after batch"#,
        ]
    );
}

#[test]
fn a_template_has_no_secret_and_no_public_access() {
    let text = serde_json::to_string(&of(&[])).expect("JSON");
    assert!(text.contains(r#""administratorLoginPassword":"[parameters('mysqlPassword')]""#));
    assert!(text.contains(r#""publicNetworkAccess":"Disabled""#));
    assert!(text.contains(r#""disableLocalAccounts":true"#));
    assert!(text.contains(r#""adminUserEnabled":false"#));
    assert!(!text.contains(r#""0.0.0.0"#) && !text.contains("firewallRules"));
}

#[test]
fn names_are_unique_to_a_scope_and_follow_azures_rules() {
    let names = Names::of(&scope());
    assert_eq!(names, Names::of(&scope()));
    let elsewhere = Names::of(&DeploymentScope {
        subscription: "33333333-3333-3333-3333-333333333333".to_owned(),
        ..scope()
    });
    assert_ne!(
        (&names.mysql, &names.registry),
        (&elsewhere.mysql, &elsewhere.registry)
    );
    let longest = Names::of(&DeploymentScope {
        profile: "a-23456789-23456789-23456789-2-x".to_owned(),
        ..scope()
    });
    assert!(longest.registry.len() <= 50 && longest.mysql.len() <= 63);
    assert!(longest.registry.chars().all(char::is_alphanumeric));
}

#[test]
fn the_whole_template() {
    insta::assert_json_snapshot!("template", of(&[]));
}

proptest! {
    /// The names derived from any profile and group follow Azure's rules:
    /// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.
    #[test]
    fn every_derived_name_follows_azures_rules(
        name in "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
        group in "[0-9A-Za-z_().-]{0,56}[0-9A-Za-z_()-]",
    ) {
        prop_assert!(name.parse::<model::profile::Name>().is_ok());
        prop_assert!(group.parse::<model::profile::azure::ResourceGroup>().is_ok());
        let names = Names::of(&DeploymentScope {
            subscription: "3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f".to_owned(),
            resource_group: group,
            profile: name,
            caller: Caller { object_id: String::new(), kind: CallerKind::User },
        });
        let outer = |text: &str| {
            let ends = [text.chars().next(), text.chars().last()];
            ends.iter().flatten().all(char::is_ascii_alphanumeric)
        };
        for (text, least, most, signs) in [
            (&names.cluster, 1, 63, "-"),
            (&names.mysql, 3, 63, "-"),
            (&names.registry, 5, 50, ""),
            (&names.control_plane, 3, 128, "-"),
            (&names.kubelet, 3, 128, "-"),
            (&names.network, 2, 64, "-"),
            (&names.stack, 1, 90, "-"),
            (&names.zone, 1, 253, "-."),
        ] {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || signs.contains(letter);
            prop_assert!((least..=most).contains(&text.len()), "{text}");
            prop_assert!(text.chars().all(plain) && outer(text), "{text}");
        }
        prop_assert!(names.zone.split('.').all(|label| (1..=63).contains(&label.len())));
        prop_assert!(model::azure_limits::dns_prefix_fits(&names.cluster));
        prop_assert!(names.node_group.len() <= model::azure_limits::NODE_GROUP_LABEL);
    }
}
