//! Single requests: headers, retries and recorded exchanges.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Reply, Server};
use crate::arm::{Clock, Error, Exchange, Group, Recorder, Restart, Target};

fn target() -> Target {
    Target::new("/subscriptions/s", "2022-12-01")
}

fn waited(clock: &Clock, start: tokio::time::Instant) -> Duration {
    clock.now() - start
}

#[tokio::test]
async fn a_request_carries_a_token_and_the_id_of_the_command() {
    let server = Server::start([Reply::new(200).json(json!({"a": 1}))]).await;
    let body: Value = server.client().get(&target()).await.expect("answered");
    assert_eq!(body, json!({"a": 1}));
    let received = &server.received()[0];
    assert_eq!(received.line, "GET /subscriptions/s?api-version=2022-12-01");
    let has = |header: &str| received.headers.iter().any(|it| it.starts_with(header));
    assert!(has("authorization: Bearer token-1"));
    assert!(has(
        "x-ms-correlation-request-id: 11111111-2222-3333-4444-555555555555"
    ));
    assert!(has("x-ms-client-request-id: "));
    assert!(
        has("user-agent: harness azsdk-rust-harness/"),
        "{:?}",
        received.headers
    );
}

#[tokio::test]
async fn a_throttled_request_is_retried_after_the_time_that_azure_names() {
    let server = Server::start([
        Reply::new(429).header("retry-after", "17"),
        Reply::new(429).header("retry-after", "0"),
        Reply::new(503),
        Reply::new(200).json(json!({})),
    ])
    .await;
    let start = server.clock.now();
    let _: Value = server.client().get(&target()).await.expect("answered");
    // 17 s and 0 s as Azure asked, and the client's own 4 s before the third retry.
    assert_eq!(waited(&server.clock, start), Duration::from_secs(21));
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn a_request_that_stays_throttled_is_an_error_with_a_hint() {
    let error = json!({"error": {"code": "TooManyRequests", "message": "slow down"}});
    let reply = Reply::new(429).header("x-ms-request-id", "r-1").json(error);
    let server = Server::start(vec![reply; 20]).await;
    let error = server
        .client()
        .get::<Value>(&target())
        .await
        .expect_err("throttled");
    assert_eq!(server.received().len(), 7);
    assert!(error.is_transient());
    insta::assert_snapshot!(error, @"Azure answered 429 to GET /subscriptions/s");
    insta::assert_snapshot!(error.detail().expect("an error"), @"TooManyRequests: slow down");
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"
    Wait a few minutes and run the same command again: it continues from there. Azure throttles requests.
    Give Azure's support the request id r-1.
    ");
}

#[tokio::test]
async fn a_request_is_retried_after_its_connection_breaks_inside_the_body() {
    let body = json!({"name": "x".repeat(10_000)});
    let server = Server::start([
        Reply::new(200).json(body.clone()).cut(),
        Reply::new(200).json(body.clone()),
    ])
    .await;
    let read: Value = server.client().get(&target()).await.expect("answered");
    assert_eq!(read, body);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn an_action_that_must_not_be_repeated_is_sent_once() {
    let server = Server::start([Reply::new(202).json(json!({"x": 1})).cut()]).await;
    let group = Group::new("s", "g");
    let restarted = server
        .client()
        .restart_server(&group, "db", Restart::Failover)
        .await;
    let error = restarted.expect_err("the answer was lost");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert_eq!(server.received().len(), 1);
    assert_eq!(
        server.received()[0].body,
        r#"{"maxFailoverSeconds":60,"restartWithFailover":"Enabled"}"#
    );
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once() {
    let refused = || {
        let error = json!({"error": {"code": "ExpiredAuthenticationToken", "message": "expired"}});
        Reply::new(401).json(error)
    };
    let server = Server::start([
        refused(),
        Reply::new(200).json(json!({})),
        refused(),
        refused(),
    ])
    .await;
    let client = server.client();
    let _: Value = client.get(&target()).await.expect("answered");
    let error = client
        .get::<Value>(&target())
        .await
        .expect_err("refused twice");
    assert_eq!(error.status(), Some(401));
    let tokens: Vec<_> = server
        .received()
        .into_iter()
        .flat_map(|it| it.headers)
        .collect();
    let tokens: Vec<_> = tokens
        .iter()
        .filter_map(|it| it.strip_prefix("authorization: Bearer "))
        .collect();
    assert_eq!(tokens, ["token-1", "token-2", "token-2", "token-3"]);
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Run `az login` again, and check that this machine's clock is right. A token is valid only between two exact times.");
}

#[tokio::test]
async fn a_missing_resource_is_no_error_but_a_missing_subscription_is() {
    let missing =
        |code: &str| Reply::new(404).json(json!({"error": {"code": code, "message": "m"}}));
    let server = Server::start([
        missing("ResourceGroupNotFound"),
        missing("ResourceGroupNotFound"),
        Reply::new(404),
        missing("SubscriptionNotFound"),
        missing("SubscriptionNotFound"),
    ])
    .await;
    let (client, group) = (server.client(), Group::new("s", "g"));
    assert_eq!(client.resource_group(&group).await.expect("answered"), None);
    client
        .delete_resource_group(&group)
        .await
        .expect("gone is gone");
    assert!(!client.has_resource_group(&group).await.expect("answered"));
    client
        .resource_group(&group)
        .await
        .expect_err("no such subscription");
    client
        .delete_resource_group(&group)
        .await
        .expect_err("no such subscription");
}

#[tokio::test]
async fn an_exchange_is_recorded_without_its_secrets() {
    let record: Arc<Mutex<Vec<Exchange>>> = Arc::default();
    let kept = Arc::clone(&record);
    let recorder = Recorder::new(move |exchange| kept.lock().expect("unpoisoned").push(exchange));
    let server = Server::start([Reply::new(202)
        .header(
            "azure-asyncoperation",
            "{base}/operations/1?api-version=v&t=1&s=signature",
        )
        .json(json!({"adminPassword": "hunter2", "properties": {"state": "ok"}}))])
    .await;
    let body = json!({"properties": {
        "parameters": {"mysqlPassword": {"value": "hunter2"}, "region": {"value": "x"}},
        "template": {"parameters": {"mysqlPassword": {"type": "securestring"}}},
    }});
    let client = server.client_with(Some(recorder));
    client.put(&target(), &body).await.expect("answered");
    let exchange = record.lock().expect("unpoisoned").remove(0);
    let shown = serde_json::to_string_pretty(&exchange).expect("JSON");
    let shown = shown.replace(server.base(), "https://arm");
    assert!(
        !shown.contains("hunter2") && !shown.contains("signature"),
        "{shown}"
    );
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""date": ".*""#, r#""date": "DATE""#);
    settings.bind(|| {
        insta::assert_snapshot!(shown, @r#"
    {
      "method": "PUT",
      "url": "https://arm/subscriptions/s?api-version=2022-12-01",
      "request_body": {
        "properties": {
          "parameters": {
            "mysqlPassword": {
              "value": "REDACTED"
            },
            "region": {
              "value": "x"
            }
          },
          "template": {
            "parameters": {
              "mysqlPassword": {
                "type": "securestring"
              }
            }
          }
        }
      },
      "status": 202,
      "headers": {
        "azure-asyncoperation": "https://arm/operations/1?api-version=v&t=REDACTED&s=REDACTED",
        "content-length": "55",
        "date": "DATE"
      },
      "response_body": {
        "adminPassword": "REDACTED",
        "properties": {
          "state": "ok"
        }
      }
    }
    "#);
    });
}
