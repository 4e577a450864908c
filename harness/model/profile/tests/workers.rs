//! One worker, and several.

use insta::assert_snapshot;

use super::fixture::{describe, load, read, worker, wrong};
use crate::topology::{SecretSource, ServiceName, Variable};

/// A profile with these workers, without a starter.
const TWO: &str = "apiVersion: harness/v1\nkind: Profile\nname: two\nextends: local\nstarter: {mode: off}\n\
    workers:\n  orders: {task-queue: orders, replicas: 3, needs: [mail]}\n  mail: {task-queue: mail}\n";

fn services(files: &[(&str, &str)], sets: &[&str]) -> String {
    let profile = load(files, "two", sets).expect("a valid profile");
    let services = profile.topology().services.into_iter();
    let workers = services.skip_while(|service| service.name.as_str() != "web");
    let lines = workers.skip(1).map(|service| {
        let needs: Vec<&str> = service.needs.iter().map(ServiceName::as_str).collect();
        let (name, replicas, ports) = (&service.name, service.replicas, service.ports.len());
        format!(
            "{name} x{replicas}, {ports} ports, needs {}",
            needs.join(" ")
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn several_workers_replace_the_one_of_the_extended_profile_and_start_in_the_order_of_their_needs() {
    assert_snapshot!(services(&[("two.yaml", TWO)], &[]), @"
    worker-mail x1, 0 ports, needs temporal-frontend temporal-history temporal-matching
    worker-orders x3, 0 ports, needs temporal-frontend temporal-history temporal-matching worker-mail
    ");
    // Each is merged with the one of its name.
    let sets = [
        "workers.mail.replicas=4",
        "workers.audit.task-queue=audit",
        "starter={mode: in-worker, worker: orders}",
    ];
    assert_snapshot!(services(&[("two.yaml", TWO)], &sets), @"
    worker-audit x1, 0 ports, needs temporal-frontend temporal-history temporal-matching
    worker-mail x4, 0 ports, needs temporal-frontend temporal-history temporal-matching
    worker-orders x3, 1 ports, needs temporal-frontend temporal-history temporal-matching worker-mail
    ");
}

#[test]
fn several_workers_are_shown_by_name() {
    let read = read(&[("two.yaml", TWO)], "two", &["starter.worker=mail"]).expect("valid");
    let shown = read.show().expect("a valid profile").to_string();
    let lines = shown
        .lines()
        .skip_while(|line| !line.starts_with("workers:"));
    let lines: Vec<&str> = lines
        .take_while(|line| !line.starts_with("backend"))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    workers:
      mail:
        replicas: 1                                   # default
        task-queue: mail                              # profiles/two.yaml:8
        run: built-in                                 # default
        environment: {}                               # default
        ready-timeout: 3m                             # default
        termination-grace-period: 30s                 # default
      orders:
        replicas: 3                                   # profiles/two.yaml:7
        task-queue: orders                            # profiles/two.yaml:7
        run: built-in                                 # default
        environment: {}                               # default
        needs: ["mail"]                               # profiles/two.yaml:7
        ready-timeout: 3m                             # default
        termination-grace-period: 30s                 # default
    starter:
      mode: "off"                                     # profiles/two.yaml:5
      worker: mail                                    # --set starter.worker=mail
    "#);
}

#[test]
fn the_task_queue_of_a_topology_is_the_one_that_all_workers_poll() {
    let queue = |sets: &[&str]| {
        let profile = load(&[("two.yaml", TWO)], "two", sets).expect("a valid profile");
        profile.topology().task_queue().map(str::to_owned)
    };
    assert_eq!(queue(&[]), None);
    assert_eq!(
        queue(&["workers.mail.task-queue=orders"]).as_deref(),
        Some("orders")
    );
}

#[test]
fn what_contradicts_itself_is_refused_with_the_remedy() {
    let of = |text: &str| {
        wrong(
            &format!("extends: local\nstarter: {{mode: off}}\n{text}"),
            &[],
        )
    };
    assert_snapshot!(of("workers: {}\n"), @"
    profiles/dev.yaml:6:10: `workers` has no worker
      |
    6 | workers: {}
      |          ^
    ");
    assert_snapshot!(of("workers: {orders: {}}\n"), @"
    profiles/dev.yaml:1:1: key `workers.orders.task-queue` is missing here and in the extended profiles (built-in local.yaml, built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
    assert_snapshot!(of("workers: {orders-1: {task-queue: a}}\n"), @"
    profiles/dev.yaml:6:11: `orders-1` is not the name of a worker (1 to 32 lowercase letters, digits and `-`, beginning with a letter, not ending with `-` or with `-` and a number)
      |
    6 | workers: {orders-1: {task-queue: a}}
      |           ^^^^^^^^
    ");
    assert_snapshot!(of("workers: {a: {task-queue: a, needs: [b]}}\n"), @"
    profiles/dev.yaml:6:38: `workers` has no `b`
      |
    6 | workers: {a: {task-queue: a, needs: [b]}}
      |                                      ^
    ");
    assert_snapshot!(of("workers: {a: {task-queue: a, needs: [b]}, b: {task-queue: b, needs: [a]}}\n"), @"
    profiles/dev.yaml:6:38: `a` would wait for itself
      |
    6 | workers: {a: {task-queue: a, needs: [b]}, b: {task-queue: b, needs: [a]}}
      |                                      ^
    ");
    assert_snapshot!(of("workers: {a: {task-queue: a, needs: [a]}}\n"), @"
    profiles/dev.yaml:6:38: `a` would wait for itself
      |
    6 | workers: {a: {task-queue: a, needs: [a]}}
      |                                      ^
    ");
    assert_snapshot!(of("worker: {replicas: 1}\nworkers: {a: {task-queue: a}}\n"), @"
    profiles/dev.yaml:6:1: `worker` has no effect, because the profile has `workers`; set `workers.NAME` instead
      |
    6 | worker: {replicas: 1}
      | ^^^^^^
    ");
    assert_snapshot!(of("worker: {needs: [a]}\n"), @"
    profiles/dev.yaml:6:18: there is no other worker, so none can be called `a`
      |
    6 | worker: {needs: [a]}
      |                  ^
    ");
    assert_snapshot!(of("workers: {a: {task-queue: a, run: {command: []}}}\n"), @"
    profiles/dev.yaml:6:45: the command has no program
      |
    6 | workers: {a: {task-queue: a, run: {command: []}}}
      |                                             ^
    ");
    assert_snapshot!(of("workers: {a: {task-queue: a, ready-timeout: 0s}}\n"), @"
    profiles/dev.yaml:6:45: `ready-timeout` must be from 1ms to 1d, found `0s`
      |
    6 | workers: {a: {task-queue: a, ready-timeout: 0s}}
      |                                             ^^
    ");
}

#[test]
fn what_contradicts_the_extended_profile_is_refused_with_the_remedy() {
    let two = |sets: &[&str]| describe(load(&[("two.yaml", TWO)], "two", sets));
    assert_snapshot!(two(&["worker.replicas=3"]), @"
    --set worker.replicas=3: `worker` has no effect, because the profile has `workers`; set `workers.NAME` instead
      |
    1 | worker.replicas=3
      | ^^^^^^
    ");
    assert_snapshot!(two(&["starter.mode=in-worker"]), @"
    profiles/two.yaml:7:3: the profile does not say which worker has the HTTP starter; set `starter.worker` to one of `mail`, `orders`, or `starter.mode` to `off`
      |
    7 |   orders: {task-queue: orders, replicas: 3, needs: [mail]}
      |   ^
    ");
    assert_snapshot!(two(&["starter.worker=audit"]), @"
    --set starter.worker=audit: `workers` has no `audit`, only `mail`, `orders`
      |
    1 | starter.worker=audit
      |                ^^^^^
    ");
    assert_snapshot!(wrong("extends: local\nstarter: {worker: mail}\n", &[]), @"
    profiles/dev.yaml:5:19: `starter.worker` is the name of one of several `workers`, and there is one `worker`
      |
    5 | starter: {worker: mail}
      |                   ^^^^
    ");
}

#[test]
fn a_variable_is_text_as_it_is_written_or_the_place_of_a_secret() {
    let text = "apiVersion: harness/v1\nkind: Profile\nname: dev\nextends: local\nworker:\n  environment:\n    \
        TEXT: 1.10\n    EMPTY: \"\"\n    QUOTED: \"secret file\"\n    KEY: {secret-file: keys/api}\n    \
        TOKEN:\n      secret-variable: ORDERS_TOKEN\n";
    let profile = load(&[("dev.yaml", text)], "dev", &[]).expect("a valid profile");
    let environment = &worker(&profile).environment;
    let text = |text: &str| Variable::Text(text.to_owned());
    assert_eq!(environment["TEXT"], text("1.10"));
    assert_eq!(environment["EMPTY"], text(""));
    assert_eq!(environment["QUOTED"], text("secret file"));
    let file = SecretSource::SecretFile("keys/api".to_owned());
    assert_eq!(environment["KEY"], Variable::Secret(file));
    let variable = SecretSource::SecretVariable("ORDERS_TOKEN".to_owned());
    assert_eq!(environment["TOKEN"], Variable::Secret(variable));
    let of = |value: &str| {
        wrong(
            &format!("extends: local\nworker: {{environment: {{A: {value}}}}}\n"),
            &[],
        )
    };
    insta::assert_snapshot!(of("{secret-fil: x}"), @"
    profiles/dev.yaml:5:27: unknown key `secret-fil`; expected `secret-file` or `secret-variable`
      |
    5 | worker: {environment: {A: {secret-fil: x}}}
      |                           ^
    ");
    insta::assert_snapshot!(of("{secret-file: ''}"), @"
    profiles/dev.yaml:5:41: `` is not a path (not empty, without the character NUL)
      |
    5 | worker: {environment: {A: {secret-file: ''}}}
      |                                         ^^
    ");
    insta::assert_snapshot!(of("{secret-variable: 1A}"), @"
    profiles/dev.yaml:5:45: `1A` is not an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)
      |
    5 | worker: {environment: {A: {secret-variable: 1A}}}
      |                                             ^^
    ");
    insta::assert_snapshot!(of("[a]"), @"
    profiles/dev.yaml:5:27: expected a string, found `[`
      |
    5 | worker: {environment: {A: [a]}}
      |                           ^
    ");
    insta::assert_snapshot!(of("{secret-file: a, secret-variable: B}"), @"
    profiles/dev.yaml:5:44: expected one choice, found 2
      |
    5 | worker: {environment: {A: {secret-file: a, secret-variable: B}}}
      |                                            ^^^^^^^^^^^^^^^
    ");
}
