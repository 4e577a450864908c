//! Tests of the rules, without network and clock.

mod actions;
mod addresses;
mod arm;
mod blobs;
mod changes;
mod compute;
mod contract;
mod deployments;
mod directory;
mod faults;
mod interleavings;
mod lists;
mod loose_deployments;
mod names;
mod network;
mod offers;
mod patches;
mod pools;
mod power;
mod previews;
mod prices;
mod pushing;
mod registry;
mod rights;
mod roles;
mod rules;
mod server_parameters;
mod spelling;
mod stack;
mod subnets;
mod tags;
mod upgrades;

use std::time::Duration;

use azure::resource_type::IDENTITY;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};

use super::{Cloud, Request, Response, Script, Settings, State};

/// A cloud, a token of its client, and a time that tests move.
struct World {
    cloud: Cloud,
    now: Timestamp,
    token: String,
}

const GROUP: &str = "/resourceGroups/rg";

impl World {
    fn new() -> Self {
        Self::with(Settings::invented(), Script::default())
    }

    fn with(settings: Settings, script: Script) -> Self {
        let cloud = Cloud::new(settings, State::default(), script);
        let now: Timestamp = "2026-11-01T12:00:00Z".parse().expect("a time");
        let mut world = Self {
            cloud,
            now,
            token: String::new(),
        };
        world.token = world.sign_in("https://management.azure.com/.default");
        world
    }

    /// A world with registered providers and a resource group.
    fn prepared() -> Self {
        Self::prepared_with(Settings::invented(), Script::default())
    }

    fn prepared_with(settings: Settings, script: Script) -> Self {
        let mut world = Self::with(settings, script);
        for namespace in [
            "Compute",
            "ContainerRegistry",
            "ContainerService",
            "DBforMySQL",
            "ManagedIdentity",
            "Network",
        ] {
            let path = format!("/providers/Microsoft.{namespace}/register");
            assert_eq!(world.call("POST", &path, "2024-03-01", None).status, 200);
        }
        let body = json!({"location": "westeurope"});
        assert_eq!(
            world.call("PUT", GROUP, "2024-03-01", Some(&body)).status,
            201
        );
        world
    }

    fn sign_in(&mut self, scope: &str) -> String {
        let secret = self.cloud.settings.secret.reveal().to_owned();
        let answer = self.ask_for_token(scope, &secret);
        answer.document()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    fn ask_for_token(&mut self, scope: &str, secret: &str) -> Response {
        let settings = &self.cloud.settings;
        let url = format!(
            "{}/{}/oauth2/v2.0/token",
            settings.base_url, settings.tenant
        );
        let mut form = Url::parse("https://form").expect("an address");
        form.query_pairs_mut()
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &settings.client)
            .append_pair("client_secret", secret)
            .append_pair("scope", scope);
        let mut request = Request::new("POST", Url::parse(&url).expect("an address"));
        request.body = form.query().unwrap_or_default().as_bytes().to_vec();
        self.cloud.handle(self.now, &request)
    }

    /// Sends a request to a path below the subscription.
    fn call(&mut self, method: &str, path: &str, version: &str, body: Option<&Value>) -> Response {
        let settings = &self.cloud.settings;
        let mark = if path.contains('?') { '&' } else { '?' };
        let base = format!(
            "{}/subscriptions/{}",
            settings.base_url, settings.subscription
        );
        self.call_at(
            method,
            &format!("{base}{path}{mark}api-version={version}"),
            body,
        )
    }

    fn call_at(&mut self, method: &str, url: &str, body: Option<&Value>) -> Response {
        let url = Url::parse(url).expect("an address");
        let bearer = format!("Bearer {}", self.token);
        let mut request = Request::new(method, url).with_header("Authorization", bearer);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        let answer = self.cloud.handle(self.now, &request);
        rules::assert_listed(&answer);
        answer
    }

    /// Polls an operation until it ends. Returns the last response.
    fn finish(&mut self, announced: &Response) -> Response {
        let url = announced
            .header("Azure-AsyncOperation")
            .or_else(|| announced.header("Location"));
        let url = url.expect("an operation").to_owned();
        for _ in 0..200 {
            let answer = self.call_at("GET", &url, None);
            let status = answer.document()["status"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            let goes_on = ["inprogress", "deploying", "initializing"];
            if answer.status != 202 && !goes_on.contains(&status.as_str()) {
                return answer;
            }
            self.now += Duration::from_secs(10);
        }
        panic!("the operation {url} does not end");
    }

    /// Puts a resource into the group and waits until it is ready.
    fn make(&mut self, path: &str, version: &str, body: &Value) -> Response {
        let answer = self.call(
            "PUT",
            &format!("{GROUP}/providers/{path}"),
            version,
            Some(body),
        );
        assert!(answer.status < 300, "{path}: {:?}", answer.document());
        if answer.header("Azure-AsyncOperation").is_some() {
            let end = self.finish(&answer);
            assert_eq!(end.document()["status"], "Succeeded", "{path}");
        }
        answer
    }

    fn id(&self, path: &str) -> String {
        format!(
            "/subscriptions/{}{GROUP}/providers/{path}",
            self.cloud.settings.subscription
        )
    }

    fn ids(&self) -> Vec<String> {
        self.cloud
            .state()
            .resource_ids()
            .map(str::to_owned)
            .collect()
    }
}

fn code(answer: &Response) -> &str {
    let body = answer.document();
    // Errors of AKS have no `error` around them.
    let code = body["error"]["code"].as_str().or(body["code"].as_str());
    code.unwrap_or_default()
}

/// Creates an identity. Returns its principal id.
fn identity(world: &mut World, name: &str, tags: &Value) -> String {
    let body = json!({"location": "westeurope", "tags": tags});
    let made = world.make(&format!("{IDENTITY}/{name}"), "2024-11-30", &body);
    made.document()["properties"]["principalId"]
        .as_str()
        .expect("a principal")
        .to_owned()
}

fn names(answer: &Response) -> Vec<String> {
    let values = answer.document()["value"].as_array();
    let values = values.unwrap_or_else(|| panic!("no list: {:?}", answer.document()));
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    values.iter().map(name).collect()
}

const NETWORK: (&str, &str) = ("Microsoft.Network/virtualNetworks/net", "2024-01-01");
const ZONE: (&str, &str) = (
    "Microsoft.Network/privateDnsZones/h.private.mysql.database.azure.com",
    "2020-06-01",
);
const SERVER: (&str, &str) = ("Microsoft.DBforMySQL/flexibleServers/hdb", "2023-12-30");

fn network() -> Value {
    json!({"location": "westeurope", "properties": {
        "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
        "subnets": [
            {"name": "aks", "properties": {"addressPrefix": "10.1.0.0/22"}},
            {"name": "mysql", "properties": {"addressPrefix": "10.1.4.0/28", "delegations": [
                {"name": "mysql", "properties": {"serviceName": "Microsoft.DBforMySQL/flexibleServers"}},
            ]}},
        ],
    }})
}

fn server(world: &World) -> Value {
    json!({"location": "westeurope", "sku": {"name": "Standard_B2s", "tier": "Burstable"}, "properties": {
        "version": "8.4",
        "administratorLogin": "temporal",
        "administratorLoginPassword": "Secret123456",
        "storage": {"storageSizeGB": 20},
        "network": {
            "delegatedSubnetResourceId": format!("{}/subnets/mysql", world.id(NETWORK.0)),
            "privateDnsZoneResourceId": world.id(ZONE.0),
        },
    }})
}

/// A database and the resources that it needs.
fn with_server() -> World {
    let mut world = World::prepared();
    world.make(NETWORK.0, NETWORK.1, &network());
    world.make(ZONE.0, ZONE.1, &json!({"location": "global"}));
    let link = json!({"location": "global", "properties": {"registrationEnabled": false, "virtualNetwork": {"id": world.id(NETWORK.0)}}});
    world.make(
        &format!("{}/virtualNetworkLinks/net", ZONE.0),
        ZONE.1,
        &link,
    );
    let body = server(&world);
    world.make(SERVER.0, SERVER.1, &body);
    world
}
