//! Values of `worker.run`, and its errors.

use super::fixture::{all_refused, load, worker, wrong};

#[test]
fn an_empty_command_is_rejected() {
    insta::assert_snapshot!(wrong("worker: {run: {command: []}}\n", &[]), @"
    profiles/dev.yaml:4:25: the command has no program
      |
    4 | worker: {run: {command: []}}
      |                         ^
    ");
}

#[test]
fn a_command_may_have_another_that_prepares_it() {
    let text = "apiVersion: harness/v1\nkind: Profile\nname: dev\nextends: base\n\
                backend: {process: {}}\n\
                worker: {run: {prepare: [go, build, -o, bin/worker, .], command: [bin/worker]}}\n";
    let profile = load(&[("dev.yaml", text)], "dev", &[]).expect("a valid profile");
    let run = &worker(&profile).run;
    let crate::topology::Run::Command(command) = run else {
        panic!("{run:?}");
    };
    assert_eq!(command.words, ["bin/worker"]);
    let prepare = ["go", "build", "-o", "bin/worker", "."].map(str::to_owned);
    assert_eq!(command.prepare.as_deref(), Some(&prepare[..]));
}

#[test]
fn a_wrong_preparation_is_rejected_where_it_is_written() {
    insta::assert_snapshot!(all_refused(&[
        "worker: {run: {build: here, prepare: [make]}}",
        "worker: {run: {prepare: [make], image: orders}}",
        "worker: {run: {prepare: [make]}}",
        "worker: {run: {command: [./worker], prepare: []}}",
        "worker: {run: {command: [./worker], prepar: [make]}}",
        "worker: {run: {command: [./worker], image: orders}}",
        "worker: {run: {comand: [./worker]}}",
    ]), @"
    profiles/dev.yaml:5:38: expected `command` beside `prepare`, found `build`
      |
    5 | worker: {run: {build: here, prepare: [make]}}
      |                                      ^

    profiles/dev.yaml:5:40: expected `command` beside `prepare`, found `image`
      |
    5 | worker: {run: {prepare: [make], image: orders}}
      |                                        ^^^^^^

    profiles/dev.yaml:5:16: key `command` is missing
      |
    5 | worker: {run: {prepare: [make]}}
      |                ^^^^^^^

    profiles/dev.yaml:5:46: the command has no program
      |
    5 | worker: {run: {command: [./worker], prepare: []}}
      |                                              ^

    profiles/dev.yaml:5:37: unknown key `prepar`; did you mean `prepare`?
      |
    5 | worker: {run: {command: [./worker], prepar: [make]}}
      |                                     ^^^^^^

    profiles/dev.yaml:5:37: expected one choice, found 2
      |
    5 | worker: {run: {command: [./worker], image: orders}}
      |                                     ^^^^^

    profiles/dev.yaml:5:16: unknown choice `comand`; did you mean `command`?
      |
    5 | worker: {run: {comand: [./worker]}}
      |                ^^^^^^
    ");
}
