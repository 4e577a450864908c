//! Resource groups, and operations on their resources.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Reply, Server};
use crate::arm::{Action, Group, ResourceGroup, Started, Undeletable, Unmanage};

fn ok(body: serde_json::Value) -> Reply {
    Reply::new(200).json(body)
}

#[tokio::test]
async fn a_group_is_found_created_listed_and_deleted() {
    let next = "{base}/subscriptions/s/resourceGroups/g/resources?page=2";
    let group = |tags| json!({"id": "/g", "location": "westeurope", "tags": tags});
    let server = Server::start([
        Reply::new(204),
        ok(json!({"id": "/g", "location": "westeurope"})),
        Reply::new(201).json(group(json!({"a": "b"}))),
        ok(json!({"value": [{"id": "/1", "type": "T"}], "nextLink": next})),
        ok(json!({"value": [{"id": "/2", "type": "T"}], "nextLink": ""})),
        Reply::new(202).header("location", "{base}/subscriptions/s/operationresults/1"),
    ])
    .await;
    let (client, group) = (server.client(), Group::new("s", "g"));
    assert!(client.has_resource_group(&group).await.expect("answered"));
    let found = client.resource_group(&group).await.expect("answered");
    let wanted = ResourceGroup {
        tags: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        ..found.expect("there")
    };
    let made = client.put_resource_group(&group, &wanted).await;
    assert_eq!(made.expect("made").tags["a"], "b");
    let all = client.resources(&group).await.expect("listed");
    let names: Vec<_> = all.iter().map(|it| it.id.name()).collect();
    assert_eq!(names, ["1", "2"]);
    let started = client.delete_resource_group(&group).await.expect("started");
    assert!(matches!(started, Started::Pending(..)));
    let sent = &server.received()[2].body;
    assert_eq!(sent, r#"{"location":"westeurope","tags":{"a":"b"}}"#);
    insta::assert_snapshot!(server.lines(), @"
    HEAD /subscriptions/s/resourcegroups/g?api-version=2024-03-01
    GET /subscriptions/s/resourcegroups/g?api-version=2024-03-01
    PUT /subscriptions/s/resourcegroups/g?api-version=2024-03-01
    GET /subscriptions/s/resourceGroups/g/resources?api-version=2024-03-01&%24expand=provisioningState
    GET /subscriptions/s/resourceGroups/g/resources?page=2
    DELETE /subscriptions/s/resourcegroups/g?api-version=2024-03-01
    ");
}

#[tokio::test]
async fn a_group_that_was_just_deleted_has_no_resources() {
    let gone = json!({"error": {"code": "ResourceGroupNotFound", "message": "m"}});
    let no_subscription = json!({"error": {"code": "SubscriptionNotFound", "message": "m"}});
    let server = Server::start([
        Reply::new(404).json(gone),
        Reply::new(404).json(no_subscription),
    ])
    .await;
    let (client, group) = (server.client(), Group::new("s", "g"));
    assert_eq!(client.resources(&group).await.expect("nothing"), []);
    assert!(client.resources(&group).await.is_err());
}

#[tokio::test]
async fn a_stack_is_deleted_and_a_server_fails_over() {
    let server = Server::start([
        Reply::new(202).header("azure-asyncoperation", "{base}/subscriptions/s/o/1"),
        Reply::new(202)
            .header("azure-asyncoperation", "{base}/subscriptions/s/o/2")
            .header("location", "{base}/subscriptions/s/r/2"),
    ])
    .await;
    let (client, group) = (server.client(), Group::new("s", "g"));
    let unmanage = Unmanage {
        resources: Action::Delete,
        resource_groups: Action::Detach,
        management_groups: Action::Detach,
        undeletable: Undeletable::Detach,
    };
    client
        .delete_stack(&group, "x", unmanage)
        .await
        .expect("started");
    let started = client
        .fail_server_over(&group, "db")
        .await
        .expect("started");
    // The operation has no result, so none is requested afterwards.
    let pending = match started {
        Started::Pending(pending, _) => Some(pending),
        Started::Done(_) => None,
    };
    assert_eq!(pending.expect("it is still running").result, None);
    insta::assert_snapshot!(server.lines(), @"
    DELETE /subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deploymentStacks/x?api-version=2025-07-01&unmanageAction.Resources=delete&unmanageAction.ResourceGroups=detach&unmanageAction.ManagementGroups=detach&unmanageAction.ResourcesWithoutDeleteSupport=detach&bypassStackOutOfSyncError=false
    POST /subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/flexibleServers/db/failover?api-version=2023-12-30
    ");
}
