//! The questions of `harness init` at a terminal.

use std::io::{Read as _, Write as _};

use support::terminal;
use support::world::World;

use super::{BASE, SMOKE, exists, repository, text};

/// Runs `init` at a terminal at which these lines are typed.
fn at_a_terminal(world: &World, typed: &str) -> (Option<i32>, String) {
    let mut command = world.command();
    command.arg("init");
    let mut keyboard = terminal::connect(&mut command);
    // The terminal keeps what is typed until it is read.
    keyboard.write_all(typed.as_bytes()).expect("it listens");
    let mut child = command.spawn().expect("the binary starts");
    drop(command);
    let mut shown = Vec::new();
    let mut bytes = [0; 4096];
    // A terminal without anybody at its other end is an error on Linux.
    while let Ok(count @ 1..) = keyboard.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..count]);
    }
    let code = child.wait().expect("it ends").code();
    (code, String::from_utf8_lossy(&shown).replace('\r', ""))
}

#[test]
fn at_a_terminal_it_asks_with_what_was_found_as_the_default() {
    let world = repository();
    let (code, shown) = at_a_terminal(&world, "\n\nmy queue\nother\n\n{\n[1]\n\n");
    assert_eq!(code, Some(0), "{shown}");
    for question in [
        "worker command (worker/main.go:10) [.harness/bin/worker]:",
        "command that prepares it, or none (worker/main.go:10) [go build -o .harness/bin/worker ./worker]:",
        "task queue (worker/main.go:10) [orders]:",
        "! `my queue` is not a task queue name",
        "workflow type (worker/main.go:11) [Order]:",
        r#"workflow arguments, a JSON list, or none (worker/main.go:11) [["{{ name }}", {}]]:"#,
        "! not a JSON list",
        "create profiles/base.yaml",
        "write this? [Y/n]",
        "next:",
    ] {
        assert!(shown.contains(question), "{question} in {shown}");
    }
    let base = text(&world, BASE);
    assert!(base.contains("task-queue: other\n"), "{base}");
    let smoke = text(&world, SMOKE);
    assert!(smoke.contains("type: Order\n      input: [1]\n"), "{smoke}");
}

#[test]
fn what_was_found_can_be_declined_with_none() {
    let world = repository();
    let (code, shown) = at_a_terminal(&world, "\nnone\n\n\nnone\n\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(!text(&world, BASE).contains("prepare:"), "{shown}");
    assert!(!text(&world, SMOKE).contains("input:"), "{shown}");
}

#[test]
fn the_arguments_are_those_of_the_type_that_was_answered() {
    let world = repository();
    let (code, shown) = at_a_terminal(&world, "\n\n\nOther\n\n\n");
    assert_eq!(code, Some(0), "{shown}");
    let question = "workflow arguments, a JSON list [none]:";
    assert!(shown.contains(question), "{shown}");
    let smoke = text(&world, SMOKE);
    assert!(!smoke.contains("input:"), "{smoke}");
    let world = repository();
    let flags = "init --worker-command ./x --task-queue q --workflow-type";
    let run = world.run(&format!("{flags} Order --output json"));
    let input = run.json()["answers"]["load"]["input"].to_string();
    assert_eq!(input, r#"["{{ name }}",{}]"#, "{run}");
    let smoke = text(&world, SMOKE);
    assert!(smoke.contains("# Fill in the fields of `{}`."), "{smoke}");
}

#[test]
fn at_a_terminal_no_and_no_answer_write_nothing() {
    let world = repository();
    let (code, shown) = at_a_terminal(&world, "\n\n\n\n\nn\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("nothing was written"), "{shown}");
    assert!(!exists(&world, SMOKE));
    // The end of the input.
    let (code, shown) = at_a_terminal(&world, "\n\n\x04");
    assert_eq!(code, Some(64), "{shown}");
    assert!(shown.contains("no answer for: task queue"), "{shown}");
    assert!(!exists(&world, SMOKE));
}
