//! `harness init`: what it writes in which repository, and that it changes nothing that exists.

mod terminal;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use insta::assert_snapshot;
use support::world::{Run, World};

/// The profile that it writes.
const BASE: &str = "profiles/base.yaml";

/// The scenario that it writes.
const SMOKE: &str = "scenarios/smoke.yaml";

const MAIN: &str = "package main

import (
\t\"example.com/orders\"
\t\"go.temporal.io/sdk/worker\"
)

func main() {
\tc, _ := client.Dial(client.Options{HostPort: os.Getenv(\"TEMPORAL_ADDRESS\")})
\tw := worker.New(c, \"orders\", worker.Options{})
\tw.RegisterWorkflow(orders.Order)
}
";

const ORDER: &str = "package orders

func Order(ctx workflow.Context, id string, order Details) error { return nil }
";

/// A repository with a worker in Go.
fn repository() -> World {
    let world = World::empty();
    world.write(".git/config", "[core]\n");
    world.write("go.mod", "module example.com/orders\n");
    world.write("worker/main.go", MAIN);
    world.write("order.go", ORDER);
    world
}

/// Every file with its text.
fn files(world: &World) -> BTreeMap<Utf8PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![world.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().expect("a folder").flatten() {
            let path = entry.into_path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs_err::read_to_string(&path).expect("text");
                files.insert(path, text);
            }
        }
    }
    files
}

fn exists(world: &World, path: &str) -> bool {
    world.path().join(path).exists()
}

/// The text of a file that was written.
fn text(world: &World, path: &str) -> String {
    fs_err::read_to_string(world.path().join(path)).expect("it is written")
}

#[test]
fn with_yes_it_takes_what_the_sources_say() {
    let world = repository();
    assert_snapshot!(world.run("init --yes"), @r#"
    create profiles/base.yaml
    create profiles/profile.schema.json
    create scenarios/smoke.yaml
    create scenarios/scenario.schema.json
    create .gitignore
    next:
      harness up
      harness test
    --- stderr
    worker command: .harness/bin/worker (worker/main.go:10)
    command that prepares it: go build -o .harness/bin/worker ./worker (worker/main.go:10)
    task queue: orders (worker/main.go:10)
    workflow type: Order (worker/main.go:11)
    workflow arguments, a JSON list: ["{{ name }}", {}] (worker/main.go:11)
    ! fill in the fields of `{}` in `input` of scenarios/smoke.yaml
    --- exit 0
    "#);
    let show = world.run("profile show local").stdout;
    assert!(
        show.contains(r#"["go","build","-o",".harness/bin/worker","./worker"]"#),
        "{show}"
    );
    let list = world.run("test --list");
    assert_eq!(list.code, 0, "{list}");
    assert!(list.stdout.contains("smoke"), "{list}");
    for format in ["profile", "scenario"] {
        let written = text(&world, &format!("{format}s/{format}.schema.json"));
        assert_eq!(written, world.run(&format!("schema {format}")).stdout);
    }
}

#[test]
fn a_second_time_it_changes_nothing_and_needs_nothing() {
    let world = repository();
    let flags = "init --worker-command ./x --task-queue q --workflow-type T";
    assert_eq!(world.run(flags).code, 0);
    let before = files(&world);
    assert_snapshot!(world.run("init"), @"
    keep profiles/base.yaml: it exists
    keep profiles/profile.schema.json: it exists
    keep scenarios/smoke.yaml: it exists
    keep scenarios/scenario.schema.json: it exists
    keep .gitignore: it exists
    nothing to do: every file exists
    next:
      harness up
      harness test
    --- exit 0
    ");
    assert_eq!(files(&world), before);
    assert_eq!(world.run("init --output json").json()["written"], false);
}

#[test]
fn flags_come_before_what_was_found_and_come_out_as_they_were_given() {
    let world = repository();
    let run = world.run_words(&[
        "init",
        "--yes",
        "--worker-command",
        "./my worker --name 'a b'",
        "--workflow-input",
        "{\"n\": 12345678901}",
        "--workflow-input",
        "\"{{ name }}\"",
        "--output",
        "json",
    ]);
    let answers = &run.json()["answers"];
    assert_eq!(
        answers.to_string(),
        r#"{"load":{"input":[{"n":12345678901},"{{ name }}"],"workflow-type":"Order"},"worker":{"command":["./my","worker","--name","a b"],"task-queue":"orders"}}"#
    );
    let smoke = text(&world, SMOKE);
    assert!(
        smoke.contains(r#"input: [{"n": 12345678901}, "{{ name }}"]"#),
        "{smoke}"
    );
}

#[test]
fn without_a_terminal_the_flags_are_named() {
    assert_snapshot!(repository().run("init --task-queue q"), @"
    --- stderr
    error: there is no terminal to ask for: worker command, workflow type
      hint: Add `--yes` to take what was found: worker command `.harness/bin/worker` (worker/main.go:10), workflow type `Order` (worker/main.go:11).
      hint: Pass `--worker-command 'WORDS'`, `--workflow-type NAME`.
    --- exit 64
    ");
    assert_snapshot!(World::empty().run("init --yes --task-queue q"), @"
    --- stderr
    error: found nothing in the sources for: worker command, workflow type
      hint: Pass `--worker-command 'WORDS'`, `--workflow-type NAME`.
      hint: Pass `--example go` to write a small worker as well; also `python`, `typescript` and `java`.
    --- exit 64
    ");
}

#[test]
fn a_flag_that_is_no_value_is_refused_before_anything_is_written() {
    let world = repository();
    let said: Vec<String> = [
        &["init", "--yes", "--task-queue", "my queue"][..],
        &["init", "--yes", "--worker-command", "a 'b"],
        &["init", "--yes", "--worker-command", ""],
        &["init", "--yes", "--worker-command", "A=b ./worker"],
        &["init", "--yes", "--worker-prepare", "make && make test"],
        &["init", "--yes", "--workflow-type", " "],
        &["init", "--yes", "--workflow-input", "Ada"],
        &["init", "--yes", "--workflow-input", "\"{{ nmae }}\""],
        &["init", "--example", "go", "--task-queue", ""],
        &["init", "--example", "go"],
    ]
    .into_iter()
    .map(|words| world.run_words(words).to_string())
    .collect();
    assert_snapshot!(said.join("\n"), @r#"
    --- stderr
    error: --task-queue: `my queue` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
    --- exit 64
    --- stderr
    error: --worker-command: not a command: a quote is not closed, or there is no program
    --- exit 64
    --- stderr
    error: --worker-command: a command is required
    --- exit 64
    --- stderr
    error: --worker-command: `A=b` is not a program: set variables in `worker.environment` of the profile
    --- exit 64
    --- stderr
    error: --worker-prepare: `&&` needs a shell: use `sh -c '...'`
    --- exit 64
    --- stderr
    error: --workflow-type: a workflow type is required
    --- exit 64
    --- stderr
    error: --workflow-input: `Ada` is not JSON: expected value at line 1 column 1
      hint: Write a string with its quotes, such as `'"Ada"'`.
    --- exit 64
    --- stderr
    worker command: .harness/bin/worker (worker/main.go:10)
    command that prepares it: go build -o .harness/bin/worker ./worker (worker/main.go:10)
    task queue: orders (worker/main.go:10)
    workflow type: Order (worker/main.go:11)
    error: the scenario does not load
      caused by: scenarios/smoke.yaml:13:15: unknown variable `nmae`; did you mean `name`?
       |
    13 |       input: ["{{ nmae }}"]
       |               ^^^^^^^^^^^^
    --- exit 65
    --- stderr
    error: --task-queue: a task queue is required
    --- exit 64
    --- stderr
    error: the example would overwrite files that exist: go.mod, worker/main.go
      hint: Choose an empty folder with `-C FOLDER`, or omit `--example` to use your own worker.
    --- exit 77
    "#);
    assert!(!exists(&world, "profiles") && !exists(&world, "go.sum"));
}

#[test]
fn a_worker_that_would_not_find_temporal_is_told_before_anything_else() {
    let world = repository();
    world.write(
        "worker/main.go",
        &MAIN.replace("TEMPORAL_ADDRESS", "ADDRESS"),
    );
    let run = world.run("init --yes");
    assert_eq!(run.code, 0, "{run}");
    let told = "! no source reads TEMPORAL_ADDRESS: change the worker";
    assert!(run.stderr.starts_with(told), "{run}");
    world.write(BASE, &with_port(&world));
    let shown = world.run("profile show local").stdout;
    assert!(
        shown.contains("port: 7233"),
        "what it recommends is valid: {shown}"
    );
    let again = world.run("init --yes");
    assert_eq!(again.stderr, "", "{again}");
    let again = world.run("init --task-queue other --workflow-type Other");
    assert_snapshot!(again.stderr, @"
    ! --task-queue has no effect: profiles/base.yaml exists
    ! --workflow-type has no effect: scenarios/smoke.yaml exists
    ");
}

/// The written profile with the port that the message recommends.
fn with_port(world: &World) -> String {
    let base = text(world, BASE);
    format!("{base}\ntemporal: {{port: 7233}}\n")
}

#[test]
fn one_answer_chooses_among_several_workers() {
    let world = repository();
    let refunds = MAIN.replace("orders", "refunds").replace("Order", "Refund");
    world.write("refunds/worker/main.go", &refunds);
    assert_snapshot!(world.run("init --dry-run --yes --task-queue refunds").stderr, @"
    worker command: .harness/bin/refunds-worker (refunds/worker/main.go:10)
      also found: .harness/bin/worker
    command that prepares it: go build -o .harness/bin/refunds-worker ./refunds/worker (refunds/worker/main.go:10)
    workflow type: Refund (refunds/worker/main.go:11)
      also found: Order
    ");
    assert_snapshot!(world.run("init --dry-run --yes --workflow-type Order").stderr, @r#"
    worker command: .harness/bin/worker (worker/main.go:10)
      also found: .harness/bin/refunds-worker
    command that prepares it: go build -o .harness/bin/worker ./worker (worker/main.go:10)
    task queue: orders (worker/main.go:10)
      also found: refunds
    workflow arguments, a JSON list: ["{{ name }}", {}] (worker/main.go:11)
    "#);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let world = repository();
    let before = files(&world);
    let run = world.run("init --yes --dry-run");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(files(&world), before);
    for shown in [
        "create profiles/base.yaml\n",
        "\n--- profiles/base.yaml\n",
        "    command: [.harness/bin/worker]\n",
        "    prepare: [go, build, -o, .harness/bin/worker, ./worker]\n",
        "\n--- scenarios/smoke.yaml\n",
        "\n--- .gitignore\n.harness/\n",
        "(the JSON Schema of profiles)",
    ] {
        assert!(run.stdout.contains(shown), "{shown} in {run}");
    }
    let json = world.run("init --yes --dry-run --output json").json();
    let schema = json["plan"][1]["content"].as_str().expect("text");
    assert_eq!(schema, world.run("schema profile").stdout);
    assert_eq!(files(&world), before);
}

#[test]
fn what_exists_is_kept_and_what_is_broken_is_told() {
    let world = repository();
    world.write(SMOKE, "mine");
    world.write(".gitignore", "bin");
    let run = world.run("init --yes");
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.contains("keep scenarios/smoke.yaml: it exists"),
        "{run}"
    );
    assert!(
        run.stdout.contains("append .harness/ to .gitignore"),
        "{run}"
    );
    assert_eq!(text(&world, SMOKE), "mine");
    assert_eq!(text(&world, ".gitignore"), "bin\n.harness/\n");

    let world = repository();
    world.write(BASE, "name: [");
    let run = world.run("init --yes");
    assert_eq!(run.code, 65, "{run}");
    assert!(run.stderr.contains("profiles/base.yaml:1:7"), "{run}");
    assert!(!exists(&world, "scenarios"), "nothing is written");
}

#[test]
fn a_dockerfile_and_a_remote_at_github_get_files_of_their_own() {
    let world = repository();
    world.write("Dockerfile", "FROM scratch\n");
    world.write(
        ".git/config",
        "[remote \"origin\"]\n\turl = git@github.com:a/b.git\n",
    );
    assert_snapshot!(world.run("init --yes").stdout, @"
    create profiles/base.yaml
    create profiles/k3d.yaml
    create profiles/profile.schema.json
    create scenarios/smoke.yaml
    create scenarios/scenario.schema.json
    create .gitignore
    create .dockerignore
    create .github/workflows/harness.yaml
    next:
      harness up
      harness test
    ");
    let k3d = world.run("profile show k3d");
    assert!(k3d.stdout.contains("build"), "{k3d}");
    let world = repository();
    world.write(".github/CODEOWNERS", "");
    let run = world.run("init --yes --ci none");
    assert!(!run.stdout.contains("github"), "{run}");
    let run = world.run("init --ci github");
    assert!(
        run.stdout.contains("create .github/workflows/harness.yaml"),
        "{run}"
    );
}

#[test]
fn printed_commands_name_the_folder_and_an_example_says_how_to_prepare_it() {
    let world = World::empty();
    fs_err::create_dir(world.path().join("my project")).expect("writable");
    let init = ["init", "-C", "my project", "--example", "python"];
    assert_snapshot!(world.run_words(&init), @"
    create README.md
    create activities.py
    create requirements.txt
    create worker.py
    create workflows.py
    create profiles/base.yaml
    create profiles/profile.schema.json
    create scenarios/smoke.yaml
    create scenarios/scenario.schema.json
    create .gitignore
    next:
      (cd 'my project' && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt)
      harness up -C 'my project'
      harness test -C 'my project'
    --- exit 0
    ");
    let again = world.run_words(&init);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    let readme = world.path().join("my project/README.md");
    fs_err::write(readme, "mine").expect("writable");
    let again = world.run_words(&init);
    assert!(
        again.stdout.contains("keep README.md: it exists"),
        "{again}"
    );
    let worker = world.path().join("my project/worker.py");
    fs_err::write(worker, "mine").expect("writable");
    assert_snapshot!(world.run_words(&init), @"
    --- stderr
    error: the example would overwrite files that exist: worker.py
      hint: Choose an empty folder with `-C FOLDER`, or omit `--example` to use your own worker.
    --- exit 77
    ");
    assert_snapshot!(world.run("init --example rust"), @"
    --- stderr
    error: invalid value 'rust' for '--example <LANGUAGE>'
      [possible values: go, python, typescript, java]

    For more information, try '--help'.
    --- exit 64
    ");
}

#[test]
fn every_printed_command_is_one_that_the_shell_understands() {
    fn next(run: &Run) -> Vec<String> {
        let json = run.json();
        let next = json["next"].as_array().expect("a list").iter();
        next.map(|it| it.as_str().expect("text").to_owned())
            .collect()
    }
    let world = World::empty();
    for folder in ["it's", "b"] {
        fs_err::create_dir(world.path().join(folder)).expect("writable");
    }
    let words = [
        "init",
        "-C",
        "it's",
        "--example",
        "typescript",
        "--output",
        "json",
    ];
    let run = world.run_words(&words);
    let [install, up, test] = &next(&run)[..] else {
        panic!("three commands in {run}");
    };
    assert_eq!(install, r"(cd 'it'\''s' && npm install)");
    assert_eq!(up, r"harness up -C 'it'\''s'");
    assert_eq!(test, r"harness test -C 'it'\''s'");
    let written = world.path().join("it's");
    assert!(Utf8Path::new(&written).join("tsconfig.json").exists());
}
