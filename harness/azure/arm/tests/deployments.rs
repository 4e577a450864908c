//! The operations of a deployment.

use std::time::Duration;

use serde_json::json;

use super::{Reply, Server};
use crate::arm::{DeploymentOperation, Group};

#[tokio::test]
async fn the_operations_of_a_deployment_are_read_page_by_page_even_with_missing_fields() {
    let operation = |id: &str, properties: serde_json::Value| json!({"id": format!("/d/operations/{id}"), "operationId": id, "properties": properties});
    let target = json!({
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/flexibleServers/db/databases/temporal",
        "resourceType": "Microsoft.DBforMySQL/flexibleServers/databases", "resourceName": "db/temporal",
    });
    let error = json!({"code": "SkuNotAvailable", "message": "none left"});
    let page = json!({"nextLink": "{base}/subscriptions/s/next", "value": [
        operation("1", json!({
            "provisioningOperation": "Create", "provisioningState": "Running",
            "timestamp": "2026-04-02T10:11:12.1234567Z", "duration": "PT1M5.25S",
            "targetResource": target, "trackingId": "t", "statusCode": "Created",
        })),
    ]});
    let rest = json!({"value": [
        operation("2", json!({
            "provisioningState": "failed", "timestamp": "yesterday", "duration": "long",
            "statusMessage": {"status": "Failed", "error": error},
        })),
        operation("3", json!({
            "provisioningOperation": "EvaluateDeploymentOutput", "provisioningState": "Succeeded",
        })),
    ]});
    let server = Server::start([Reply::new(200).json(page), Reply::new(200).json(rest)]).await;
    let group = Group::new("s", "g");
    let read = server.client().deployment_operations(&group, "d-1").await;
    let read = read.expect("answered");
    let running: Vec<_> = read.iter().map(DeploymentOperation::is_running).collect();
    assert_eq!(running, [true, false, false]);
    let first = &read[0].properties;
    let target = first.target_resource.as_ref().expect("a resource");
    assert_eq!(target.resource_name, "db/temporal");
    assert_eq!(target.id.name(), "temporal");
    assert_eq!(first.duration, Some(Duration::from_millis(65_250)));
    assert!(first.timestamp.is_some());
    assert_eq!(read[1].detail().expect("an error").code, "SkuNotAvailable");
    assert_eq!(
        (read[1].properties.timestamp, read[1].properties.duration),
        (None, None)
    );
    assert_eq!(read[2].properties.target_resource, None);
    insta::assert_snapshot!(server.lines(), @"
    GET /subscriptions/s/resourceGroups/g/deployments/d-1/operations?api-version=2024-03-01
    GET /subscriptions/s/next
    ");
}
