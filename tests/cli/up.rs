//! `up` and `down`.

use insta::assert_snapshot;

use crate::fixture::World;

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
    · profile simulated: backend simulated, engine model, database model, topology [digest]
    … create replica/mysql-0: not there yet
    ✓ create replica/mysql-0: done in [time]
    … create replica/temporal-frontend-0: not there yet
    ✓ create replica/temporal-frontend-0: done in [time]
    … create replica/temporal-history-0: not there yet
    ✓ create replica/temporal-history-0: done in [time]
    … create replica/temporal-matching-0: not there yet
    ✓ create replica/temporal-matching-0: done in [time]
    … create replica/temporal-worker-0: not there yet
    ✓ create replica/temporal-worker-0: done in [time]
    … create replica/web-0: not there yet
    ✓ create replica/web-0: done in [time]
    … create replica/worker-0: not there yet
    ✓ create replica/worker-0: done in [time]
    … create replica/worker-1: not there yet
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

    everything was up already
    try:
      curl 'http://127.0.0.1:20015/sync?name=Ada'
      curl 'http://127.0.0.1:20015/async?name=Grace'
    then:
      harness status --profile simulated
      harness logs -f worker --profile simulated
      harness open web --profile simulated
      harness down --profile simulated
    --- stderr
    · profile simulated: backend simulated, engine model, database model, topology [digest]
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
    · profile simulated: backend simulated, engine model, database model, topology [digest]
    … create replica/worker-2: not there yet
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
    · profile simulated: backend simulated, engine model, database model, topology [digest]
    … remove replica/worker-1: not wanted any more
    ✓ remove replica/worker-1: done in [time]
    … remove replica/worker-2: not wanted any more
    ✓ remove replica/worker-2: done in [time]
    --- exit 0
    ");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let world = World::new();
    assert_snapshot!(world.run("up -p simulated --dry-run"), @"
    ACTION  RESOURCE                     REASON
    create  replica/mysql-0              not there yet
    create  replica/temporal-frontend-0  not there yet
    create  replica/temporal-history-0   not there yet
    create  replica/temporal-matching-0  not there yet
    create  replica/temporal-worker-0    not there yet
    create  replica/web-0                not there yet
    create  replica/worker-0             not there yet
    create  replica/worker-1             not there yet
    --- exit 0
    ");
    assert!(!world.state().exists());
}

#[expect(clippy::too_many_lines, reason = "one snapshot of the whole document")]
#[test]
fn up_as_json_is_the_plan_and_the_addresses() {
    let json = World::up().run("up -p simulated --output json").json();
    assert_snapshot!(format!("{json:#}"), @r#"
    {
      "endpoints": [
        {
          "address": "127.0.0.1:20000",
          "port": "mysql",
          "service": "mysql",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20001",
          "port": "grpc",
          "service": "temporal-frontend",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20002",
          "port": "http",
          "service": "temporal-frontend",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20003",
          "port": "membership",
          "service": "temporal-frontend",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20004",
          "port": "metrics",
          "service": "temporal-frontend",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20005",
          "port": "grpc",
          "service": "temporal-history",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20006",
          "port": "membership",
          "service": "temporal-history",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20007",
          "port": "metrics",
          "service": "temporal-history",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20008",
          "port": "grpc",
          "service": "temporal-matching",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20009",
          "port": "membership",
          "service": "temporal-matching",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20010",
          "port": "metrics",
          "service": "temporal-matching",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20011",
          "port": "grpc",
          "service": "temporal-worker",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20012",
          "port": "membership",
          "service": "temporal-worker",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20013",
          "port": "metrics",
          "service": "temporal-worker",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20014",
          "port": "http",
          "service": "web",
          "wanted": null
        },
        {
          "address": "127.0.0.1:20015",
          "port": "starter",
          "service": "worker",
          "wanted": null
        }
      ],
      "place": {
        "backend": "simulated",
        "database": "model",
        "engine": "model"
      },
      "plan": {
        "steps": [
          {
            "action": "keep",
            "after": [],
            "id": "replica/mysql-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/mysql-0"
            ],
            "id": "replica/temporal-frontend-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/mysql-0"
            ],
            "id": "replica/temporal-history-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/mysql-0"
            ],
            "id": "replica/temporal-matching-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/mysql-0",
              "replica/temporal-frontend-0"
            ],
            "id": "replica/temporal-worker-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/temporal-frontend-0"
            ],
            "id": "replica/web-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/temporal-frontend-0",
              "replica/temporal-history-0",
              "replica/temporal-matching-0"
            ],
            "id": "replica/worker-0",
            "ready-timeout": "1m",
            "reason": "as it should be"
          },
          {
            "action": "keep",
            "after": [
              "replica/temporal-frontend-0",
              "replica/temporal-history-0",
              "replica/temporal-matching-0"
            ],
            "id": "replica/worker-1",
            "ready-timeout": "1m",
            "reason": "as it should be"
          }
        ]
      },
      "profile": "simulated",
      "topology-digest": "7945d7f2499bcac7f45f06a3f34c574a6c7e84b6c2983a902c81dc40d93efbb2"
    }
    "#);
}

#[test]
fn up_with_events_writes_each_of_them() {
    assert_snapshot!(World::up().run("up -p simulated --events --set worker.replicas=3"), @r#"
    {"event":"notice","message":"profile simulated: backend simulated, engine model, database model, topology [digest]"}
    {"event":"step-started","id":"replica/worker-2","action":"create","reason":"not there yet"}
    {"event":"step-applied","id":"replica/worker-2","elapsed":"[time]"}
    {"event":"step-finished","id":"replica/worker-2","action":"create","elapsed":"[time]"}
    --- stderr
    · profile simulated: backend simulated, engine model, database model, topology [digest]
    … create replica/worker-2: not there yet
    ✓ create replica/worker-2: done in [time]
    --- exit 0
    "#);
}

#[test]
fn down_removes_each_before_what_it_relies_on() {
    assert_snapshot!(World::up().run("down -p simulated"), @"
    everything is down: 8 removed
    --- stderr
    … remove replica/temporal-worker-0: not wanted any more
    ✓ remove replica/temporal-worker-0: done in [time]
    … remove replica/web-0: not wanted any more
    ✓ remove replica/web-0: done in [time]
    … remove replica/worker-0: not wanted any more
    ✓ remove replica/worker-0: done in [time]
    … remove replica/worker-1: not wanted any more
    ✓ remove replica/worker-1: done in [time]
    … remove replica/temporal-frontend-0: not wanted any more
    ✓ remove replica/temporal-frontend-0: done in [time]
    … remove replica/temporal-history-0: not wanted any more
    ✓ remove replica/temporal-history-0: done in [time]
    … remove replica/temporal-matching-0: not wanted any more
    ✓ remove replica/temporal-matching-0: done in [time]
    … remove replica/mysql-0: not wanted any more
    ✓ remove replica/mysql-0: done in [time]
    --- exit 0
    ");
}

#[test]
fn down_where_nothing_is_or_ever_was_up_is_no_error() {
    let world = World::new();
    assert_snapshot!(world.run("down -p simulated"), @"
    nothing is up, and nothing was
    --- exit 0
    ");
    world.run("up -p simulated");
    world.run("down -p simulated");
    assert_snapshot!(world.run("down -p simulated"), @"
    nothing was up
    --- exit 0
    ");
}

#[test]
fn down_takes_what_is_there_whatever_the_profile_says_today() {
    let world = World::up();
    let down = world.run("down -p simulated --set worker.replicas=1 --output json");
    let removed = down.json()["removed"].as_array().expect("a list").len();
    assert_eq!(removed, 8, "{down}");
}

#[test]
fn purging_needs_leave() {
    let world = World::up();
    assert_snapshot!(world.run("down -p simulated --purge"), @"
    --- stderr
    error: `--purge` would remove [folder]/.harness/simulated with its database, logs and reports
      hint: add `--yes` to remove them, or leave `--purge` out to keep them
    --- exit 77
    ");
    assert_eq!(world.run("status -p simulated").code, 0, "all is still up");
}

#[test]
fn purging_with_leave_removes_all_but_the_lock() {
    let world = World::up();
    let down = world.run("down -p simulated --purge --yes");
    let left: Vec<_> = std::fs::read_dir(world.state())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["lock"]);
    assert_snapshot!(down.stdout, @"
    everything is down: 8 removed
    data, logs and reports in [folder]/.harness/simulated are gone
    ");
}

#[test]
fn an_unknown_profile_is_named_with_what_was_perhaps_meant() {
    assert_snapshot!(World::new().run("up -p simulted"), @"
    --- stderr
    error: there is no profile `simulted` in `profiles`; did you mean `simulated`?
    --- exit 65
    ");
}

#[test]
fn a_wrong_setting_is_shown_where_it_is_wrong() {
    let world = World::new();
    assert_snapshot!(world.run("up -p simulated --set worker.replcas=3"), @"
    --- stderr
    error: --set worker.replcas=3: unknown key `replcas`; did you mean `replicas`?
      |
    1 | worker.replcas=3
      |        ^^^^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker.replicas=many"), @"
    --- stderr
    error: --set worker.replicas=many: expected a whole number from 0 to 65535, found `many`
      |
    1 | worker.replicas=many
      |                 ^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker"), @"
    --- stderr
    error: --set worker: expected `key=value`, such as `worker.replicas=3`
      |
    1 | worker
      | ^^^^^^
    --- exit 65
    ");
}

#[test]
fn a_wrong_profile_is_shown_where_it_is_wrong() {
    let world = World::new();
    let text = "apiVersion: harness/v1\nkind: Profile\nname: broken\nextends: base\n\
        backend: {simulated: {}}\nworker:\n  replicas: -1\n";
    world.write("profiles/broken.yaml", text);
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:7:13: expected a whole number from 0 to 65535, found `-1`
      |
    7 |   replicas: -1
      |             ^^
    --- exit 65
    ");
    world.write("profiles/broken.yaml", "name: [");
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:1:7: expected a text, found `[`
      |
    1 | name: [
      |       ^
    --- exit 65
    ");
}

#[test]
fn a_profile_by_file_is_named_again_in_what_to_do_next() {
    let world = World::new();
    let up = world.run_words(&[
        "up",
        "-f",
        "profiles/simulated.yaml",
        "--set",
        "name=a-copy",
    ]);
    let next: Vec<&str> = up
        .stdout
        .lines()
        .skip_while(|line| *line != "then:")
        .collect();
    assert_snapshot!(next.join("\n"), @"
    then:
      harness status --file profiles/simulated.yaml --set name=a-copy
      harness logs -f worker --file profiles/simulated.yaml --set name=a-copy
      harness open web --file profiles/simulated.yaml --set name=a-copy
      harness down --file profiles/simulated.yaml --set name=a-copy
    ");
}

#[test]
fn a_state_folder_of_another_version_is_left_alone() {
    let world = World::up();
    fs_err::write(
        world.state().join("state.json"),
        r#"{"layout": 999, "harness": "9.0.0"}"#,
    )
    .expect("the file can be written");
    assert_snapshot!(world.run("up -p simulated"), @"
    --- stderr
    error: [folder]/.harness/simulated has state layout 999, and this harness knows layout 1
      hint: run `harness down --profile simulated` of the version that wrote it, then remove [folder]/.harness/simulated
    --- exit 65
    ");
}
