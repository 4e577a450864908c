//! What is sent, and what is not.

use std::sync::Mutex;
use std::time::Duration;

use azure::registry::{Digest, Error};
use tokio_util::sync::CancellationToken;

use super::fixture::World;
use crate::{Fault, Script, What};

/// Two layers: one that goes in three parts, and one that goes at once.
const LAYERS: [usize; 2] = [9 << 20, 1000];

#[tokio::test]
async fn an_image_is_pushed_in_parts_and_named_by_its_digest() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let told = Mutex::new(Vec::new());
    let told_of = |done, total| told.lock().expect("unpoisoned").push((done, total));
    let pushed = world
        .registry
        .push("orders/worker", Some("v1"), &image, &told_of);
    let reference = pushed.await.expect("it is pushed");
    let server = world.simulator.base_url.trim_start_matches("https://");
    let expected = format!("{server}/orders/worker@{}", image.digest());
    assert_eq!(reference.to_string(), expected);
    let has = |digest: Digest| {
        let registry = world.registry.clone();
        async move { registry.has("orders/worker", &digest).await.expect("asked") }
    };
    assert!(has(image.digest().clone()).await);
    assert!(!has(Digest::of(b"another")).await);
    insta::assert_snapshot!(world.asked(0).join("\n"), @"
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
    let told = told.into_inner().expect("unpoisoned");
    let total = image.size();
    assert!(
        told.is_sorted() && told.iter().all(|it| it.1 == total),
        "{told:?}"
    );
    assert_eq!(told.last(), Some(&(total, total)));
}

#[tokio::test]
async fn what_is_there_is_not_sent_again() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let first = world.push(&image).await;
    let before = world.requests();
    assert_eq!(world.push(&image).await, first);
    insta::assert_snapshot!(world.asked(before).join("\n"), @"
    POST /oauth2/exchange 200
    POST /oauth2/token 200
    HEAD /v2/worker/manifests 200
    ");
    let before = world.requests();
    let other = world.image(&[LAYERS[0], 2000]);
    world.push(&other).await;
    let sent = world.asked(before);
    let parts = sent.iter().filter(|line| line.starts_with("PATCH")).count();
    assert_eq!(parts, 0, "the large layer is there: {sent:?}");
}

#[tokio::test]
async fn a_push_that_was_stopped_goes_on_where_it_was() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    let cancel = CancellationToken::new();
    let first = u64::try_from(LAYERS[0]).expect("small");
    let stop = |done, _| {
        if done > first {
            cancel.cancel();
        }
    };
    let registry = world.registry.clone().cancelled_by(&cancel);
    let stopped = registry.push("worker", None, &image, &stop).await;
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    let before = world.requests();
    let again = registry.push("worker", None, &image, &|_, _| {}).await;
    assert!(matches!(again, Err(Error::Interrupted)), "{again:?}");
    assert_eq!(world.requests(), before, "nothing is asked any more");
    world.push(&image).await;
    let sent = world.asked(before);
    let parts = sent.iter().filter(|line| line.starts_with("PATCH")).count();
    assert_eq!(parts, 0, "the first layer is there: {sent:?}");
}

#[tokio::test]
async fn a_push_outlives_all_of_its_tokens() {
    let world = World::new().await;
    let image = world.image(&LAYERS);
    // Between any two parts all tokens, that of Entra among them, become too old.
    let wait = |_, _| world.time.advance(Duration::from_hours(4));
    let pushed = world.registry.push("worker", None, &image, &wait).await;
    pushed.expect("it is pushed");
    let traded = world.asked(0);
    let traded = traded
        .iter()
        .filter(|it| it.contains("/oauth2/exchange 200"));
    assert!(traded.count() > 3);
    assert!(world.has(&image).await);
}

#[tokio::test]
async fn a_busy_registry_is_asked_again() {
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
async fn whichever_answer_is_lost_the_push_comes_to_its_end() {
    const REQUESTS: u32 = 16;
    let lost = |n: u32| Fault::at(&format!("/v2/lost-{n}/"), What::Reset).after(n);
    let world = World::with(Script::new((0..REQUESTS).map(lost).collect())).await;
    let image = world.image(&LAYERS);
    for n in 0..REQUESTS {
        let before = world.requests();
        let repository = format!("lost-{n}");
        let pushed = world
            .registry
            .push(&repository, Some("v1"), &image, &|_, _| {});
        pushed
            .await
            .unwrap_or_else(|error| panic!("{n}: {error:?}"));
        let has = world.registry.has(&repository, image.digest()).await;
        assert!(has.expect("asked"), "{n}: {:?}", world.asked(before));
    }
}
