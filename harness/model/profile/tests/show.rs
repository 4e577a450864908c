//! Profiles that are shown with the origin of every value.

use super::fixture::{load, read};
use crate::profile::BUILT_IN;

#[test]
fn every_value_has_its_origin() {
    let text = "\
apiVersion: harness/v1
kind: Profile
name: mine
extends: local
worker:
  replicas: 3
  environment:
    GREETING: 'no'
temporal:
  dynamic-config:
    frontend.RPS: 10
";
    let sets = ["worker.task-queue=orders", "web.port=8080"];
    let read = read(&[("mine.yaml", text)], "mine", &sets).expect("valid documents");
    insta::assert_snapshot!(read.show().expect("a valid profile"), @r#"
    apiVersion: harness/v1                            # profiles/mine.yaml:1
    kind: Profile                                     # profiles/mine.yaml:2
    name: mine                                        # profiles/mine.yaml:3
    temporal:
      version: 1.32.0                                 # built-in base.yaml:11
      history-shards: 4                               # built-in base.yaml:12
      roles:
        frontend:
          replicas: 1                                 # built-in base.yaml:14
        history:
          replicas: 1                                 # built-in base.yaml:15
        matching:
          replicas: 1                                 # built-in base.yaml:16
        worker:
          replicas: 1                                 # built-in base.yaml:17
      namespaces: [{"name":"default","retention":"3d"}]  # built-in base.yaml:18
      dynamic-config:
        frontend.rps: 10                              # profiles/mine.yaml:11
      ready-timeout: 3m                               # default
    database:
      mysql:
        version: "8.4"                                # built-in base.yaml:23
        max-connections: 500                          # built-in base.yaml:24
        tls: required                                 # built-in base.yaml:25
        ready-timeout: 3m                             # default
    web:
      version: 2.54.1                                 # built-in base.yaml:28
      port: 8080                                      # --set web.port=8080
      ready-timeout: 3m                               # default
    worker:
      replicas: 3                                     # profiles/mine.yaml:6
      task-queue: orders                              # --set worker.task-queue=orders
      run: built-in                                   # built-in base.yaml:33
      environment:
        GREETING: "no"                                # profiles/mine.yaml:8
      ready-timeout: 3m                               # default
      termination-grace-period: 30s                   # default
    starter:
      mode: in-worker                                 # built-in base.yaml:36
    backend:
      local:
        k3d:
          servers: 1                                  # built-in local.yaml:14
          agents: 0                                   # built-in local.yaml:14
          kubernetes: 1.34.3-k3s1                     # default
        process:
          engine:
            dev-server: {}                            # built-in local.yaml:15
    promotion:
      require: []                                     # default
      max-age: 1d                                     # default
    "#);
}

#[test]
fn a_value_of_a_choice_that_another_layer_replaced_is_the_default() {
    let head = "apiVersion: harness/v1\nkind: Profile\n";
    let first = format!("{head}name: first\nextends: base\nbackend: {{k3d: {{agents: 2}}}}\n");
    let second = format!("{head}name: second\nextends: first\nbackend: {{process: {{}}}}\n");
    let third = format!("{head}name: third\nextends: second\nbackend: {{k3d: {{servers: 3}}}}\n");
    let files = [
        ("first.yaml", &*first),
        ("second.yaml", &*second),
        ("third.yaml", &*third),
    ];
    let read = read(&files, "third", &[]).expect("valid documents");
    let shown = read.show().expect("a valid profile");
    let of_k3d = shown
        .entries
        .iter()
        .filter(|entry| entry.path[0] == "backend");
    let origins: Vec<String> = of_k3d
        .map(|entry| format!("{} {}", entry.path.join("."), entry.origin))
        .collect();
    assert_eq!(
        origins,
        [
            "backend.k3d.servers profiles/third.yaml:5",
            "backend.k3d.agents default",
            "backend.k3d.kubernetes default",
        ]
    );
}

#[test]
fn a_built_in_profile_that_is_shown_is_the_same_profile() {
    for name in BUILT_IN.names() {
        if name == "base" {
            continue;
        }
        let read = read(&[], name, &[]).expect("valid documents");
        let shown = read.show().expect("a valid profile").to_string();
        let again = load(&[("shown.yaml", &shown)], "shown", &[]).expect("a valid profile");
        assert_eq!(again, read.resolve().expect("a valid profile"), "{shown}");
    }
}
