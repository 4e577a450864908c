//! Actions on resources.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Fault, Hooks, Refusal, Script, Settings, What};
use super::{GROUP, NETWORK, SERVER, World, ZONE, code, network, server};

/// Hooks that record restarts.
#[derive(Default)]
struct RecordingHooks(Mutex<Vec<String>>);

impl Hooks for RecordingHooks {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        Ok(format!("config of {cluster}"))
    }

    fn mysql_restart(&self, server: &str) {
        self.0
            .lock()
            .expect("nobody panicked")
            .push(server.to_owned());
    }
}

/// A database with this mode of high availability, and the hooks behind it.
fn with_server(mode: &str, script: Script) -> (World, Arc<RecordingHooks>) {
    let hooks = Arc::new(RecordingHooks::default());
    let settings = Settings {
        hooks: hooks.clone(),
        ..Settings::invented()
    };
    let mut world = World::prepared_with(settings, script);
    world.make(NETWORK.0, NETWORK.1, &network());
    world.make(ZONE.0, ZONE.1, &json!({"location": "global"}));
    let link = json!({"location": "global", "properties": {"virtualNetwork": {"id": world.id(NETWORK.0)}}});
    let path = format!("{}/virtualNetworkLinks/net", ZONE.0);
    world.make(&path, ZONE.1, &link);
    let mut body = server(&world);
    body["sku"] = json!({"name": "Standard_D2ds_v4", "tier": "GeneralPurpose"});
    body["properties"]["highAvailability"] = json!({"mode": mode});
    world.make(SERVER.0, SERVER.1, &body);
    (world, hooks)
}

fn post(world: &mut World, action: &str, body: Option<&Value>) -> super::Response {
    let path = format!("{GROUP}/providers/{}/{action}", SERVER.0);
    world.call("POST", &path, SERVER.1, body)
}

fn properties(world: &mut World) -> Value {
    let path = format!("{GROUP}/providers/{}", SERVER.0);
    let shown = world.call("GET", &path, SERVER.1, None);
    shown.document()["properties"].clone()
}

fn state(world: &mut World) -> Value {
    properties(world)["state"].clone()
}

fn availability(world: &mut World) -> Value {
    properties(world)["highAvailability"]["state"].clone()
}

fn in_place() -> Value {
    json!({"restartWithFailover": "Disabled", "maxFailoverSeconds": 60})
}

#[test]
fn a_server_that_restarts_is_unavailable_and_busy() {
    let (mut world, hooks) = with_server("Disabled", Script::default());
    assert_eq!(state(&mut world), "Ready");
    let begun = post(&mut world, "restart", Some(&in_place()));
    assert_eq!(begun.status, 202);
    assert_eq!(*hooks.0.lock().expect("nobody panicked"), ["hdb"]);
    assert_eq!(state(&mut world), "Updating");
    assert_eq!(availability(&mut world), "NotEnabled");
    let again = post(&mut world, "restart", Some(&in_place()));
    assert_eq!((again.status, code(&again)), (409, "ServerIsBusy"));
    let start = world.now;
    let end = world.finish(&begun);
    assert_eq!(end.document()["status"], "Succeeded");
    assert!(world.now.duration_since(start).as_secs() >= 45);
    assert_eq!(state(&mut world), "Ready");
    let location = begun.header("Location").expect("a location").to_owned();
    assert_eq!(world.call_at("GET", &location, None).status, 200);
}

#[test]
fn only_a_server_with_a_standby_fails_over() {
    let with_failover = json!({"restartWithFailover": "Enabled"});
    let (mut alone, hooks) = with_server("Disabled", Script::default());
    for (action, body) in [("failover", None), ("restart", Some(&with_failover))] {
        let refused = post(&mut alone, action, body);
        assert_eq!((refused.status, code(&refused)), (400, "HANotEnabled"));
    }
    assert!(hooks.0.lock().expect("nobody panicked").is_empty());
    for (action, body) in [("failover", None), ("restart", Some(&with_failover))] {
        let (mut world, hooks) = with_server("ZoneRedundant", Script::default());
        let begun = post(&mut world, action, body);
        assert_eq!(begun.status, 202);
        assert_eq!(world.finish(&begun).document()["status"], "Succeeded");
        assert_eq!(*hooks.0.lock().expect("nobody panicked"), ["hdb"]);
    }
}

#[test]
fn a_server_is_neither_ready_nor_healthy_during_a_failover() {
    let (mut world, _) = with_server("SameZone", Script::default());
    let condition = |world: &mut World| [state(world), availability(world)];
    assert_eq!(condition(&mut world), ["Ready", "Healthy"]);
    let begun = post(&mut world, "restart", Some(&in_place()));
    assert_eq!(condition(&mut world), ["Updating", "Healthy"]);
    world.finish(&begun);
    assert_eq!(condition(&mut world), ["Ready", "Healthy"]);
    let begun = post(&mut world, "failover", None);
    assert_eq!(condition(&mut world), ["Updating", "FailingOver"]);
    world.finish(&begun);
    assert_eq!(condition(&mut world), ["Ready", "Healthy"]);
}

#[test]
fn an_invalid_restart_is_refused() {
    let (mut world, hooks) = with_server("Disabled", Script::default());
    let wrong = [
        json!({"restartWithFailover": "Perhaps"}),
        json!({"restartWithFailover": true}),
        json!({"maxFailoverSeconds": "60"}),
        json!({"maxFailoverSeconds": -1}),
    ];
    for body in wrong {
        let refused = post(&mut world, "restart", Some(&body));
        assert_eq!(
            (refused.status, code(&refused)),
            (400, "InvalidParameterValue")
        );
    }
    let refused = post(&mut world, "restart", None);
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "InvalidRequestContent")
    );
    let refused = post(&mut world, "dance", None);
    assert_eq!(refused.status, 405);
    let path = format!("{GROUP}/providers/Microsoft.DBforMySQL/flexibleServers/none/failover");
    assert_eq!(world.call("POST", &path, SERVER.1, None).status, 404);
    assert!(hooks.0.lock().expect("nobody panicked").is_empty());
}

#[test]
fn a_restart_fails_if_the_script_has_a_fault_for_it() {
    let error = Refusal::conflict("InternalServerError", "it did not come back");
    let fault = Fault::at("/restart$", What::FailsAfter { polls: 1, error }).method("POST");
    let (mut world, _) = with_server("Disabled", Script::new(vec![fault]));
    let begun = post(&mut world, "restart", Some(&in_place()));
    let end = world.finish(&begun);
    assert_eq!(end.document()["status"], "Failed");
    assert_eq!(state(&mut world), "Ready");
}

#[test]
fn a_cluster_has_no_credentials_during_its_creation_and_deletion() {
    let settings = Settings {
        hooks: Arc::new(RecordingHooks::default()),
        ..Settings::invented()
    };
    let mut world = World::prepared_with(settings, Script::default());
    let path = format!("{GROUP}/providers/Microsoft.ContainerService/managedClusters/dev");
    let ask = |world: &mut World| {
        let path = format!("{path}/listClusterUserCredential");
        let answer = world.call("POST", &path, "2024-02-01", None);
        (answer.status, code(&answer).to_owned())
    };
    let of = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(ask(&mut world), of(404, "ResourceNotFound"));
    let body = json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {
        "dnsPrefix": "dev",
        "agentPoolProfiles": [{"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1}],
    }});
    let begun = world.call("PUT", &path, "2024-02-01", Some(&body));
    assert_eq!(ask(&mut world), of(409, "OperationNotAllowed"));
    world.now += Duration::from_mins(2);
    assert_eq!(ask(&mut world), of(409, "OperationNotAllowed"));
    world.finish(&begun);
    assert_eq!(ask(&mut world), of(200, ""));
    world.call("DELETE", &path, "2024-02-01", None);
    assert_eq!(ask(&mut world), of(409, "OperationNotAllowed"));
}
