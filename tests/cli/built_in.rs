//! The profiles and scenarios that are part of the program, in a folder that has none.

use insta::assert_snapshot;
use support::world::{SHORT, World};

#[test]
fn every_profile_and_scenario_of_the_project_is_built_in() {
    let names = |folder: &str| {
        let folder = testing::project().join(folder);
        let files = folder.read_dir_utf8().expect("the project has it");
        let mut names: Vec<String> = files
            .map(|file| file.expect("readable").into_path())
            .filter(|file| file.extension() == Some("yaml"))
            .filter_map(|file| Some(file.file_stem()?.to_owned()))
            .collect();
        names.sort();
        names
    };
    let profiles: Vec<&str> = model::profile::BUILT_IN.names().collect();
    assert_eq!(profiles, names("profiles"));
    let scenarios: Vec<&str> = scenario::BUILT_IN.names().collect();
    assert_eq!(scenarios, names("scenarios"));
}

#[test]
fn an_empty_folder_has_the_built_in_profiles() {
    let world = World::empty();
    assert_snapshot!(world.run("profile list"), @"
    azure (built-in azure.yaml)
      AKS and Azure Database for MySQL in West Europe

    azure-seed (built-in azure-seed.yaml)
      The AKS topology of mikhailshilkov/temporal-samples

    base (built-in base.yaml)
      Temporal on MySQL with the example worker, one replica of each server role

    existing (built-in existing.yaml)
      A Temporal cluster that exists already, with workers on this machine

    k3d (built-in k3d.yaml)
      One Deployment per role in a local Kubernetes cluster, MySQL in a container outside it

    local (built-in local.yaml)
      k3d if this machine can run it, else child processes

    server (built-in server.yaml)
      One temporal-server process per role and replica, with MySQL in a container
    --- exit 0
    ");
    let show = world.run("profile show azure");
    assert_eq!(show.code, 0, "{show}");
    let head: Vec<&str> = show.stdout.lines().take(6).collect();
    assert_snapshot!(head.join("\n"), @r#"
    apiVersion: harness/v1                            # built-in azure.yaml:5
    kind: Profile                                     # built-in azure.yaml:6
    name: azure                                       # built-in azure.yaml:7
    description: "AKS and Azure Database for MySQL in West Europe"  # built-in azure.yaml:9
    temporal:
      version: 1.32.0                                 # built-in base.yaml:11
    "#);
    let up = world.run("up --local --backend simulated");
    assert_eq!(up.code, 0, "{up}");
    let status = world.run("status");
    assert_eq!(status.code, 0, "{status}");
    let first = status.stdout.lines().next();
    assert_eq!(first, Some("profile local (built-in local.yaml)"));
    let status = world.run("status --output json").json();
    assert_eq!(status["built-in"], "local", "{status:#}");
}

#[test]
fn an_empty_folder_has_the_built_in_scenarios() {
    let world = World::empty();
    assert_snapshot!(world.run("test --list --backend simulated"), @"
    history-crash (built-in history-crash.yaml)
      Kills Temporal's history service under load; no workflow is lost or has a wrong result
      cannot run here: fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend simulated with engine model

    mix (built-in mix.yaml)
      Runs every canary workflow of the example worker; every reply and result is right

    ramp (built-in ramp.yaml)
      Raises the arrival rate of hello world, holds it and lowers it; a slow machine keeps up

    smoke (built-in smoke.yaml)
      Runs hello world at a constant concurrency; every result is right

    steady (built-in steady.yaml)
      Runs hello world at a constant arrival rate; a slow machine meets its thresholds

    worker-crash (built-in worker-crash.yaml)
      Kills and restarts the worker under load; no workflow is lost or has a wrong result
    --- exit 0
    ");
    let json = world
        .run("test --list --backend simulated --output json")
        .json();
    assert_eq!(json[1]["built-in"], "mix", "{json:#}");
    let named = world.run("test smoke --list --backend simulated");
    assert!(
        named.stdout.starts_with("smoke (built-in smoke.yaml)\n"),
        "{named}"
    );
    assert_snapshot!(world.run("test smok --backend simulated"), @"
    --- stderr
    error: there is no scenario `smok`, neither in `scenarios` nor built in; did you mean `smoke`?
    --- exit 65
    ");
}

#[test]
fn a_file_comes_before_what_is_built_in() {
    let world = World::empty();
    world.write(
        "profiles/base.yaml",
        "apiVersion: harness/v1\nkind: Profile\nname: base\nextends: base\nworker: {replicas: 7}\n",
    );
    world.write(
        "profiles/broken.yaml",
        "apiVersion: harness/v1\nkind: Profile\nname: broken\nwhat: 1\n",
    );
    let list = world.run("profile list");
    assert_snapshot!(list, @"
    azure (built-in azure.yaml)
      AKS and Azure Database for MySQL in West Europe

    azure-seed (built-in azure-seed.yaml)
      The AKS topology of mikhailshilkov/temporal-samples

    base (profiles/base.yaml)

    broken (profiles/broken.yaml)
      profiles/broken.yaml:4:1: unknown key `what`; expected `apiVersion`, `kind`, `name`, `extends`, `description`, `temporal`, `database`, `web`, `worker`, `workers`, `starter`, `backend` or `promotion`

    existing (built-in existing.yaml)
      A Temporal cluster that exists already, with workers on this machine

    k3d (built-in k3d.yaml)
      One Deployment per role in a local Kubernetes cluster, MySQL in a container outside it

    local (built-in local.yaml)
      k3d if this machine can run it, else child processes

    server (built-in server.yaml)
      One temporal-server process per role and replica, with MySQL in a container
    --- exit 0
    ");
    let show = world.run("profile show k3d --output json").json();
    let values = show["values"].as_array().expect("a list");
    let replicas = values.iter().find(|it| it["key"] == "worker.replicas");
    assert_snapshot!(format!("{:#}", replicas.expect("it is there")), @r#"
    {
      "key": "worker.replicas",
      "origin": {
        "document": {
          "file": "profiles/base.yaml",
          "line": 5
        }
      },
      "value": 7
    }
    "#);
    world.write("scenarios/smoke.yaml", support::world::SHORT);
    let list = world.run("test smoke --list --backend simulated");
    assert!(
        list.stdout.starts_with("short (scenarios/smoke.yaml)\n"),
        "{list}"
    );
    let list = world
        .run("test --list --backend simulated --output json")
        .json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list:#}");
}

#[test]
fn a_profile_requires_scenarios_by_name_or_by_file() {
    let world = World::empty();
    let plan = world.run("plan -p azure --rehearse");
    assert!(
        plan.stdout
            .contains("gate: smoke: never run; `harness test smoke --profile k3d` runs it"),
        "{plan}"
    );
    let wrong = world.run("plan -p azure --rehearse --set promotion.require=[smok]");
    assert_snapshot!(wrong, @"
    --- stderr
    error: there is no scenario `smok`, neither in `scenarios` nor built in; did you mean `smoke`?
      hint: Correct the scenario, or the profile's `promotion.require`.
    --- exit 65
    ");
}

#[test]
fn a_built_in_scenario_is_skipped_where_it_does_not_fit_the_workers() {
    let world = World::empty();
    world.write(
        "profiles/shop.yaml",
        "apiVersion: harness/v1\nkind: Profile\nname: shop\nextends: local\n\
         workers: {orders: {task-queue: orders}, mail: {task-queue: mail}}\n\
         starter: {mode: off}\n",
    );
    assert_snapshot!(world.run("test -p shop --list --backend simulated"), @"
    history-crash (built-in history-crash.yaml)
      Kills Temporal's history service under load; no workflow is lost or has a wrong result
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`

    mix (built-in mix.yaml)
      Runs every canary workflow of the example worker; every reply and result is right
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`

    ramp (built-in ramp.yaml)
      Raises the arrival rate of hello world, holds it and lowers it; a slow machine keeps up
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`

    smoke (built-in smoke.yaml)
      Runs hello world at a constant concurrency; every result is right
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`

    steady (built-in steady.yaml)
      Runs hello world at a constant arrival rate; a slow machine meets its thresholds
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`

    worker-crash (built-in worker-crash.yaml)
      Kills and restarts the worker under load; no workflow is lost or has a wrong result
      cannot run here: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`
    --- exit 0
    ");
    // A file of one's own is at fault itself.
    world.write("scenarios/short.yaml", SHORT);
    let own = world.run("test -p shop --backend simulated");
    assert_eq!(own.code, 65, "{own}");
    let error = "error: scenarios/short.yaml:";
    assert!(own.stderr.contains(error), "{own}");
    assert!(own.stderr.contains(": `task-queue` is missing"), "{own}");
}
