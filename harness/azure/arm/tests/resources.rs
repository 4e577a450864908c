//! Stacks, what-if results and registries: request bodies and parsed answers.

use std::collections::BTreeMap;

use base::secret::Secret;
use serde_json::{Value, json};

use super::{Reply, Server};
use crate::arm::{
    Access, Action, Change, ChangeKind, DenyMode, DenySettings, Group, Parameter, StackProperties,
    StackSpec, Started, Undeletable, Unmanage, WhatIf,
};

fn group() -> Group {
    Group::new("s", "g")
}

fn ok(body: Value) -> Reply {
    Reply::new(200).json(body)
}

fn stack() -> StackSpec {
    let secret = Parameter::Secret(Secret::new("hunter2"));
    StackSpec {
        tags: BTreeMap::from([("owner".to_owned(), "me".to_owned())]),
        properties: StackProperties {
            template: json!({"resources": []}),
            parameters: BTreeMap::from([
                ("mysqlPassword".to_owned(), secret),
                ("count".to_owned(), Parameter::Plain(json!(3))),
            ]),
            action_on_unmanage: unmanage(),
            deny_settings: DenySettings {
                mode: DenyMode::DenyDelete,
                excluded_principals: Vec::new(),
                apply_to_child_scopes: false,
            },
            description: None,
        },
    }
}

fn unmanage() -> Unmanage {
    Unmanage {
        resources: Action::Delete,
        resource_groups: Action::Detach,
        management_groups: Action::Detach,
        undeletable: Undeletable::Detach,
    }
}

#[tokio::test]
async fn a_stack_is_sent_with_its_secrets_and_printed_without() {
    let server = Server::start([ok(
        json!({"properties": {"provisioningState": "succeeded"}}),
    )])
    .await;
    let put = server
        .client()
        .put_stack(&group(), "harness-x", &stack())
        .await;
    assert!(matches!(put.expect("answered"), Started::Done(_)));
    assert!(!format!("{:?}", stack()).contains("hunter2"));
    let body: Value = serde_json::from_str(&server.received()[0].body).expect("JSON");
    insta::assert_json_snapshot!(body, @r#"
    {
      "properties": {
        "actionOnUnmanage": {
          "managementGroups": "detach",
          "resourceGroups": "detach",
          "resources": "delete",
          "resourcesWithoutDeleteSupport": "detach"
        },
        "denySettings": {
          "applyToChildScopes": false,
          "mode": "denyDelete"
        },
        "parameters": {
          "count": {
            "value": 3
          },
          "mysqlPassword": {
            "value": "hunter2"
          }
        },
        "template": {
          "resources": []
        }
      },
      "tags": {
        "owner": "me"
      }
    }
    "#);
}

#[tokio::test]
async fn a_stack_is_read_in_any_case_and_with_unknown_properties() {
    let server = Server::start([ok(json!({
        "id": "/subscriptions/s/resourceGroups/G/providers/Microsoft.Resources/deploymentStacks/x",
        "systemData": {}, "location": "",
        "properties": {
            "provisioningState": "deleteFailed", "futureProperty": [1],
            "outputs": {"mysqL_HOST": {"type": "String", "value": "db.example"}},
            "resources": [
                {"id": "/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v",
                 "status": "managed", "denyStatus": "denyDelete"},
                {"id": "/subscriptions/s/resourceGroups/g/providers/N/t/gone", "status": "deleteFailed"},
            ],
            "failedResources": [{"id": "/y", "error": {"code": "ScopeLocked", "message": "locked"}}],
        },
    }))])
    .await;
    let stack = server
        .client()
        .stack(&group(), "x")
        .await
        .expect("answered")
        .expect("there");
    let state = stack.properties;
    assert_eq!(state.outputs.text("MYSQL_HOST"), Some("db.example"));
    assert_eq!(
        state.resources[0].id,
        group().resource("Microsoft.Network/virtualNetworks", "v")
    );
    let left: Vec<_> = state.not_deleted().map(|it| it.id.name()).collect();
    assert_eq!(left, ["gone"]);
    assert_eq!(
        state.failed_resources[0]
            .error
            .as_ref()
            .expect("an error")
            .code,
        "ScopeLocked"
    );
}

#[tokio::test]
async fn a_what_if_result_is_requested_read_and_deleted() {
    let result = json!({"id": "/w", "properties": {
        "provisioningState": "succeeded", "deploymentStackLastModified": "2026-01-01T00:00:00Z",
        "changes": {"resourceChanges": [
            {"id": "/a", "changeType": "Create", "changeCertainty": "definite"},
            {"id": "/b", "changeType": "detach", "changeCertainty": "potential"},
            {"id": "/c", "changeType": "noChange"},
            {"id": "/d", "changeType": "unsupported", "unsupportedReason": "no what-if"},
        ]},
    }});
    let server = Server::start([
        ok(json!({"properties": {"provisioningState": "succeeded"}})),
        ok(result),
        Reply::new(204),
    ])
    .await;
    let client = server.client();
    client
        .put_what_if(&group(), "w", "x", &stack())
        .await
        .expect("answered");
    let Started::Done(computed) = client.what_if(&group(), "w").await.expect("answered") else {
        panic!("it is done at once");
    };
    let computed = WhatIf::of(computed).expect("a what-if");
    let kinds: Vec<_> = computed
        .properties
        .changes
        .resource_changes
        .iter()
        .map(Change::kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ChangeKind::Create,
            ChangeKind::Detach,
            ChangeKind::Nothing,
            ChangeKind::Unknown
        ]
    );
    client
        .delete_what_if(&group(), "w")
        .await
        .expect("answered");
    insta::assert_snapshot!(server.lines(), @"
    PUT /subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deploymentStacksWhatIfResults/w?api-version=2025-07-01
    POST /subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deploymentStacksWhatIfResults/w/whatIf?api-version=2025-07-01
    DELETE /subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deploymentStacksWhatIfResults/w?api-version=2025-07-01
    ");
    let body: Value = serde_json::from_str(&server.received()[0].body).expect("JSON");
    let properties = &body["properties"];
    assert_eq!(properties["retentionInterval"], "P1D");
    let stack = group().resource("Microsoft.Resources/deploymentStacks", "x");
    assert_eq!(properties["deploymentStackResourceId"], stack.as_str());
    assert_eq!(properties["actionOnUnmanage"]["resources"], "delete");
}

#[tokio::test]
async fn a_registry_exchanges_an_entra_token_for_its_own() {
    let server = Server::start([
        ok(json!({"refresh_token": "refresh"})),
        Reply::new(429).header("retry-after", "0"),
        ok(json!({"access_token": "access"})),
        Reply::new(401).json(json!({"errors": [{"code": "UNAUTHORIZED", "message": "no"}]})),
    ])
    .await;
    let client = server.client();
    let registry = server.base().trim_start_matches("https://").to_owned();
    let refresh = client
        .registry_refresh_token(&registry, "tenant")
        .await
        .expect("a token");
    let access = client.registry_access_token(&registry, "a/b", Access::PullAndPush, &refresh);
    assert_eq!(access.await.expect("a token").reveal(), "access");
    let denied = client
        .registry_access_token(&registry, "a", Access::Pull, &refresh)
        .await;
    let denied = denied.expect_err("denied");
    assert_eq!(
        denied.detail().expect("an error").to_string(),
        "UNAUTHORIZED: no"
    );
    let received: Vec<_> = server
        .received()
        .iter()
        .map(|it| format!("{} {}", it.line, it.body))
        .collect();
    let received = received
        .join("\n")
        .replace(&registry.replace(':', "%3A"), "REGISTRY");
    insta::assert_snapshot!(received, @"
    POST /oauth2/exchange grant_type=access_token&service=REGISTRY&tenant=tenant&access_token=token-1
    POST /oauth2/token grant_type=refresh_token&service=REGISTRY&scope=repository%3Aa%2Fb%3Apull%2Cpush&refresh_token=refresh
    POST /oauth2/token grant_type=refresh_token&service=REGISTRY&scope=repository%3Aa%2Fb%3Apull%2Cpush&refresh_token=refresh
    POST /oauth2/token grant_type=refresh_token&service=REGISTRY&scope=repository%3Aa%3Apull&refresh_token=refresh
    ");
    client
        .registry_refresh_token("evil.example", "tenant")
        .await
        .expect_err("not a registry");
}
