//! Stopped and started clusters and servers.

use serde_json::{Value, json};

use super::super::Response;
use super::compute::{CLUSTER, VERSION, cluster};
use super::{GROUP, SERVER, World, code, server, with_server};

fn server_path() -> String {
    format!("{GROUP}/providers/{}", SERVER.0)
}

fn act(world: &mut World, path: &str, version: &str, act: &str) -> Response {
    world.call("POST", &format!("{path}/{act}"), version, None)
}

fn value(world: &mut World, path: &str, version: &str, pointer: &str) -> Value {
    let answer = world.call("GET", path, version, None);
    let value = answer.document().pointer(pointer);
    value.cloned().unwrap_or_default()
}

#[test]
fn a_stopped_server_can_only_be_started_or_deleted() {
    let mut world = with_server();
    let path = server_path();
    let state = |world: &mut World| value(world, &path, SERVER.1, "/properties/state");
    let unavailable = (409, "ServerUnavailableForOperation");
    let early = act(&mut world, &path, SERVER.1, "start");
    assert_eq!((early.status, code(&early)), unavailable);
    let stopping = act(&mut world, &path, SERVER.1, "stop");
    assert_eq!(
        (stopping.status, state(&mut world)),
        (202, json!("Stopping"))
    );
    let busy = act(&mut world, &path, SERVER.1, "stop");
    assert_eq!(code(&busy), "ServerIsBusy");
    world.finish(&stopping);
    assert_eq!(state(&mut world), "Stopped");
    let body = server(&world);
    let set = json!({"properties": {"value": "400", "source": "user-override"}});
    let parameter = format!("{path}/configurations/max_connections");
    let database = format!("{path}/databases/temporal");
    for answer in [
        world.call("PUT", &path, SERVER.1, Some(&body)),
        world.call("PATCH", &path, SERVER.1, Some(&json!({"tags": {}}))),
        world.call("PUT", &parameter, SERVER.1, Some(&set)),
        world.call("PATCH", &parameter, SERVER.1, Some(&set)),
        world.call("GET", &parameter, SERVER.1, None),
        world.call("GET", &format!("{path}/configurations"), SERVER.1, None),
        world.call("PUT", &database, SERVER.1, Some(&json!({"properties": {}}))),
        world.call(
            "POST",
            &format!("{path}/restart"),
            SERVER.1,
            Some(&json!({})),
        ),
        act(&mut world, &path, SERVER.1, "stop"),
    ] {
        assert_eq!(
            (answer.status, code(&answer)),
            unavailable,
            "{:?}",
            answer.document()
        );
    }
    let refused = world.call("GET", &parameter, SERVER.1, None);
    assert_eq!(
        refused.document()["error"]["message"],
        "Operation 'GetServerParameters' cannot be performed as server 'hdb' is currently in state 'Stopped'."
    );
    let starting = act(&mut world, &path, SERVER.1, "start");
    assert_eq!(state(&mut world), "Starting");
    world.finish(&starting);
    assert_eq!(state(&mut world), "Ready");
    let changed = world.call("PUT", &path, SERVER.1, Some(&body));
    assert_eq!(changed.status, 202);
    world.finish(&changed);
    let stopping = act(&mut world, &path, SERVER.1, "stop");
    world.finish(&stopping);
    assert_eq!(world.call("DELETE", &path, SERVER.1, None).status, 202);
}

#[test]
fn a_stopped_cluster_and_its_pools_cannot_be_changed() {
    let mut world = World::prepared();
    let body = cluster("1.35", "Standard_D2s_v5", 2);
    let made = world.put(&body);
    world.finish(&made);
    let power = |world: &mut World| {
        let of = |pointer: &str, world: &mut World| value(world, CLUSTER, VERSION, pointer);
        [
            of("/properties/provisioningState", world),
            of("/properties/powerState/code", world),
            of("/properties/agentPoolProfiles/0/powerState/code", world),
        ]
        .map(|it| it.as_str().unwrap_or_default().to_owned())
    };
    let message = |answer: &Response| {
        let text = answer.document()["message"].as_str().unwrap_or_default();
        format!("{} {}: {text}", answer.status, code(answer))
    };
    let early = act(&mut world, CLUSTER, VERSION, "start");
    assert_eq!(
        message(&early),
        "400 OperationNotAllowed: managed cluster is in Provisioning State(Succeeded) and Power State(Running), starting cannot be performed"
    );
    let stopping = act(&mut world, CLUSTER, VERSION, "stop");
    assert_eq!(stopping.status, 202);
    assert_eq!(power(&mut world), ["Stopping", "Running", "Running"]);
    let busy = world.put(&body);
    assert!(
        message(&busy).contains("(Stopping) is in progress"),
        "{busy:?}"
    );
    world.finish(&stopping);
    assert_eq!(power(&mut world), ["Succeeded", "Stopped", "Stopped"]);
    let pool = format!("{CLUSTER}/agentPools/system");
    let more = json!({"properties": {"count": 3}});
    let stopped = "400 OperationNotAllowed: managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), ";
    for (answer, act) in [
        (world.put(&body), "updating"),
        (world.call("PUT", &pool, VERSION, Some(&more)), "updating"),
        (world.call("DELETE", &pool, VERSION, None), "updating"),
        (act(&mut world, CLUSTER, VERSION, "stop"), "stopping"),
    ] {
        let expected = format!("{stopped}{act} cannot be performed");
        assert_eq!(message(&answer), expected);
    }
    let starting = act(&mut world, CLUSTER, VERSION, "start");
    world.finish(&starting);
    assert_eq!(power(&mut world), ["Succeeded", "Running", "Running"]);
    assert_eq!(world.call("PUT", &pool, VERSION, Some(&more)).status, 200);
}

#[test]
fn the_refusal_names_an_unsupported_action() {
    let mut world = with_server();
    let answer = act(&mut world, &server_path(), SERVER.1, "resetGtid");
    assert_eq!(
        (answer.status, code(&answer)),
        (405, "HttpMethodNotAllowed")
    );
    assert_eq!(
        answer.document()["error"]["message"],
        "The simulated Azure does not support the action 'resetGtid' of 'Microsoft.DBforMySQL/flexibleServers'."
    );
}
