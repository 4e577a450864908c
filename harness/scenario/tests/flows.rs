//! What the iterations of a workload do: what a wrong scenario is told, and what a right one becomes.

use temporal::Status;

use super::{CRASH, plan, request, resolution};

const WORKFLOW: &str = r#"    workflow:
      type: Workflow
      input: ["Hello {{ name }}!"]
      result: "Hello {{ name }}!"
"#;

fn with(what: &str) -> String {
    assert!(CRASH.contains(WORKFLOW), "it is in the scenario");
    CRASH.replacen(WORKFLOW, what, 1)
}

/// The error of the scenario `CRASH` with this in place of its workflow: the message, the line and the
/// place in it.
fn wrong(what: &str) -> String {
    let error = resolution(&with(what), 1).expect_err("the scenario is wrong");
    format!("{error}\n")
}

#[test]
fn a_workload_has_a_workflow_or_a_mix() {
    let errors = [
        wrong(""),
        wrong("    workflow: {type: A}\n    mix: [{workflow: {type: B}}]\n"),
        wrong("    mix: []\n"),
        wrong("    mix: [{workflow: {type: A}}]\n    steps: [cancel]\n"),
        wrong("    mix: [{workflow: {type: A}}, {workflow: {type: A}}]\n"),
        wrong("    mix: [{name: a, workflow: {type: A}}, {name: a, workflow: {type: B}}]\n"),
        wrong("    mix: [{name: a b, workflow: {type: A}}]\n"),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    crash.yaml:6:11: the workload needs a `workflow`, or a `mix` of several
      |
    6 |   - name: hello
      |           ^^^^^

    crash.yaml:10:10: a workload has either a `workflow` or a `mix`; move the workflow into the mix
       |
    10 |     mix: [{workflow: {type: B}}]
       |          ^

    crash.yaml:9:10: an empty mix would start nothing
      |
    9 |     mix: []
      |          ^

    crash.yaml:10:13: the steps belong to one of the mix; move them into it
       |
    10 |     steps: [cancel]
       |             ^^^^^^

    crash.yaml:9:52: another one of the mix has the name `A`; give one of them another `name`
      |
    9 |     mix: [{workflow: {type: A}}, {workflow: {type: A}}]
      |                                                    ^

    crash.yaml:9:50: another one of the mix has the name `a`; give one of them another `name`
      |
    9 |     mix: [{name: a, workflow: {type: A}}, {name: a, workflow: {type: B}}]
      |                                                  ^

    crash.yaml:9:18: `a b` is not a valid flow name: use at most 63 lowercase letters, digits and dashes, and no dash at either end
      |
    9 |     mix: [{name: a b, workflow: {type: A}}]
      |                  ^^^
    ");
}

#[test]
fn weights_are_whole_numbers_and_one_is_above_zero() {
    let mix = |weight: &str| format!("    mix: [{{weight: {weight}, workflow: {{type: A}}}}]\n");
    let errors = ["0", "many", "-1", "1.5"].map(|weight| wrong(&mix(weight)));
    insta::assert_snapshot!(errors.join("\n"), @r"
    crash.yaml:9:10: a mix without any weight would start nothing
      |
    9 |     mix: [{weight: 0, workflow: {type: A}}]
      |          ^

    crash.yaml:9:20: expected a whole number from 0 to 4294967295, found `many`
      |
    9 |     mix: [{weight: many, workflow: {type: A}}]
      |                    ^^^^

    crash.yaml:9:20: expected a whole number from 0 to 4294967295, found `-1`
      |
    9 |     mix: [{weight: -1, workflow: {type: A}}]
      |                    ^^

    crash.yaml:9:20: expected a whole number from 0 to 4294967295, found `1.5`
      |
    9 |     mix: [{weight: 1.5, workflow: {type: A}}]
      |                    ^^^
    ");
}

#[test]
fn wrong_steps_are_shown() {
    let steps = |steps: &str| {
        wrong(&format!(
            "    workflow: {{type: A}}\n    steps: [{steps}]\n"
        ))
    };
    let errors = [
        steps("{sginal: {name: a}}"),
        steps("pause"),
        steps("{signal: {name: ''}}"),
        steps("{signal: {}}"),
        steps("{signal: {name: a, times: 0}}"),
        steps("{update: {name: a, times: 1001}}"),
        steps("{query: {name: a, result: '{{ j }}'}}"),
        steps("{wait: soon}"),
        steps("{wait: 40d}"),
        steps("{query: {name: a, result: {$value: '[1, 2][i]'}, times: 3}}"),
        steps("{signal: {name: a, input: ['{{ text(1000000) }}'], times: 1000}}"),
        steps("cancel, terminate, {query: {name: a}}"),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    crash.yaml:10:14: unknown choice `sginal`; did you mean `signal`?
       |
    10 |     steps: [{sginal: {name: a}}]
       |              ^^^^^^

    crash.yaml:10:13: unknown choice `pause`; expected `signal`, `query`, `update`, `cancel`, `terminate` or `wait`
       |
    10 |     steps: [pause]
       |             ^^^^^

    crash.yaml:10:29: the name of a signal must have 1 to 1000 bytes and no NUL
       |
    10 |     steps: [{signal: {name: ''}}]
       |                             ^^

    crash.yaml:10:22: key `name` is missing
       |
    10 |     steps: [{signal: {}}]
       |                      ^

    crash.yaml:10:39: `times` must be from 1 to 1000, found `0`
       |
    10 |     steps: [{signal: {name: a, times: 0}}]
       |                                       ^

    crash.yaml:10:39: `times` must be from 1 to 1000, found `1001`
       |
    10 |     steps: [{update: {name: a, times: 1001}}]
       |                                       ^^^^

    crash.yaml:10:39: unknown variable `j`; expected `i`, `id`, `n`, `name`, `choice`, `exponential`, `normal`, `text` or `uniform`
       |
    10 |     steps: [{query: {name: a, result: '{{ j }}'}}]
       |                                       ^^^^^^^^^

    crash.yaml:10:20: `soon` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
       |
    10 |     steps: [{wait: soon}]
       |                    ^^^^

    crash.yaml:10:20: `wait` must be from 1ms to 30d, found `40d`
       |
    10 |     steps: [{wait: 40d}]
       |                    ^^^

    crash.yaml:10:39: `[1, 2][i]` has no value
       |
    10 |     steps: [{query: {name: a, result: {$value: '[1, 2][i]'}, times: 3}}]
       |                                       ^

    crash.yaml:9:15: iteration 0 would send 954MiB; at most 16MiB are possible
      |
    9 |     workflow: {type: A}
      |               ^

    crash.yaml:10:32: the workflow is closed after `terminate`; make that the last step
       |
    10 |     steps: [cancel, terminate, {query: {name: a}}]
       |                                ^
    ");
}

#[test]
fn a_workflow_must_be_able_to_end_as_it_must() {
    let errors = ["running", "continued-as-new", "cancelled", "failed"].map(|status| {
        wrong(&format!(
            "    workflow: {{type: A, status: {status}, result: 1}}\n"
        ))
    });
    insta::assert_snapshot!(errors.join("\n"), @r"
    crash.yaml:9:33: unknown choice `running`; expected `completed`, `failed`, `canceled`, `terminated` or `timed-out`
      |
    9 |     workflow: {type: A, status: running, result: 1}
      |                                 ^^^^^^^

    crash.yaml:9:33: unknown choice `continued-as-new`; expected `completed`, `failed`, `canceled`, `terminated` or `timed-out`
      |
    9 |     workflow: {type: A, status: continued-as-new, result: 1}
      |                                 ^^^^^^^^^^^^^^^^

    crash.yaml:9:33: unknown choice `cancelled`; did you mean `canceled`?
      |
    9 |     workflow: {type: A, status: cancelled, result: 1}
      |                                 ^^^^^^^^^

    crash.yaml:9:49: a workflow that must close as failed has no result; remove `result`, or say `status: completed`
      |
    9 |     workflow: {type: A, status: failed, result: 1}
      |                                                 ^
    ");
}

#[test]
fn variables_and_templates_are_tried_before_anything_starts() {
    let workflow = |what: &str| wrong(&format!("    workflow: {{type: A, {what}}}\n"));
    let errors = [
        workflow("variables: {n: '1'}"),
        workflow("variables: {a-b: '1'}"),
        workflow("variables: {a: '1 +'}"),
        workflow("variables: {text: '1'}"),
        workflow("variables: {a: 'b'}"),
        workflow("variables: {a: 'b', b: 'a', c: 'a'}"),
        workflow("input: ['{{ i }}']"),
        workflow("variables: {a: 'uniform(3, 2)'}"),
        workflow("input: ['{{ 1 / (n - 1000) }}']"),
        workflow("memo: {who: '{{ nmae }}'}"),
        workflow("search-attributes: {Who: {$value: 'name +'}}"),
        workflow("signal-with-start: {name: a, input: ['{{ nmae }}']}"),
        workflow("input: [{$value: 5}]"),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    crash.yaml:9:40: `n` already means something in templates; use another name
      |
    9 |     workflow: {type: A, variables: {n: '1'}}
      |                                        ^^^

    crash.yaml:9:42: `a-b` is not a valid variable: use letters, digits and underscores, and begin with a letter
      |
    9 |     workflow: {type: A, variables: {a-b: '1'}}
      |                                          ^^^

    crash.yaml:9:40: syntax error: unexpected end of input, expected expression
      |
    9 |     workflow: {type: A, variables: {a: '1 +'}}
      |                                        ^^^^^

    crash.yaml:9:43: `text` already means something in templates; use another name
      |
    9 |     workflow: {type: A, variables: {text: '1'}}
      |                                           ^^^

    crash.yaml:9:40: unknown variable `b`; expected `id`, `n`, `name`, `choice`, `exponential`, `normal`, `text` or `uniform`
      |
    9 |     workflow: {type: A, variables: {a: 'b'}}
      |                                        ^^^

    crash.yaml:9:40: variable `a` depends on itself
      |
    9 |     workflow: {type: A, variables: {a: 'b', b: 'a', c: 'a'}}
      |                                        ^^^

    crash.yaml:9:33: unknown variable `i`; expected `id`, `n`, `name`, `choice`, `exponential`, `normal`, `text` or `uniform`
      |
    9 |     workflow: {type: A, input: ['{{ i }}']}
      |                                 ^^^^^^^^^

    crash.yaml:9:40: invalid operation: `uniform` from 3 to 2 is empty
      |
    9 |     workflow: {type: A, variables: {a: 'uniform(3, 2)'}}
      |                                        ^^^^^^^^^^^^^^^

    crash.yaml:9:33: invalid operation: unable to calculate 1 / 0, for iteration 1000
      |
    9 |     workflow: {type: A, input: ['{{ 1 / (n - 1000) }}']}
      |                                 ^^^^^^^^^^^^^^^^^^^^^^

    crash.yaml:9:37: unknown variable `nmae`; did you mean `name`?
      |
    9 |     workflow: {type: A, memo: {who: '{{ nmae }}'}}
      |                                     ^^^^^^^^^^^^

    crash.yaml:9:50: syntax error: unexpected end of input, expected expression
      |
    9 |     workflow: {type: A, search-attributes: {Who: {$value: 'name +'}}}
      |                                                  ^

    crash.yaml:9:62: unknown variable `nmae`; did you mean `name`?
      |
    9 |     workflow: {type: A, signal-with-start: {name: a, input: ['{{ nmae }}']}}
      |                                                              ^^^^^^^^^^^^

    crash.yaml:9:33: `$value` needs an expression in quotes
      |
    9 |     workflow: {type: A, input: [{$value: 5}]}
      |                                 ^
    ");
}

#[expect(clippy::too_many_lines, reason = "one snapshot of the whole request")]
#[test]
fn a_flow_resolves_to_its_calls() {
    let text = with(
        r#"    workflow:
      type: Order
      variables: {amount: "n + 1", double: "2 * amount"}
      input: [{amount: {$value: double}}]
      memo: {who: "{{ name }}"}
      signal-with-start: {name: paid, input: [1]}
    steps:
      - wait: 1s
      - update: {name: add, input: [{$value: "amount * i"}], result: {$value: "i"}, times: 2}
      - cancel
"#,
    );
    let plan = plan(&text, 1);
    insta::assert_debug_snapshot!(request(&plan.workloads[0], 4), @r#"
    Request {
        flow: "Order",
        start: Start {
            workflow_id: "crash/1-0/hello/4",
            request_id: "crash/1-0/hello/4",
            workflow_type: "Order",
            task_queue: "hello-world",
            input: [
                Object {
                    "amount": Number(10),
                },
            ],
            memo: {
                "who": String("amber-shrew"),
            },
            search_attributes: {},
        },
        signal: Some(
            Message {
                id: "crash/1-0/hello/4/0",
                name: "paid",
                input: [
                    Number(1),
                ],
            },
        ),
        actions: [
            Wait(
                1s,
            ),
            Call {
                call: Update(
                    Message {
                        id: "crash/1-0/hello/4/2",
                        name: "add",
                        input: [
                            Number(0),
                        ],
                    },
                ),
                expected: Some(
                    Number(0),
                ),
            },
            Call {
                call: Update(
                    Message {
                        id: "crash/1-0/hello/4/3",
                        name: "add",
                        input: [
                            Number(5),
                        ],
                    },
                ),
                expected: Some(
                    Number(1),
                ),
            },
            Call {
                call: Cancel {
                    request_id: "crash/1-0/hello/4/4",
                },
                expected: None,
            },
        ],
        status: Some(
            Canceled,
        ),
        expected: None,
    }
    "#);
    let asked = plan.invariants.contains(&check::Invariant::RightResult);
    assert!(asked, "the updates have results");
}

#[test]
fn a_workflow_must_close_as_the_last_step_that_ends_it_says() {
    let status = |workflow: &str| {
        let text = with(&format!("    workflow: {{type: A}}\n{workflow}"));
        plan(&text, 1).workloads[0].mix[0].status
    };
    assert_eq!(status(""), None);
    assert_eq!(status("    steps: [cancel]\n"), Some(Status::Canceled));
    let both = status("    steps: [cancel, terminate]\n");
    assert_eq!(both, Some(Status::Terminated));
}
