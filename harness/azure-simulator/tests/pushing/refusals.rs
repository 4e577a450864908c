//! Refusals of a registry, and their errors.

use std::time::Duration;

use azure::arm::PROPAGATION_TIME;
use azure::registry::Error;
use base::causes::in_one_line;

use super::fixture::World;
use crate::{Fault, Refusal, Script, What};

#[tokio::test]
async fn a_push_waits_for_a_new_role_assignment() {
    let denied = |path| Fault::at(path, What::registry_denied());
    let faults = vec![
        denied("/oauth2/exchange").times(2),
        denied("/oauth2/token").times(3),
        denied("/v2/worker/blobs/uploads/").times(12),
    ];
    let world = World::with(Script::new(faults)).await;
    let start = world.clock.now();
    world.push(&world.image(&[1000])).await;
    let waited = world.clock.now() - start;
    assert!(waited > Duration::from_mins(2), "{waited:?}");
}

#[tokio::test]
async fn the_error_names_the_missing_role() {
    let denied = Fault::at("/v2/worker/blobs/", What::registry_denied()).times(1000);
    let world = World::with(Script::new(vec![denied])).await;
    let start = world.clock.now();
    let image = world.image(&[1000]);
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("not allowed");
    assert_eq!(world.clock.now() - start, PROPAGATION_TIME);
    assert!(matches!(error, Error::Denied { .. }));
    let server = world.simulator.base_url.trim_start_matches("https://");
    let line = in_one_line(&error).replace(server, "REGISTRY");
    let line = line.replace(&image.blobs().next().expect("a blob").to_string(), "DIGEST");
    insta::assert_snapshot!(line, @"REGISTRY denied permission to push images for 600 s: Azure answered 403 to HEAD /v2/worker/blobs/DIGEST: no error code");
    let hints = error.hints();
    insta::assert_snapshot!(hints[0].to_string(), @"Ask for the role `AcrPush` on the registry. If you got it less than 5 minutes ago, run the same command again.");
    assert!(
        !format!("{error:?}").contains("eyJ"),
        "the error contains no token"
    );
}

#[tokio::test]
async fn a_push_does_not_wait_for_a_registry_that_blocks_this_address() {
    let blocked = Fault::at("/oauth2/exchange", What::registry_firewall());
    let world = World::with(Script::new(vec![blocked])).await;
    let start = world.clock.now();
    let image = world.image(&[1000]);
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("not allowed");
    assert_eq!(world.clock.now(), start);
    assert!(matches!(error, Error::Firewall { .. }));
    insta::assert_snapshot!(error.hints()[0].to_string(), @"Add this machine's public address to the firewall of the registry: `az acr network-rule add --name REGISTRY --ip-address ADDRESS`.");
}

#[tokio::test]
async fn a_lost_upload_is_sent_again() {
    let unknown_upload = || {
        let message = "blob upload unknown to registry";
        What::Refused(Refusal::missing("BLOB_UPLOAD_UNKNOWN", message))
    };
    let uploads = "/v2/worker/blobs/uploads/";
    let faults = vec![
        Fault::at(uploads, unknown_upload())
            .method("PATCH")
            .after(1),
        Fault::at(uploads, unknown_upload()).method("GET"),
        Fault::at(uploads, unknown_upload()).method("PUT"),
    ];
    let world = World::with(Script::new(faults)).await;
    let image = world.image(&[9 << 20]);
    world.push(&image).await;
    assert!(world.has(&image).await);
}

#[tokio::test]
async fn an_archive_that_changed_after_it_was_read_is_refused() {
    let world = World::new().await;
    let image = world.image(&[5 << 20]);
    let path = world.path("image.tar");
    let mut bytes = fs_err::read(&path).expect("the file exists");
    bytes[2 << 20] ^= 1;
    fs_err::write(&path, bytes).expect("writable");
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("the archive has changed");
    let Error::Azure(error) = error else {
        panic!("{error:?}");
    };
    let fault = error.detail().expect("an error code").to_string();
    insta::assert_snapshot!(fault, @"DIGEST_INVALID: provided digest did not match uploaded content");
    assert!(!world.has(&image).await);
}

#[tokio::test]
async fn invalid_names_are_refused_before_any_request() {
    let world = World::new().await;
    let before = world.request_count();
    let image = world.image(&[10]);
    let push = |repository, tag| world.registry.push(repository, tag, &image, &|_, _| {});
    let repository = push("Worker", None).await.expect_err("no repository");
    let tag = push("worker", Some("-v1")).await.expect_err("no tag");
    assert!(matches!(repository, Error::Reference { .. }));
    insta::assert_snapshot!(tag, @"`-v1` is not a tag: expected up to 128 letters, digits and . _ -");
    assert_eq!(world.request_count(), before);
}
