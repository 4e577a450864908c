//! Existing clusters in profiles: whole error texts, defaults, and the addresses of this machine.

use proptest::prelude::*;

use super::{Existing, FrontendAddress, RateLimit, arbitrary};
use crate::profile::tests::{load, read, wrong};
use crate::profile::{Backend, Profile};
use crate::topology::SecretSource;

fn existing(profile: &Profile) -> &Existing {
    match &profile.backend {
        Backend::Existing(existing) => existing,
        other => panic!("backend {}", other.kind()),
    }
}

fn with(sets: &[&str]) -> Profile {
    load(&[], "existing", sets).expect("a valid profile")
}

#[test]
fn the_limit_and_the_namespace_have_defaults() {
    let here = with(&[]);
    assert_eq!(existing(&here).address.as_str(), "127.0.0.1:7233");
    assert_eq!(existing(&here).namespace, "default");
    // It may be a port forward to a cluster of other people.
    assert_eq!(existing(&here).rate_limit.per_second(), Some(50));
    assert!(existing(&here).may_be_used());
    assert_eq!(existing(&here).tls, None);

    let away = with(&[
        "backend.existing.address=temporal.example:7233",
        "temporal.namespaces=[{name: orders}, {name: other}]",
    ]);
    assert_eq!(existing(&away).namespace, "orders");
    assert_eq!(existing(&away).rate_limit.per_second(), Some(50));
    assert!(!existing(&away).may_be_used());
    let lifted = "backend.existing={address: a:1, rate-limit: unlimited, allow-load: true}";
    let lifted = with(&[lifted]);
    assert_eq!(existing(&lifted).rate_limit, RateLimit::Unlimited);
    assert!(existing(&lifted).may_be_used());
}

#[test]
fn the_namespace_of_the_cluster_is_that_of_the_topology_and_not_of_the_digest() {
    let one = with(&[]);
    let other = with(&["backend.existing.namespace=orders"]);
    assert_eq!(other.topology().main_namespace(), "orders");
    assert_eq!(other.topology().temporal.namespaces.len(), 1);
    assert_eq!(one.digest(), other.digest());
    assert_eq!(other.topology().digest, other.digest());
}

#[test]
fn an_api_key_implies_tls_and_a_layer_replaces_its_place() {
    let file = with(&["backend.existing.api-key-file=secrets/key"]);
    assert!(existing(&file).tls.is_some());
    let both = with(&[
        "backend.existing.api-key-file=secrets/key",
        "backend.existing.api-key-variable=ORDERS_KEY",
    ]);
    let expected = SecretSource::SecretVariable("ORDERS_KEY".to_owned());
    assert_eq!(existing(&both).api_key, Some(expected));
}

#[test]
fn only_addresses_of_the_loopback_are_on_this_machine() {
    let address = |text: &str| text.parse::<FrontendAddress>().expect("an address");
    for here in [
        "localhost:1",
        "LOCALHOST:1",
        "127.0.0.1:1",
        "127.255.0.9:1",
        "[::1]:1",
    ] {
        assert!(address(here).is_loopback(), "{here}");
    }
    for away in [
        "128.0.0.1:1",
        "0.0.0.0:1",
        "[::2]:1",
        "localhost.example:1",
        "my-localhost:1",
    ] {
        assert!(!address(away).is_loopback(), "{away}");
    }
    for none in [
        "",
        "a",
        "a:",
        ":1",
        "a:0",
        "a:65536",
        "a:+1",
        "http://a:1",
        "::1:1",
        "[a]:1",
        "a b:1",
        "-a:1",
        "a/b:1",
        "user@a:1",
    ] {
        assert!(none.parse::<FrontendAddress>().is_err(), "{none}");
    }
}

#[test]
fn a_wrong_value_is_reported_with_its_line() {
    let existing = |text: &str| {
        wrong(
            &format!("extends: base\nbackend:\n  existing:\n{text}"),
            &[],
        )
    };
    let errors = [
        existing("    namespace: orders"),
        existing("    address: https://temporal.example:7233"),
        existing("    address: a:1\n    tls: {cert: a.pem}"),
        existing("    address: a:1\n    tls:\n      key: a.key"),
        existing("    address: a:1\n    api-key-file: a\n    api-key-variable: B"),
        existing("    address: a:1\n    rate-limit: 0"),
        existing("    address: a:1\n    rate-limit: none"),
        existing("    address: a:1\nworker:\n  replicas: 1001"),
        wrong(
            "extends: base\nbackend: {process: {}}\nworker:\n  replicas: 0",
            &[],
        ),
    ];
    insta::assert_snapshot!(errors.join("\n---\n"), @"
    profiles/dev.yaml:1:1: key `backend.existing.address` is missing here and in the extended profiles (built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ---
    profiles/dev.yaml:7:14: `https://temporal.example:7233` is not the address of a Temporal frontend (`HOST:PORT`, such as `temporal.example:7233`)
      |
    7 |     address: https://temporal.example:7233
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ---
    profiles/dev.yaml:8:17: `cert` needs the private key of the certificate; set `tls.key` too
      |
    8 |     tls: {cert: a.pem}
      |                 ^^^^^
    ---
    profiles/dev.yaml:9:12: `key` needs its certificate; set `tls.cert` too
      |
    9 |       key: a.key
      |            ^^^^^
    ---
    profiles/dev.yaml:9:23: `api-key-file` and `api-key-variable` both name the API key; set only one
      |
    9 |     api-key-variable: B
      |                       ^
    ---
    profiles/dev.yaml:8:17: expected a whole number from 1 to 1000000 or `unlimited`, found `0`
      |
    8 |     rate-limit: 0
      |                 ^
    ---
    profiles/dev.yaml:8:17: expected a whole number from 1 to 1000000 or `unlimited`, found `none`
      |
    8 |     rate-limit: none
      |                 ^^^^
    ---
    profiles/dev.yaml:9:13: expected a whole number from 0 to 1000, found `1001`
      |
    9 |   replicas: 1001
      |             ^^^^
    ---
    profiles/dev.yaml:7:13: 0 replicas of a worker need backend `existing`, where somebody else can run the worker; backend `process` needs at least 1
      |
    7 |   replicas: 0
      |             ^
    ");
}

#[test]
fn somebody_else_may_run_the_worker_of_an_existing_cluster() {
    let profile = with(&["worker.replicas=0"]);
    assert_eq!(profile.backend_conflict(), None);
    let elsewhere = Profile {
        backend: Backend::Simulated,
        ..profile
    };
    insta::assert_snapshot!(elsewhere.backend_conflict().expect("a reason"), @"0 replicas of a worker need backend `existing`, where somebody else can run the worker; backend `simulated` needs at least 1");
}

proptest! {
    #[test]
    fn a_cluster_that_is_shown_is_the_same_cluster(written in arbitrary::existing()) {
        let set = format!("backend={}", serde_json::json!({"existing": written}));
        let read = read(&[], "existing", &[&set])?;
        let profile = read.resolve()?;
        let shown = read.show()?.to_string();
        let again = load(&[("any.yaml", &shown)], "any", &[])?;
        prop_assert_eq!(again, profile, "{}", shown);
    }
}
