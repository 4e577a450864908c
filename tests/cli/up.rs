//! `up`.

use insta::assert_snapshot;
use serde_json::Value;
use support::world::World;

#[test]
fn the_first_up_creates_everything_and_says_what_to_do_next() {
    assert_snapshot!(World::new().run("up -p simulated"), @"
    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015

    everything is up: 8 created
    try:
      curl 'http://127.0.0.1:20015/sync?name=Ada'
      curl 'http://127.0.0.1:20015/async?name=Grace'
    then:
      harness status --profile simulated
      harness logs -f worker --profile simulated
      harness open web --profile simulated
      harness down --profile simulated
    --- stderr
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … create replica/mysql-0: does not exist yet
    ✓ create replica/mysql-0: done in [time]
    … create replica/temporal-frontend-0: does not exist yet
    ✓ create replica/temporal-frontend-0: done in [time]
    … create replica/temporal-history-0: does not exist yet
    ✓ create replica/temporal-history-0: done in [time]
    … create replica/temporal-matching-0: does not exist yet
    ✓ create replica/temporal-matching-0: done in [time]
    … create replica/temporal-worker-0: does not exist yet
    ✓ create replica/temporal-worker-0: done in [time]
    … create replica/web-0: does not exist yet
    ✓ create replica/web-0: done in [time]
    … create replica/worker-0: does not exist yet
    ✓ create replica/worker-0: done in [time]
    … create replica/worker-1: does not exist yet
    ✓ create replica/worker-1: done in [time]
    --- exit 0
    ");
}

#[test]
fn up_again_changes_nothing() {
    assert_snapshot!(World::up().run("up -p simulated"), @"
    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015

    everything was already up
    try:
      curl 'http://127.0.0.1:20015/sync?name=Ada'
      curl 'http://127.0.0.1:20015/async?name=Grace'
    then:
      harness status --profile simulated
      harness logs -f worker --profile simulated
      harness open web --profile simulated
      harness down --profile simulated
    --- stderr
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    --- exit 0
    ");
}

#[test]
fn up_with_more_replicas_creates_only_those() {
    assert_snapshot!(World::up().run("up -p simulated --set worker.replicas=3"), @"
    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015

    everything is up: 1 created
    try:
      curl 'http://127.0.0.1:20015/sync?name=Ada'
      curl 'http://127.0.0.1:20015/async?name=Grace'
    then:
      harness status --profile simulated --set worker.replicas=3
      harness logs -f worker --profile simulated --set worker.replicas=3
      harness open web --profile simulated --set worker.replicas=3
      harness down --profile simulated --set worker.replicas=3
    --- stderr
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … create replica/worker-2: does not exist yet
    ✓ create replica/worker-2: done in [time]
    --- exit 0
    ");
}

#[test]
fn up_with_fewer_replicas_removes_the_others() {
    let world = World::new();
    world.run("up -p simulated --set worker.replicas=3");
    assert_snapshot!(world.run("up -p simulated --set worker.replicas=1"), @"
    ENDPOINT  ADDRESS
    frontend  127.0.0.1:20001
    web       http://127.0.0.1:20014
    starter   http://127.0.0.1:20015

    everything is up: 2 removed
    try:
      curl 'http://127.0.0.1:20015/sync?name=Ada'
      curl 'http://127.0.0.1:20015/async?name=Grace'
    then:
      harness status --profile simulated --set worker.replicas=1
      harness logs -f worker --profile simulated --set worker.replicas=1
      harness open web --profile simulated --set worker.replicas=1
      harness down --profile simulated --set worker.replicas=1
    --- stderr
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … remove replica/worker-1: no longer needed
    ✓ remove replica/worker-1: done in [time]
    … remove replica/worker-2: no longer needed
    ✓ remove replica/worker-2: done in [time]
    --- exit 0
    ");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let world = World::new();
    assert_snapshot!(world.run("up -p simulated --dry-run"), @"
    ACTION  RESOURCE                     REASON
    create  replica/mysql-0              does not exist yet
    create  replica/temporal-frontend-0  does not exist yet
    create  replica/temporal-history-0   does not exist yet
    create  replica/temporal-matching-0  does not exist yet
    create  replica/temporal-worker-0    does not exist yet
    create  replica/web-0                does not exist yet
    create  replica/worker-0             does not exist yet
    create  replica/worker-1             does not exist yet
    --- exit 0
    ");
    assert!(!world.state().exists());
}

/// The output of `up --output json` when everything is already up.
fn up_as_json() -> Value {
    World::up().run("up -p simulated --output json").json()
}

/// The items of a list, one per line.
fn rows(list: &Value) -> String {
    let rows = list.as_array().expect("a list").iter();
    rows.map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn up_as_json_has_the_address_of_every_port() {
    assert_snapshot!(rows(&up_as_json()["endpoints"]), @r#"
    {"address":"127.0.0.1:20000","port":"mysql","replica":"mysql-0","service":"mysql","wanted":null}
    {"address":"127.0.0.1:20001","port":"grpc","replica":"temporal-frontend-0","service":"temporal-frontend","wanted":null}
    {"address":"127.0.0.1:20002","port":"http","replica":"temporal-frontend-0","service":"temporal-frontend","wanted":null}
    {"address":"127.0.0.1:20003","port":"membership","replica":"temporal-frontend-0","service":"temporal-frontend","wanted":null}
    {"address":"127.0.0.1:20004","port":"metrics","replica":"temporal-frontend-0","service":"temporal-frontend","wanted":null}
    {"address":"127.0.0.1:20005","port":"grpc","replica":"temporal-history-0","service":"temporal-history","wanted":null}
    {"address":"127.0.0.1:20006","port":"membership","replica":"temporal-history-0","service":"temporal-history","wanted":null}
    {"address":"127.0.0.1:20007","port":"metrics","replica":"temporal-history-0","service":"temporal-history","wanted":null}
    {"address":"127.0.0.1:20008","port":"grpc","replica":"temporal-matching-0","service":"temporal-matching","wanted":null}
    {"address":"127.0.0.1:20009","port":"membership","replica":"temporal-matching-0","service":"temporal-matching","wanted":null}
    {"address":"127.0.0.1:20010","port":"metrics","replica":"temporal-matching-0","service":"temporal-matching","wanted":null}
    {"address":"127.0.0.1:20011","port":"grpc","replica":"temporal-worker-0","service":"temporal-worker","wanted":null}
    {"address":"127.0.0.1:20012","port":"membership","replica":"temporal-worker-0","service":"temporal-worker","wanted":null}
    {"address":"127.0.0.1:20013","port":"metrics","replica":"temporal-worker-0","service":"temporal-worker","wanted":null}
    {"address":"127.0.0.1:20014","port":"http","replica":"web-0","service":"web","wanted":null}
    {"address":"127.0.0.1:20015","port":"starter","replica":"worker-0","service":"worker","wanted":null}
    "#);
}

#[test]
fn up_as_json_has_the_steps_of_the_plan() {
    assert_snapshot!(rows(&up_as_json()["plan"]["steps"]), @r#"
    {"action":"keep","after":[],"id":"replica/mysql-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/mysql-0"],"id":"replica/temporal-frontend-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/mysql-0"],"id":"replica/temporal-history-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/mysql-0"],"id":"replica/temporal-matching-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/mysql-0","replica/temporal-frontend-0"],"id":"replica/temporal-worker-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/temporal-frontend-0"],"id":"replica/web-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/temporal-frontend-0","replica/temporal-history-0","replica/temporal-matching-0"],"id":"replica/worker-0","ready-timeout-ms":180000,"reason":"up to date"}
    {"action":"keep","after":["replica/temporal-frontend-0","replica/temporal-history-0","replica/temporal-matching-0"],"id":"replica/worker-1","ready-timeout-ms":180000,"reason":"up to date"}
    "#);
}

#[test]
fn up_as_json_says_what_runs_where_besides_plan_and_addresses() {
    let mut json = up_as_json();
    let document = json.as_object_mut().expect("an object");
    document.remove("endpoints");
    let plan = document["plan"].as_object_mut().expect("an object");
    plan.remove("steps");
    assert_snapshot!(format!("{json:#}"), @r#"
    {
      "place": {
        "backend": "simulated",
        "database": "model",
        "engine": "model"
      },
      "plan": {},
      "profile": "simulated",
      "topology-digest": "9867ad283b423746e7beb20871a6ae43adacac7c84dedc2119eadc7325f4925c"
    }
    "#);
}

#[test]
fn up_with_events_writes_each_of_them() {
    assert_snapshot!(World::up().run("up -p simulated --events --set worker.replicas=3"), @r#"
    {"at":"[time]","run":null,"kind":"stream","version":3,"harness":"[version]"}
    {"at":"[time]","run":null,"kind":"notice","message":"profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]"}
    {"at":"[time]","run":null,"kind":"step-started","id":"replica/worker-2","action":"create","reason":"does not exist yet"}
    {"at":"[time]","run":null,"kind":"step-applied","id":"replica/worker-2","elapsed-ms":"[time]"}
    {"at":"[time]","run":null,"kind":"step-finished","id":"replica/worker-2","action":"create","elapsed-ms":"[time]"}
    --- stderr
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … create replica/worker-2: does not exist yet
    ✓ create replica/worker-2: done in [time]
    --- exit 0
    "#);
}

#[test]
fn what_to_do_next_can_be_copied_whatever_the_folder_and_the_file_are_called() {
    let world = World::new();
    for (name, copy) in [("base", "base"), ("simulated", "it's $mine")] {
        let path = world.path().join(format!("profiles/{name}.yaml"));
        let text = fs_err::read_to_string(path).expect("it is there");
        world.write(&format!("my c#project/profiles/{copy}.yaml"), &text);
    }
    let words = ["-C", "my c#project", "up", "-f", "profiles/it's $mine.yaml"];
    let up = world.run_words(&words);
    assert_eq!(up.code, 0, "{up}");
    let lines = up.stdout.lines().map(str::trim);
    let next: Vec<&str> = lines.filter(|line| line.starts_with("harness ")).collect();
    assert_snapshot!(next.join("\n"), @r"
    harness status -C 'my c#project' --file 'profiles/it'\''s $mine.yaml'
    harness logs -f worker -C 'my c#project' --file 'profiles/it'\''s $mine.yaml'
    harness open web -C 'my c#project' --file 'profiles/it'\''s $mine.yaml'
    harness down -C 'my c#project' --file 'profiles/it'\''s $mine.yaml'
    ");
    for line in [next[0], next[3]] {
        let mut shell = std::process::Command::new("/bin/sh");
        let script = format!("harness() {{ \"$HARNESS_PROGRAM\" \"$@\"; }}; {line}");
        let environment = world.command();
        let environment = environment.get_envs();
        let environment = environment.filter_map(|(name, value)| Some((name, value?)));
        shell
            .args(["-c", &script])
            .current_dir(world.path())
            .env_clear()
            .envs(environment)
            .env("HARNESS_PROGRAM", env!("CARGO_BIN_EXE_harness"));
        let ran = world.output(shell);
        assert_eq!(ran.code, 0, "{line}: {ran}");
    }
}
