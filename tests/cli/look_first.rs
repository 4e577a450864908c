//! What can be seen at once is looked at before anything is fetched, compiled or started: here no
//! tool that does such work is ever called.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use camino::Utf8PathBuf;
use insta::assert_snapshot;

use crate::cost::AZURE;
use support::world::{Run, SHORT, World};
use testing::machine;

/// Tools that fetch, compile and build.
const WORKERS: [&str; 6] = ["cargo", "go", "pip", "pip3", "python3", "docker"];

/// A folder with a worker to build, and tools that write down that they were called.
struct Machine {
    world: World,
}

impl Machine {
    fn new() -> Self {
        let world = World::new();
        for (name, backend) in [
            ("dev", "process: {engine: {dev-server: {}}}"),
            ("server", "process: {engine: {server: {}}}"),
            ("k3d", "k3d: {}"),
        ] {
            let profile = format!(
                "apiVersion: harness/v1\nkind: Profile\nname: {name}\nextends: base\n\
                 backend: {{{backend}}}\n"
            );
            world.write(&format!("profiles/{name}.yaml"), &profile);
        }
        world.write("profiles/azure.yaml", AZURE);
        world.write("short.yaml", SHORT);
        world.write("workflow/Cargo.toml", "[package]\nname = \"workflow\"\n");
        let machine = Self { world };
        for tool in WORKERS {
            machine.tool(
                tool,
                "echo \"$0 $@\" >> \"$(dirname \"$0\")/../called\"; exit 1",
            );
        }
        machine
    }

    fn path(&self, path: &str) -> Utf8PathBuf {
        self.world.path().join(path)
    }

    fn tool(&self, name: &str, script: &str) {
        machine::tool(self.world.path(), name, script);
    }

    /// A machine without Docker, unless a test says otherwise.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.world.command();
        command
            .env("PATH", format!("{}:/usr/bin:/bin", self.path("bin")))
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .args(words);
        command
    }

    #[track_caller]
    fn refuses(&self, words: &[&str]) -> Run {
        self.refused(self.command(words))
    }

    /// Runs to an error, of which nothing but looking was part.
    #[track_caller]
    fn refused(&self, command: Command) -> Run {
        let run = self.world.output(command);
        assert_ne!(run.code, 0, "{run}");
        let called = fs_err::read_to_string(self.path("called")).unwrap_or_default();
        assert_eq!(called, "", "{run}");
        assert!(!run.stdout.contains("created"), "{run}");
        run
    }
}

#[test]
fn up_finds_that_no_docker_answers_before_it_compiles_temporal() {
    let machine = Machine::new();
    let run = machine.refuses(&["up", "-p", "server"]);
    assert_snapshot!(run, @"
    --- stderr
    · profile server (profiles/server.yaml): backend process, engine server, database mysql, topology [digest]
    error: no Docker engine answers at unix:///nowhere/docker.sock
      caused by: Socket not found: /nowhere/docker.sock
      hint: Start Docker, or set DOCKER_HOST to the engine's socket (`docker context inspect` shows it).
    --- exit 69
    ");
}

#[test]
fn a_docker_host_of_a_form_that_is_not_spoken_is_refused_by_name() {
    let machine = Machine::new();
    for host in [
        "ssh://me@builder",
        "npipe:////./pipe/docker_engine",
        "fd://",
        "nonsense",
    ] {
        for profile in ["server", "k3d"] {
            for verb in ["up", "test", "bench"] {
                let mut words = vec![verb];
                match verb {
                    "test" => words.push("short.yaml"),
                    "bench" => words.push("throughput"),
                    _ => {}
                }
                let mut command = machine.command(&words);
                command.args(["-p", profile]).env("DOCKER_HOST", host);
                let run = machine.refused(command);
                // `test` also takes down, which Docker is asked for as well.
                assert!(run.code == 69 || verb == "test", "{run}");
                assert!(
                    run.stderr.contains(&format!("DOCKER_HOST is `{host}`")),
                    "{run}"
                );
            }
        }
        // The doctor asks every tool for its version.
        let asked = Machine::new();
        let mut doctor = asked.command(&["doctor", "-p", "dev"]);
        doctor.env("DOCKER_HOST", host);
        let run = asked.world.output(doctor);
        assert!(
            run.stdout
                .contains(&format!("broken   DOCKER_HOST is `{host}`")),
            "{run}"
        );
    }
}

#[test]
fn a_worker_that_cannot_be_had_is_told_before_anything_is_fetched() {
    let machine = Machine::new();
    for profile in ["dev", "server"] {
        for (worker, told) in [
            (
                "command: [nowhere]",
                "the worker's program `nowhere` is not on PATH",
            ),
            (
                "command: [./nowhere]",
                "the worker's program `./nowhere` is not an executable file",
            ),
            ("build: nowhere", "nowhere cannot be opened"),
            ("build: profiles", "has no Cargo.toml"),
            (
                "image: a/b:1",
                "names the image a/b:1, but this backend runs programs",
            ),
        ] {
            let set = format!("worker.run={{{worker}}}");
            let run = machine.refuses(&["up", "-p", profile, "--set", &set]);
            assert!(run.stderr.contains(told), "{run}");
        }
    }
    for worker in ["command: [nowhere]", "build: profiles"] {
        let set = format!("worker.run={{{worker}}}");
        let run = machine.refuses(&["up", "-p", "k3d", "--set", &set]);
        assert!(
            run.stderr.contains("could not provide the worker's image"),
            "{run}"
        );
        let run = machine.refuses(&["promote", "-p", "azure", "--rehearse", "--set", &set]);
        assert!(
            run.stderr.contains("could not provide the worker's image"),
            "{run}"
        );
        assert!(!run.stderr.contains("signing in"), "{run}");
    }
}

#[test]
fn a_missing_cargo_is_told_before_anything_is_fetched() {
    let machine = Machine::new();
    fs_err::remove_file(machine.path("bin/cargo")).expect("it is there");
    let mut command =
        machine.command(&["up", "-p", "dev", "--set", "worker.run={build: workflow}"]);
    command.env("PATH", machine.path("bin"));
    let run = machine.refused(command);
    assert!(run.stderr.contains("`cargo`"), "{run}");
    assert!(run.stderr.contains("hint: Install cargo"), "{run}");
}

#[test]
fn a_pinned_port_that_is_taken_is_told_before_anything_is_fetched() {
    let machine = Machine::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("bound").port();
    for key in ["temporal.port", "web.port", "starter.port"] {
        let set = format!("{key}={port}");
        for words in [
            &["up"][..],
            &["test", "short.yaml"],
            &["bench", "throughput"],
        ] {
            let words = [words, &["-p", "dev", "--set", &set]].concat();
            let run = machine.refuses(&words);
            assert_eq!(run.code, 69, "{run}");
            assert!(
                run.stderr.contains(&format!("port {port}, pinned for")),
                "{run}"
            );
        }
    }
}

#[test]
fn a_temporal_cli_that_is_named_and_not_there_is_told_before_the_worker_is_built() {
    let machine = Machine::new();
    let mut command = machine.command(&["up", "-p", "dev"]);
    command.env("HARNESS_TEMPORAL", "/nowhere/temporal");
    let run = machine.refused(command);
    assert!(
        run.stderr
            .contains("HARNESS_TEMPORAL names /nowhere/temporal"),
        "{run}"
    );
}

#[test]
fn promote_asks_whether_it_may_before_it_compiles() {
    let machine = Machine::new();
    let promote = ["promote", "-p", "azure", "--rehearse"];
    // The gate.
    machine.world.write("scenarios/smoke.yaml", SHORT);
    let gate = ["--set", "promotion.require=[scenarios/smoke.yaml]"];
    let run = machine.refuses(&[&promote[..], &gate].concat());
    assert_eq!(run.code, 77, "{run}");
    assert!(run.stderr.contains("the gate is closed"), "{run}");
    // The budget.
    let open = ["--set", "promotion.require=[]"];
    let budget = ["--set", "backend.azure.budget=1"];
    let run = machine.refuses(&[&promote[..], &open, &budget].concat());
    assert!(run.stderr.contains("more than the 1 USD allowed"), "{run}");
    // An earlier plan.
    for (file, text) in [
        ("nowhere.json", None),
        ("plan.json", Some("{}")),
        ("plan.json", Some("[")),
    ] {
        if let Some(text) = text {
            machine.world.write(file, text);
        }
        let run = machine.refuses(&[&promote[..], &open, &["--plan", file]].concat());
        assert_eq!(run.code, 65, "{run}");
        assert!(!run.stderr.contains("signing in"), "{run}");
    }
    // Credentials.
    let run = machine.refuses(&[&["promote", "-p", "azure"][..], &open].concat());
    assert_eq!(run.code, 77, "{run}");
    assert!(run.stderr.contains("could not sign in to Azure"), "{run}");
}

#[test]
fn a_plan_that_cannot_be_written_is_told_before_azure_is_asked() {
    let machine = Machine::new();
    for out in ["nowhere/plan.json", "profiles"] {
        let run = machine.refuses(&["plan", "-p", "azure", "--rehearse", "--out", out]);
        assert!(!run.stderr.contains("signing in"), "{run}");
    }
}

#[test]
fn what_is_to_be_run_is_read_before_anything_is_built() {
    let machine = Machine::new();
    machine.world.write(
        "wrong.yaml",
        "apiVersion: harness/v1\nkind: Scenario\nname: wrong\n",
    );
    for words in [
        &["test", "-p", "dev", "wrong.yaml"][..],
        &["test", "-p", "dev", "missing.yaml"],
        &["test", "-p", "dev", "short.yaml", "--seed", "x"],
        &["test", "-p", "missing", "short.yaml"],
        &["bench", "throughput", "-p", "dev", "--duration", "0s"],
        &["bench", "throughput", "-p", "dev", "--duration", "0ms"],
        &["bench", "throughput", "-p", "dev", "--concurrency", "0"],
        &["bench", "up", "-p", "dev", "--rounds", "0"],
        &["bench", "up", "-p", "dev", "--without-snapshot"],
        &["up", "-p", "dev", "--set", "worker.replicas=many"],
    ] {
        let run = machine.refuses(words);
        assert!(matches!(run.code, 64 | 65), "{run}");
    }
}

#[test]
fn a_state_folder_that_cannot_be_made_is_told_before_anything_is_built() {
    let machine = Machine::new();
    machine.world.write(".harness", "no folder");
    let run = machine.refuses(&["up", "-p", "dev"]);
    assert_eq!(run.code, 69, "{run}");
}
