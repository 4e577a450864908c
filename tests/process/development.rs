//! A worker in development: its log while it starts, what is said when it does not become ready, its
//! preparation, and a workflow type that it does not know.

use std::time::Duration;

use nix::sys::signal::Signal;
use support::{Look as _, Place, eventually, report};

use crate::hand::heartbeat;

#[test]
fn its_log_is_shown_at_once_and_after_its_end() {
    let place = Place::with_worker_script("echo 'loading'; printf 'half a line'; exec sleep 600");
    let up = place.harness(&["up"]).start();
    place.await_line("journal.ndjson", |line| {
        line["id"] == "process/temporal" && line["moment"] == "applied"
    });
    // It is started before the worker has a log.
    let follow = place.harness(&["logs", "-f", "worker"]).start();
    for line in ["worker-0 | loading\n", "worker-0 | half a line\n"] {
        eventually("the worker's log", || {
            follow.stdout().contains(line).then_some(())
        });
    }
    let logs = place.harness(&["logs", "worker"]).run().exits(0);
    logs.shows("worker-0 | loading\n")
        .shows("worker-0 | half a line\n");
    follow.signal(Signal::SIGINT);
    follow.wait().exits(0);
    up.signal(Signal::SIGINT);
    up.wait().exits(130);
    place.down();

    place.worker_script("echo 'the last words'; printf 'and a half'; exit 3");
    place.harness(&["up"]).run().exits(69);
    let logs = place.harness(&["logs", "worker"]).run().exits(0);
    logs.shows("worker-0 | the last words\n")
        .shows("worker-0 | and a half\n");
    place.down();
}

#[test]
fn python_does_not_buffer_its_output_unless_the_profile_says_so() {
    let place = Place::with_worker_script("echo \"unbuffered=<$PYTHONUNBUFFERED>\"; exit 1");
    let said = |place: &Place, words| place.harness(&["up"]).run().exits(69).says(words);
    said(&place, "unbuffered=<1>");
    let place = place.set("worker.environment={PYTHONUNBUFFERED: ''}");
    said(&place, "unbuffered=<>");
    place.down();
}

#[test]
fn one_that_exited_says_how_and_after_how_long() {
    let place = Place::with_worker_script("echo 'no configuration'; kill -TERM $$; sleep 600");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("its process ended: signal: 15 (SIGTERM), after ")
        .says("hint: If it could not connect, let it use the variables that it gets: TEMPORAL_ADDRESS (127.0.0.1:")
        .says("no configuration");
    place.down();
}

#[test]
fn one_that_does_not_connect_is_told_the_variables_that_it_gets() {
    let place = Place::with_worker_script("exec sleep 600").set("worker.ready-timeout=3s");
    let up = place.harness(&["up"]).run().exits(69);
    let address = place.address("temporal", "grpc");
    up.says(
        "`process/worker-0` was not ready within 3s: its process runs and has written nothing, and \
         nobody polls task queue `hello-world`: it did not connect to Temporal, or polls another \
         task queue",
    )
    .says(&format!(
        "hint: Let the worker use the variables that it gets: TEMPORAL_ADDRESS ({address}), \
         TEMPORAL_NAMESPACE (default) and TEMPORAL_TASK_QUEUE (hello-world). Then run `harness up"
    ));
    place.down();
}

#[test]
fn one_that_polls_another_queue_is_told_both() {
    let script =
        "echo 'polling task queue helo-world'\nTEMPORAL_TASK_QUEUE=helo-world exec {worker}";
    let place = Place::with_worker_script(script).set("worker.ready-timeout=20s");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("its process polls task queue `helo-world`, but `worker.task-queue` is `hello-world`")
        .says("polling task queue helo-world")
        .says("set `worker.task-queue` to `helo-world` in the profile. Then run `harness up");
    place.down();
}

#[test]
fn one_that_reports_another_queue_to_the_server_is_told_both() {
    let place = Place::with_worker_script("exec sleep 600").set("worker.ready-timeout=20s");
    let up = place.harness(&["up", "--events"]).start();
    let pid = eventually("the worker", || place.pids().get("worker-0").copied());
    heartbeat(place.address("temporal", "grpc"), pid, "elsewhere");
    up.wait()
        .exits(69)
        .shows("has no poller of this replica yet; it polls `elsewhere`")
        .says("its process polls task queue `elsewhere`, but `worker.task-queue` is `hello-world`");
    place.down();
}

#[test]
fn one_that_polls_in_another_namespace_is_told_both() {
    let place = Place::with_worker_script("TEMPORAL_NAMESPACE=default exec {worker}")
        .set("temporal.namespaces=[{name: orders}]")
        .set("worker.ready-timeout=20s");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("its process polls task queue `hello-world` in namespace `default`")
        .says("should poll `hello-world` in `orders`")
        .says("TEMPORAL_NAMESPACE (orders)");
    place.down();
}

#[test]
fn one_without_a_starter_is_told_how_to_do_without() {
    let place = Place::with_worker_script("unset STARTER_ADDRESS\nexec {worker}")
        .set("starter.mode=in-worker")
        .set("worker.ready-timeout=20s");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("does not answer GET /ping")
        .says("Set `starter.mode` to `\"off\"` in the profile");
    place.down();
}

#[test]
fn what_is_certain_is_told_during_the_wait() {
    let place = Place::with_worker_script("unset STARTER_ADDRESS\nexec {worker}")
        .set("starter.mode=in-worker")
        .set("worker.ready-timeout=10m");
    let up = place.harness(&["up"]).start();
    let words = "`process/worker-0` is not ready yet: its process polls the task queue, and does not \
                 answer GET /ping. Set `starter.mode`";
    eventually("the reason", || up.stderr().contains(words).then_some(()));
    up.signal(Signal::SIGINT);
    up.wait().exits(130);
    place.down();
}

#[test]
fn a_prepared_worker_is_replaced_only_if_its_program_changed() {
    let place = Place::with_worker_script("exec {worker}");
    let [source, made] = ["worker.sh", "made"].map(|name| place.beside_root(name));
    let compile = format!(
        "echo compiling; cp -p {source} {made}.new && touch {made}.new && mv {made}.new {made}"
    );
    let compiler = place.script("compile", &compile);
    let place = place.set(format!(
        "worker.run={{command: [{made}], prepare: [{compiler}, --fast]}}"
    ));
    place.harness(&["up", "--dry-run"]).run().exits(0);
    assert!(!made.exists(), "a dry run prepares nothing");
    let words = format!("prepare the worker: {compiler} --fast");
    place.up().says(&words);
    let before = place.pids();

    place.up().says(&words);
    assert_eq!(place.pids(), before, "the program is the same");
    let dry_run = ["up", "--dry-run", "--output", "json"];
    let dry = place.harness(&dry_run).run().exits(0);
    let steps = dry.json()["plan"]["steps"].clone();
    let steps = steps.as_array().expect("a plan has steps").clone();
    assert!(steps.iter().all(|step| step["action"] == "keep"), "{dry}");

    place.worker_script("# changed\nexec {worker}");
    place.up();
    let after = place.pids();
    assert_eq!(after["temporal"], before["temporal"], "Temporal is kept");
    assert_ne!(after["worker-0"], before["worker-0"]);

    place.script("compile", "echo 'main.go:7: undefined: Helo' >&2; exit 2");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("could not prepare the worker")
        .says("`compile` ended with exit status: 2")
        .says("main.go:7: undefined: Helo")
        .says("hint: Fix what it reports, or correct `worker.run.prepare` in the profile.");
    assert_eq!(place.pids(), after, "what runs is left alone");
    place.down();
}

#[test]
fn a_preparation_ends_with_ctrl_c() {
    let place = Place::with_worker_script("exec {worker}");
    let begun = place.beside_root("begun");
    let compiler = place.script("compile", &format!("touch {begun}\nsleep 600"));
    let place = place.set(format!(
        "worker.run={{command: [./made], prepare: [{compiler}]}}"
    ));
    let up = place.harness(&["up"]).start();
    eventually("the compiler", || begun.exists().then_some(()));
    up.signal(Signal::SIGINT);
    let up = up.wait().exits(130);
    assert!(up.took < Duration::from_mins(5), "{up}");
    let place = place.set("worker.run={command: [./made], prepare: [no-such-compiler]}");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("the program `no-such-compiler` of `worker.run.prepare` is not on PATH");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn a_workflow_type_that_it_does_not_know_is_named_without_waiting_for_the_drain() {
    let place = Place::with_worker_script("exec {worker}");
    let scenario = place.root().join("scenarios/helo.yaml");
    let document = include_str!("quick.yaml").replace("type: Workflow", "type: Helo");
    fs_err::write(&scenario, document).expect("writable");
    let run = place.harness(&["test", "scenarios/helo.yaml", "--output", "json"]);
    let run = run.run().exits(1);
    assert!(
        run.took < Duration::from_mins(9),
        "the drain takes ten: {run}"
    );
    let report = report(&place, &run);
    let reason = report["reason"].as_str().expect("a text");
    for words in [
        "the worker of task queue `hello-world` does not know workflow type `Helo`",
        "set `workload[].workflow.type` in the scenario, or register the type in the worker",
        "Workflow type Helo not found",
    ] {
        assert!(reason.contains(words), "no `{words}` in {reason}");
    }
    assert_eq!(report["verdict"], "fail", "{reason}");
}
