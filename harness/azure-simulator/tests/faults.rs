//! Faults of a script.

use serde_json::json;

use super::super::{Fault, Refusal, Script, Settings, What};
use super::{GROUP, NETWORK, World, code, network};

#[test]
fn a_burst_of_throttling_ends_after_its_count() {
    let throttled = What::Throttled { retry_after: 7 };
    let script = Script::new(vec![
        Fault::at("/resourcegroups/rg$", throttled)
            .method("HEAD")
            .after(1)
            .times(2),
    ]);
    let mut world = World::prepared_with(Settings::invented(), script);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = world.call("HEAD", GROUP, "2024-03-01", None);
        assert_eq!(answer.header("Retry-After").is_some(), answer.status == 429);
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [204, 429, 429, 204]);
}

#[test]
fn an_operation_fails_after_the_number_of_polls_of_its_fault() {
    let error = Refusal::conflict("AllocationFailed", "no capacity");
    let fault = Fault::at(
        "/virtualnetworks/net$",
        What::FailsAfter { polls: 2, error },
    )
    .method("PUT");
    let mut world = World::prepared_with(Settings::invented(), Script::new(vec![fault]));
    let path = format!("{GROUP}/providers/{}", NETWORK.0);
    let answer = world.call("PUT", &path, NETWORK.1, Some(&network()));
    let url = answer
        .header("Azure-AsyncOperation")
        .expect("an operation")
        .to_owned();
    let statuses = [0, 1].map(|_| world.call_at("GET", &url, None).document()["status"].clone());
    assert_eq!(statuses, [json!("InProgress"), json!("Failed")]);
    let shown = world.call("GET", &path, NETWORK.1, None);
    assert_eq!(
        shown.document()["properties"]["provisioningState"],
        "Failed"
    );
    world.make(NETWORK.0, NETWORK.1, &network());
}

#[test]
fn a_request_takes_effect_although_the_connection_breaks() {
    let fault = Fault::at("/virtualnetworks/net$", What::Reset).method("PUT");
    let mut world = World::prepared_with(Settings::invented(), Script::new(vec![fault]));
    let path = format!("{GROUP}/providers/{}", NETWORK.0);
    assert!(world.call("PUT", &path, NETWORK.1, Some(&network())).cut);
    assert_eq!(world.ids().len(), 1);
}

#[test]
fn refusals_of_a_script_have_azures_codes() {
    let faults = [
        (What::another_operation(), 409, "AnotherOperationInProgress"),
        (What::principal_not_found(), 400, "PrincipalNotFound"),
        (
            What::authorization_failed("Microsoft.Authorization/roleAssignments/write"),
            403,
            "AuthorizationFailed",
        ),
        (What::server_is_busy(), 409, "ServerIsBusy"),
        (What::Status(503), 503, "InternalServerError"),
    ];
    let script = faults
        .iter()
        .map(|(what, ..)| Fault::at("/virtualNetworks/", what.clone()))
        .collect();
    let mut world = World::prepared_with(Settings::invented(), Script::new(script));
    for (_, status, expected) in faults {
        let answer = world.call(
            "GET",
            &format!("{GROUP}/providers/{}", NETWORK.0),
            NETWORK.1,
            None,
        );
        assert_eq!((answer.status, code(&answer)), (status, expected));
    }
}
