//! What a registry does not do, and what is said of it.

use std::time::Duration;

use azure::arm::ARRIVAL;
use azure::registry::Error;
use base::causes::in_one_line;

use super::fixture::World;
use crate::{Fault, Refusal, Script, What};

#[tokio::test]
async fn a_role_that_was_assigned_a_moment_ago_is_waited_for() {
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
async fn a_role_that_does_not_come_is_named() {
    let denied = Fault::at("/v2/worker/blobs/", What::registry_denied()).times(1000);
    let world = World::with(Script::new(vec![denied])).await;
    let start = world.clock.now();
    let image = world.image(&[1000]);
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("not allowed");
    assert_eq!(world.clock.now() - start, ARRIVAL);
    assert!(matches!(error, Error::Denied { .. }));
    let server = world.simulator.base_url.trim_start_matches("https://");
    let said = in_one_line(&error).replace(server, "REGISTRY");
    let said = said.replace(&image.blobs().next().expect("a blob").to_string(), "DIGEST");
    insta::assert_snapshot!(said, @"REGISTRY did not let us push images within 600 s: Azure answered 403 to HEAD /v2/worker/blobs/DIGEST: no error code");
    let hints = error.hints();
    insta::assert_snapshot!(hints[0].to_string(), @"ask for the role `AcrPush` on the registry; where it was given less than 5 minutes ago, run the same command again");
    assert!(!format!("{error:?}").contains("eyJ"), "no token is told");
}

#[tokio::test]
async fn a_registry_that_does_not_talk_to_this_address_is_not_waited_for() {
    let walled = Fault::at("/oauth2/exchange", What::registry_firewall());
    let world = World::with(Script::new(vec![walled])).await;
    let start = world.clock.now();
    let image = world.image(&[1000]);
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("not allowed");
    assert_eq!(world.clock.now(), start);
    assert!(matches!(error, Error::Firewall { .. }));
    insta::assert_snapshot!(error.hints()[0].to_string(), @"add this machine's public address to the networks that the registry talks to: `az acr network-rule add --name REGISTRY --ip-address ADDRESS`");
}

#[tokio::test]
async fn a_registry_that_forgets_an_upload_is_sent_it_again() {
    let forgotten = || {
        let message = "blob upload unknown to registry";
        What::Refused(Refusal::missing("BLOB_UPLOAD_UNKNOWN", message))
    };
    let uploads = "/v2/worker/blobs/uploads/";
    let faults = vec![
        Fault::at(uploads, forgotten()).method("PATCH").after(1),
        Fault::at(uploads, forgotten()).method("GET"),
        Fault::at(uploads, forgotten()).method("PUT"),
    ];
    let world = World::with(Script::new(faults)).await;
    let image = world.image(&[9 << 20]);
    world.push(&image).await;
    assert!(world.has(&image).await);
}

#[tokio::test]
async fn an_archive_that_has_changed_since_it_was_read_is_refused() {
    let world = World::new().await;
    let image = world.image(&[5 << 20]);
    let path = world.path("image.tar");
    let mut bytes = fs_err::read(&path).expect("there");
    bytes[2 << 20] ^= 1;
    fs_err::write(&path, bytes).expect("writable");
    let pushed = world
        .registry
        .push("worker", None, &image, &|_, _| {})
        .await;
    let error = pushed.expect_err("it is not what it was");
    let Error::Azure(error) = error else {
        panic!("{error:?}");
    };
    let fault = error.fault().expect("said").to_string();
    insta::assert_snapshot!(fault, @"DIGEST_INVALID: provided digest did not match uploaded content");
    assert!(!world.has(&image).await);
}

#[tokio::test]
async fn names_that_are_none_are_refused_before_anything_is_asked() {
    let world = World::new().await;
    let before = world.requests();
    let image = world.image(&[10]);
    let push = |repository, tag| world.registry.push(repository, tag, &image, &|_, _| {});
    let repository = push("Worker", None).await.expect_err("no repository");
    let tag = push("worker", Some("-v1")).await.expect_err("no tag");
    assert!(matches!(repository, Error::Reference { .. }));
    insta::assert_snapshot!(tag, @"`-v1` is no tag: up to 128 letters, digits and . _ -");
    assert_eq!(world.requests(), before);
}
