//! Pushes to a registry.

use std::sync::Mutex;
use std::time::Duration;

use azure::registry::{Digest, Error};
use tokio_util::sync::CancellationToken;

use super::fixture::World;
use crate::{Fault, Script, What};

/// Two layers: one that is sent in three parts, and one that is sent in one request.
const LAYERS: [usize; 2] = [9 << 20, 1000];

#[tokio::test]
async fn an_image_is_pushed_in_parts_and_named_by_its_digest() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let progress = Mutex::new(Vec::new());
    let report = |done, total| progress.lock().expect("unpoisoned").push((done, total));
    let pushed = world
        .registry
        .push("orders/worker", Some("v1"), &image, &report);
    let reference = pushed.await.expect("the push succeeds");
    let server = world.simulator.base_url.trim_start_matches("https://");
    let expected = format!("{server}/orders/worker@{}", image.digest());
    assert_eq!(reference.to_string(), expected);
    let has = |digest: Digest| {
        let registry = world.registry.clone();
        async move {
            registry
                .has("orders/worker", &digest)
                .await
                .expect("an answer")
        }
    };
    assert!(has(image.digest().clone()).await);
    assert!(!has(Digest::of(b"another")).await);
    insta::assert_snapshot!(world.requests_since(0).join("\n"), @"
    POST /oauth2/exchange 200
    POST /oauth2/token 200
    HEAD /v2/orders/worker/manifests 404
    HEAD /v2/orders/worker/blobs 404
    POST /v2/orders/worker/blobs/uploads/ 202
    PATCH /v2/orders/worker/blobs/uploads 202
    PATCH /v2/orders/worker/blobs/uploads 202
    PUT /v2/orders/worker/blobs/uploads 201
    HEAD /v2/orders/worker/blobs 404
    POST /v2/orders/worker/blobs/uploads/ 202
    PUT /v2/orders/worker/blobs/uploads 201
    HEAD /v2/orders/worker/blobs 404
    POST /v2/orders/worker/blobs/uploads/ 202
    PUT /v2/orders/worker/blobs/uploads 201
    PUT /v2/orders/worker/manifests 201
    PUT /v2/orders/worker/manifests/v1 201
    POST /oauth2/exchange 200
    POST /oauth2/token 200
    HEAD /v2/orders/worker/manifests 200
    POST /oauth2/exchange 200
    POST /oauth2/token 200
    HEAD /v2/orders/worker/manifests 404
    ");
    let progress = progress.into_inner().expect("unpoisoned");
    let total = image.size();
    assert!(
        progress.is_sorted() && progress.iter().all(|it| it.1 == total),
        "{progress:?}"
    );
    assert_eq!(progress.last(), Some(&(total, total)));
}

#[tokio::test]
async fn a_blob_that_the_registry_has_is_not_sent_again() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let first = world.push(&image).await;
    let before = world.request_count();
    assert_eq!(world.push(&image).await, first);
    insta::assert_snapshot!(world.requests_since(before).join("\n"), @"
    POST /oauth2/exchange 200
    POST /oauth2/token 200
    HEAD /v2/worker/manifests 200
    ");
    let before = world.request_count();
    let other = world.image(&[LAYERS[0], 2000]);
    world.push(&other).await;
    let sent = world.requests_since(before);
    let parts = sent.iter().filter(|line| line.starts_with("PATCH")).count();
    assert_eq!(
        parts, 0,
        "the registry already has the large layer: {sent:?}"
    );
}

#[tokio::test]
async fn an_interrupted_push_continues_where_it_stopped() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let cancel = CancellationToken::new();
    let first = u64::try_from(LAYERS[0]).expect("it fits into 64 bits");
    let stop = |done, _| {
        if done > first {
            cancel.cancel();
        }
    };
    let registry = world.registry.clone().cancelled_by(&cancel);
    let stopped = registry.push("worker", None, &image, &stop).await;
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    let before = world.request_count();
    let again = registry.push("worker", None, &image, &|_, _| {}).await;
    assert!(matches!(again, Err(Error::Interrupted)), "{again:?}");
    assert_eq!(world.request_count(), before, "no request is sent");
    world.push(&image).await;
    let sent = world.requests_since(before);
    let parts = sent.iter().filter(|line| line.starts_with("PATCH")).count();
    assert_eq!(
        parts, 0,
        "the registry already has the first layer: {sent:?}"
    );
}

#[tokio::test]
async fn a_push_renews_expired_tokens() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    // All tokens expire between two parts, including Entra's.
    let wait = |_, _| world.time.advance(Duration::from_hours(4));
    let pushed = world.registry.push("worker", None, &image, &wait).await;
    pushed.expect("the push succeeds");
    let exchanged = world.requests_since(0);
    let exchanged = exchanged
        .iter()
        .filter(|it| it.contains("/oauth2/exchange 200"));
    assert!(exchanged.count() > 3);
    assert!(world.has(&image).await);
}

#[tokio::test]
async fn a_push_retries_while_the_registry_is_busy() {
    let throttled = || What::Throttled { retry_after: 7 };
    let faults = [
        Fault::at("/oauth2/exchange", throttled()),
        Fault::at("/oauth2/token", What::Status(503)),
        Fault::at("/v2/worker/manifests/", throttled()).times(3),
        Fault::at("/v2/worker/blobs/uploads/", What::Status(500)).times(2),
        Fault::at("/v2/worker/blobs/uploads/", throttled()).method("PATCH"),
        Fault::at("/v2/worker/blobs/uploads/", What::Status(504)).method("PUT"),
    ];
    let world = World::with(Script::new(faults.to_vec())).await;
    let start = world.clock.now();
    let image = world.image(&LAYERS);
    world.push(&image).await;
    assert!(world.clock.now() - start >= Duration::from_secs(35));
    assert!(world.has(&image).await);
}

#[tokio::test]
async fn a_push_succeeds_if_any_one_response_is_lost() {
    const REQUESTS: u32 = 16;
    let lost = |n: u32| Fault::at(&format!("/v2/lost-{n}/"), What::Reset).after(n);
    let world = World::with(Script::new((0..REQUESTS).map(lost).collect())).await;
    let image = world.image(&LAYERS);
    for n in 0..REQUESTS {
        let before = world.request_count();
        let repository = format!("lost-{n}");
        let pushed = world
            .registry
            .push(&repository, Some("v1"), &image, &|_, _| {});
        pushed
            .await
            .unwrap_or_else(|error| panic!("{n}: {error:?}"));
        let has = world.registry.has(&repository, image.digest()).await;
        assert!(
            has.expect("an answer"),
            "{n}: {:?}",
            world.requests_since(before)
        );
    }
}
