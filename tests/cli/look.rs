//! The verbs that only look: `status`, `logs`, `open`, `doctor`.

use insta::assert_snapshot;
use support::world::World;

#[test]
fn status_shows_what_runs_and_where() {
    assert_snapshot!(World::up().run("status -p simulated"), @"
    profile simulated (profiles/simulated.yaml)

    RESOURCE                     STATE
    replica/mysql-0              ready
    replica/temporal-frontend-0  ready
    replica/temporal-history-0   ready
    replica/temporal-matching-0  ready
    replica/temporal-worker-0    ready
    replica/web-0                ready
    replica/worker-0             ready
    replica/worker-1             ready

    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015
    --- exit 0
    ");
}

#[test]
fn status_of_nothing_says_so() {
    assert_snapshot!(World::new().run("status -p simulated"), @"
    profile simulated (profiles/simulated.yaml): nothing is up
    --- exit 69
    ");
}

#[test]
fn status_as_json_has_every_address() {
    let world = World::new();
    world.run("up -p simulated --set worker.replicas=1");
    let json = world.run("status -p simulated --output json").json();
    assert_snapshot!(format!("{:#}", json["resources"][0]), @r#"
    {
      "id": "replica/mysql-0",
      "reason": null,
      "state": "ready"
    }
    "#);
    assert_snapshot!(format!("{:#}", json["endpoints"][0]), @r#"
    {
      "address": "127.0.0.1:20000",
      "port": "mysql",
      "replica": "mysql-0",
      "service": "mysql",
      "wanted": null
    }
    "#);
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["endpoints", "file", "place", "profile", "resources"]);
}

#[test]
fn status_tells_what_is_dead() {
    let world = World::up();
    let file = world.state().join("run/simulated.json");
    let text = fs_err::read_to_string(&file).expect("the model is there");
    fs_err::write(
        &file,
        text.replacen(r#""alive":true"#, r#""alive":false"#, 1),
    )
    .expect("the model can be changed");
    assert_snapshot!(world.run("status -p simulated"), @"
    profile simulated (profiles/simulated.yaml)

    RESOURCE                     STATE
    replica/mysql-0              dead   the model marks it as dead
    replica/temporal-frontend-0  ready
    replica/temporal-history-0   ready
    replica/temporal-matching-0  ready
    replica/temporal-worker-0    ready
    replica/web-0                ready
    replica/worker-0             ready
    replica/worker-1             ready

    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015
    --- exit 69
    ");
    assert_snapshot!(world.run("up -p simulated").stderr, @"
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … replace replica/mysql-0: the model marks it as dead
    ✓ replace replica/mysql-0: done in [time]
    ");
}

#[test]
fn logs_are_shown_with_the_replica_that_wrote_them() {
    assert_snapshot!(World::up().run("logs -p simulated worker web-0"), @"
    web-0 | create replica/web-0
    worker-0 | create replica/worker-0
    worker-1 | create replica/worker-1
    --- exit 0
    ");
}

#[test]
fn only_the_last_lines_of_a_log_are_shown() {
    let world = World::up();
    world.write(".harness/simulated/logs/web-0.log", "one\ntwo\nthree\n");
    assert_snapshot!(world.run("logs -p simulated -n 2 web"), @"
    web-0 | two
    web-0 | three
    --- exit 0
    ");
}

#[test]
fn logs_of_an_unknown_service_name_those_there_are() {
    assert_snapshot!(World::up().run("logs -p simulated wrker"), @"
    --- stderr
    error: no log of `wrker` exists
      hint: Name one of: mysql-0, temporal-frontend-0, temporal-history-0, temporal-matching-0, temporal-worker-0, web-0, worker-0, worker-1.
    --- exit 64
    ");
}

#[test]
fn logs_of_nothing_say_what_to_do() {
    assert_snapshot!(World::new().run("logs -p simulated"), @"
    --- stderr
    error: nothing is up
      hint: Run `harness up --profile simulated` first.
    --- exit 69
    ");
}

#[test]
fn what_a_hint_tells_to_run_is_about_the_same_folder_profile_and_settings() {
    let world = World::new();
    let line = "-C . logs -p simulated --set worker.environment.A=$HOME";
    assert_snapshot!(world.run(line), @"
    --- stderr
    error: nothing is up
      hint: Run `harness up -C . --profile simulated --set 'worker.environment.A=$HOME'` first.
    --- exit 69
    ");
    let json = world.run(&format!("{line} --output json")).json();
    let words = "harness up -C . --profile simulated --set worker.environment.A=$HOME";
    let words: Vec<&str> = words.split(' ').collect();
    assert_eq!(json["hints"][0]["commands"], serde_json::json!([words]));
}

#[test]
fn logs_as_json_have_an_end() {
    let world = World::up();
    let json = world.run("logs -p simulated worker-0 --output json").json();
    assert_eq!(json["logs"][0]["lines"][0], "create replica/worker-0");
    assert_snapshot!(world.run("logs -p simulated -f --output json").stderr, @"
    error: `--follow` cannot be combined with `--output json`
      hint: Omit `--follow` or `--output json`.
    ");
}

#[test]
fn open_prints_the_address() {
    let world = World::up();
    assert_snapshot!(world.run("open -p simulated starter --print"), @"
    http://127.0.0.1:20015/sync
    --- exit 0
    ");
    assert_snapshot!(world.run("open -p simulated web"), @"
    http://127.0.0.1:20014/
    --- stderr
    could not start a browser; open the address yourself
    --- exit 0
    ");
}

#[test]
fn open_of_what_is_not_up_says_what_to_do() {
    assert_snapshot!(World::new().run("open -p simulated web"), @"
    --- stderr
    error: `web` is not up
      hint: Run `harness up --profile simulated` first.
    --- exit 69
    ");
}

#[test]
fn doctor_names_every_check_with_its_status_and_its_fix() {
    let json = World::new().run("doctor -p simulated --output json").json();
    let checks = json["checks"].as_array().expect("a list");
    assert!(checks.len() > 3, "{json:#}");
    for check in checks {
        let object = check.as_object().expect("an object");
        let keys: Vec<&String> = object.keys().collect();
        assert_eq!(keys, ["enables", "fix", "found", "name", "status"]);
        let status = check["status"].as_str().expect("text");
        assert!(["ok", "missing", "broken"].contains(&status), "{status}");
        assert_eq!(check["fix"].is_null(), status == "ok", "{check:#}");
    }
}
