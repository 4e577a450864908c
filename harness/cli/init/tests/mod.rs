//! Tests of detection over small projects, of plans, and that whatever a plan writes loads.

mod examples;
mod go;
mod java;
mod loads;
mod plans;
mod python;
mod rust;
mod typescript;

use super::{Findings, Suggestion, Tree, findings};

/// The findings in these files, one a line: what, value, evidence.
fn found(files: &[(&str, &str)]) -> String {
    let Findings {
        commands,
        task_queues,
        workflows,
        has_own_address: _,
    } = findings(&Tree::of("My Orders", files.iter().copied()));
    let lines = |what: &str, found: Vec<Suggestion<String>>| -> String {
        let lines = found.into_iter();
        lines
            .map(|it| format!("{what}: {} ({})\n", it.value, it.evidence))
            .collect::<Vec<_>>()
            .concat()
    };
    let commands = commands.into_iter().map(|it| Suggestion {
        value: match it.value.prepare {
            Some(prepare) => format!("{}, after {}", it.value.words.join(" "), prepare.join(" ")),
            None => it.value.words.join(" "),
        },
        evidence: it.evidence,
    });
    let workflows = workflows.into_iter().map(|it| Suggestion {
        value: match it.value.sample() {
            Some(sample) => format!("{} {sample}", it.value.name),
            None => it.value.name,
        },
        evidence: it.evidence,
    });
    [
        lines("command", commands.collect()),
        lines("queue", task_queues),
        lines("type", workflows.collect()),
    ]
    .concat()
}

#[test]
fn a_repository_without_a_worker_has_no_suggestions() {
    assert_eq!(found(&[]), "");
    let files = [
        ("go.mod", "module example.com/a\n"),
        (
            "main.go",
            "package main\nfunc main() { worker.New(a, \"b\") }",
        ),
        ("a.py", "Worker(client, task_queue=\"b\")"),
        ("a.ts", "Worker.create({ taskQueue: 'b' })"),
        (
            "src/main.rs",
            "fn main() { WorkerOptions::new(\"b\"); Worker::new(a) }",
        ),
    ];
    assert_eq!(found(&files), "", "other libraries have workers too");
}

#[test]
fn a_worker_that_does_not_read_its_address_is_noticed() {
    let worker = |connect: &str| {
        format!("from temporalio.worker import Worker\n{connect}\nWorker(c, task_queue=\"a\")\n")
    };
    for (connect, expected) in [
        (
            "Client.connect(\"localhost:7233\")  # TEMPORAL_ADDRESS",
            true,
        ),
        ("Client.connect(os.environ[\"TEMPORAL_ADDRESS\"])", false),
        ("from temporalio.envconfig import ClientConfig", false),
    ] {
        let tree = Tree::of("x", [("worker.py", &*worker(connect))]);
        assert_eq!(findings(&tree).has_own_address, expected, "{connect}");
    }
    let files = [
        ("worker.py", &*worker("")),
        (
            "src/main/resources/application.yml",
            "target: ${TEMPORAL_ADDRESS}",
        ),
    ];
    assert!(!findings(&Tree::of("x", files)).has_own_address);
    assert!(!findings(&Tree::of("x", [])).has_own_address);
}

#[test]
fn the_language_of_which_most_is_known_is_suggested() {
    let files = [
        ("go.mod", "module example.com/a\n"),
        (
            "starter/main.go",
            "package main\nimport \"go.temporal.io/sdk/worker\"\nvar a = worker.New(c, q())",
        ),
        (
            "worker.py",
            "from temporalio.worker import Worker\n\n@workflow.defn\nclass Order:\n  pass\n\n\
             Worker(c, task_queue=\"orders\")\nasyncio.run(main())\n",
        ),
    ];
    insta::assert_snapshot!(found(&files), @"
    command: python3 worker.py (worker.py:7)
    queue: orders (worker.py:7)
    type: Order (worker.py:3)
    ");
}
