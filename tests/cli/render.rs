//! `render`.

use insta::{assert_snapshot, with_settings};
use serde_json::Value;
use support::world::World;

/// The objects of a stream of YAML documents.
fn in_yaml(text: &str) -> Vec<String> {
    let name = |document: &str| {
        let value = |key| document.lines().find_map(|line| line.strip_prefix(key));
        let (kind, name) = (value("kind: "), value("  name: "));
        format!("{}/{}", kind.expect("a kind"), name.expect("a name"))
    };
    text.split("---\n").skip(1).map(name).collect()
}

/// The objects of the groups in a JSON document.
fn in_json(document: &Value) -> Vec<String> {
    let groups = document["groups"].as_array().into_iter().flatten();
    let objects = groups.flat_map(|group| group["objects"].as_array().into_iter().flatten());
    let name = |object: &Value| {
        let (kind, name) = (&object["kind"], &object["metadata"]["name"]);
        format!(
            "{}/{}",
            kind.as_str().expect("a kind"),
            name.as_str().expect("a name")
        )
    };
    objects.map(name).collect()
}

#[test]
fn the_objects_of_a_cluster_are_printed_without_a_cluster() {
    let world = World::new();
    let line = "render -p simulated --backend k3d --set starter.mode=off";
    let run = world.run(line);
    assert_eq!(run.code, 0, "{run}");
    let names = in_yaml(&run.stdout);
    let json = world.run(&format!("{line} --output json")).json();
    assert_eq!(names, in_json(&json));
    with_settings!({filters => vec![("schema-[0-9a-f]{12}", "schema-[digest]")]}, {
        assert_snapshot!(names.join("\n"), @r"
    Namespace/temporal
    Secret/mysql
    ConfigMap/mysql-ca
    ConfigMap/dynamic-config
    NetworkPolicy/default-deny
    NetworkPolicy/name-resolution
    ServiceAccount/schema
    NetworkPolicy/schema
    Job/schema-[digest]
    ServiceAccount/temporal-frontend
    NetworkPolicy/temporal-frontend
    Service/temporal-frontend
    Deployment/temporal-frontend
    ServiceAccount/temporal-history
    NetworkPolicy/temporal-history
    Deployment/temporal-history
    ServiceAccount/temporal-matching
    NetworkPolicy/temporal-matching
    Deployment/temporal-matching
    ServiceAccount/temporal-worker
    NetworkPolicy/temporal-worker
    Deployment/temporal-worker
    ServiceAccount/web
    NetworkPolicy/web
    Service/web
    Deployment/web
    ServiceAccount/worker
    NetworkPolicy/worker
    Deployment/worker
    PodDisruptionBudget/worker
        ");
    });
    assert!(!world.path().join(".harness").exists(), "nothing was made");
}

#[test]
fn what_is_secret_and_what_only_a_machine_can_tell_is_not_shown() {
    let world = World::new();
    let rendered = world.run("render -p simulated --backend k3d").stdout;
    let bracketed: Vec<&str> = rendered
        .lines()
        .filter(|line| line.contains('<') && line.contains('>'))
        .map(str::trim)
        .collect();
    let mut once = bracketed.clone();
    once.sort_unstable();
    once.dedup();
    assert_snapshot!(once.join("\n"), @r"
    ca.pem: <the database's certificate>
    image: <the worker's image>
    password: <hidden>
    value: <the database's name on its network>
    ");
    let image = "worker.run={image: 'mine:1.0'}";
    let words = [
        "render",
        "-p",
        "simulated",
        "--backend",
        "k3d",
        "--set",
        image,
    ];
    let named = world.run_words(&words).stdout;
    assert!(named.contains("image: mine:1.0\n") && !named.contains("<the worker's image>"));
}

#[test]
fn what_does_not_run_in_a_cluster_has_no_objects() {
    let world = World::new();
    assert_snapshot!(world.run("render -p simulated"), @r"
    --- stderr
    error: profile `simulated` runs a model and has no Kubernetes objects
      hint: Name a profile of backend `k3d`, or add `--backend k3d`.
    --- exit 65
    ");
    assert_snapshot!(world.run("render -p simulated --backend process"), @r"
    --- stderr
    error: profile `simulated` runs processes and has no Kubernetes objects
      hint: Name a profile of backend `k3d`, or add `--backend k3d`.
    --- exit 65
    ");
}

#[test]
fn objects_are_validated_where_there_is_a_cluster() {
    let world = World::new();
    assert_snapshot!(world.run("render -p simulated --backend k3d --validate"), @"
    --- stderr
    error: there is no cluster
      hint: Run `harness up --profile simulated --backend k3d` first.
    --- exit 69
    ");
}
