//! What a wrong scenario is told.

use super::{CRASH, resolution};

/// The error of the scenario `CRASH` with one thing in it changed.
fn wrong(from: &str, to: &str) -> String {
    assert!(CRASH.contains(from), "`{from}` is in the scenario");
    resolution(&CRASH.replacen(from, to, 1), 1)
        .expect_err("the scenario is wrong")
        .to_string()
}

#[test]
fn an_unknown_key_suggests_the_right_one() {
    insta::assert_snapshot!(wrong("throughput:", "troughput:"), @r#"
    crash.yaml:24:7: unknown key `troughput`; did you mean `throughput`?
       |
    24 |       troughput: ">= 90%"
       |       ^^^^^^^^^
    "#);
}

#[test]
fn a_bad_threshold_shows_an_example() {
    insta::assert_snapshot!(wrong("\"< 1%\"", "1%"), @r"
    crash.yaml:18:17: `1%` is not a threshold (`<`, `<=`, `>` or `>=`, and a value)
       |
    18 |     error-rate: 1%
       |                 ^^
    ");
    insta::assert_snapshot!(wrong("{p99: \"< 1s\"}", "{p99: \"< fast\"}"), @r#"
    crash.yaml:19:27: `fast` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
       |
    19 |     start-to-close: {p99: "< fast"}
       |                           ^^^^^^^^
    "#);
    insta::assert_snapshot!(wrong("\">= 90%\"", "\">= 90\""), @r#"
    crash.yaml:24:19: `90` is not a throughput (such as `18/s`, or `95%` of the offered load)
       |
    24 |       throughput: ">= 90"
       |                   ^^^^^^^
    "#);
}

#[test]
fn a_fault_outside_its_phase_is_refused() {
    insta::assert_snapshot!(wrong("for: 3s", "for: 6s"), @r"
    crash.yaml:15:73: the fault ends at 7s of phase `chaos`, which lasts 6s
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: chaos, at: 1s, for: 6s}
       |                                                                         ^^
    ");
    insta::assert_snapshot!(wrong("phase: chaos", "phase: drain"), @r"
    crash.yaml:15:53: a fault cannot be injected in the drain, which waits for open workflows to close
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: drain, at: 1s, for: 3s}
       |                                                     ^^^^^
    ");
    insta::assert_snapshot!(wrong("chaos: 6s, ", ""), @r"
    crash.yaml:15:53: there is no phase `chaos` in `phases`
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: chaos, at: 1s, for: 3s}
       |                                                     ^^^^^
    ");
    insta::assert_snapshot!(wrong("phase: chaos", "phase: baseline"), @r"
    crash.yaml:15:53: phase `baseline` is over before the steady state is known
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: baseline, at: 1s, for: 3s}
       |                                                     ^^^^^^^^
    ");
}

#[test]
fn an_unknown_target_suggests_the_right_service() {
    insta::assert_snapshot!(wrong("target: worker", "target: wroker"), @r"
    crash.yaml:15:38: there is no service `wroker`; did you mean `worker`?
       |
    15 |   - {id: crash, fault: kill, target: wroker, phase: chaos, at: 1s, for: 3s}
       |                                      ^^^^^^
    ");
    insta::assert_snapshot!(wrong("target: worker", "target: everything"), @r"
    crash.yaml:15:38: there is no service `everything`; expected `temporal-frontend`, `temporal-history` or `worker`
       |
    15 |   - {id: crash, fault: kill, target: everything, phase: chaos, at: 1s, for: 3s}
       |                                      ^^^^^^^^^^
    ");
}

#[test]
fn a_template_that_cannot_be_filled_is_shown() {
    insta::assert_snapshot!(wrong("Hello {{ name }}!", "Hello {{ nmae }}!"), @r#"
    crash.yaml:11:15: unknown variable `nmae`; did you mean `name`?
       |
    11 |       input: ["Hello {{ nmae }}!"]
       |               ^^^^^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(wrong("Hello {{ name }}!", "Hello {{ name"), @r#"
    crash.yaml:11:15: syntax error: unexpected end of input, expected end of variable block
       |
    11 |       input: ["Hello {{ name"]
       |               ^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(wrong("Hello {{ name }}!", "{{ 1 / n }}"), @r#"
    crash.yaml:11:15: invalid operation: unable to calculate 1 / 0
       |
    11 |       input: ["{{ 1 / n }}"]
       |               ^^^^^^^^^^^^^
    "#);
}

#[test]
fn names_are_unique() {
    let twice =
        "  - {id: crash, fault: kill, target: worker, phase: recovery, at: 1s, for: 1s}\nexpect:";
    insta::assert_snapshot!(wrong("expect:", twice), @r"
    crash.yaml:16:10: another fault has the name `crash`
       |
    16 |   - {id: crash, fault: kill, target: worker, phase: recovery, at: 1s, for: 1s}
       |          ^^^^^
    ");
    insta::assert_snapshot!(wrong("name: hello", "name: Hello World"), @"
    crash.yaml:6:11: `Hello World` is not a valid workload name: use at most 63 lowercase letters, digits and dashes, and no dash at either end
      |
    6 |   - name: Hello World
      |           ^^^^^^^^^^^
    ");
}

#[test]
fn faults_on_one_target_do_not_overlap() {
    let second =
        "  - {id: again, fault: kill, target: worker, phase: chaos, at: 3s, for: 1s}\nexpect:";
    insta::assert_snapshot!(wrong("expect:", second), @r"
    crash.yaml:16:64: fault `again` overlaps with `crash` on the same target
       |
    16 |   - {id: again, fault: kill, target: worker, phase: chaos, at: 3s, for: 1s}
       |                                                                ^^
    ");
}

#[test]
fn an_expectation_for_a_missing_phase_is_refused() {
    insta::assert_snapshot!(wrong(", recovery: 4s", ""), @r#"
    crash.yaml:22:7: there is no phase `recovery` in `phases`
       |
    22 |       error-rate: "< 1%"
       |       ^
    "#);
    insta::assert_snapshot!(wrong("baseline: 4s, ", ""), @r#"
    crash.yaml:18:5: `steady-state` needs the phase `baseline`, which is not in `phases`
       |
    18 |     error-rate: "< 1%"
       |     ^
    "#);
}

#[test]
fn a_scenario_that_would_do_nothing_is_refused() {
    let arrivals = "constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 100}";
    insta::assert_snapshot!(wrong(arrivals, "constant-concurrency"), @r"
    crash.yaml:7:5: `executor` needs a value: `executor: ...`
      |
    7 |     executor:
      |     ^^^^^^^^
    ");
    insta::assert_snapshot!(wrong(arrivals, "constant-concurency: {users: 1}"), @r"
    crash.yaml:8:7: unknown choice `constant-concurency`; did you mean `constant-concurrency`?
      |
    8 |       constant-concurency: {users: 1}
      |       ^^^^^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(wrong("max-in-flight: 100", "max-in-flight: 0"), @r"
    crash.yaml:8:7: `max-in-flight: 0` would start nothing
      |
    8 |       constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 0}
      |       ^
    ");
    insta::assert_snapshot!(wrong("{warmup: 1s, baseline: 4s, chaos: 6s, recovery: 4s, drain: 10s}", "{drain: 10s}"), @r"
    crash.yaml:13:9: no phase has load; name at least one of `warmup`, `baseline`, `chaos`, `recovery`
       |
    13 | phases: {drain: 10s}
       |         ^
    ");
    let result = "      result: \"Hello {{ name }}!\"\n";
    let text = super::CRASH.replacen(result, "", 1) + "  invariants: [right-result]\n";
    let error = resolution(&text, 1).expect_err("no result is expected");
    insta::assert_snapshot!(error, @r"
    crash.yaml:25:16: `right-result` needs something to check: a `result` of a workflow, a query or an update, or a `status`
       |
    25 |   invariants: [right-result]
       |                ^^^^^^^^^^^^
    ");
}

#[test]
fn a_number_that_cannot_be_sent_exactly_is_refused() {
    let input = "input: [\"Hello {{ name }}!\"]";
    insta::assert_snapshot!(wrong(input, "input: [1, {id: 18446744073709551616}]"), @r#"
    crash.yaml:11:18: `18446744073709551616` does not fit 64 bits and would be sent as another number; write it as a text, `"18446744073709551616"`, or as a float
       |
    11 |       input: [1, {id: 18446744073709551616}]
       |                  ^
    "#);
    for number in ["1e400", "-1e400", ".inf", ".nan"] {
        let error = wrong(input, &format!("input: [{number}]"));
        assert!(error.starts_with("crash.yaml:11:15: "), "{number}: {error}");
    }
}

#[test]
fn a_result_of_null_is_a_result() {
    let result = |result: &str| {
        let text = CRASH.replace("      result: \"Hello {{ name }}!\"\n", result);
        let plan = super::plan(&text, 1);
        let asked = plan.invariants.contains(&check::Invariant::RightResult);
        (plan.workloads[0].mix[0].result.clone(), asked)
    };
    assert_eq!(result(""), (None, false));
    let null = Some(serde_json::Value::Null);
    assert_eq!(result("      result: null\n"), (null.clone(), true));
    assert_eq!(result("      result: ~\n"), (null.clone(), true));
    assert_eq!(result("      result:\n"), (null, true));
}

#[test]
fn values_are_kept_as_they_are_written() {
    let input = r#"input: [1.0, 1, -0.0, 9007199254740993, 18446744073709551615, "5", "007", "{{ n }}\n", "a\r\n", "\0ä", null, {b: 1, a: [1e300]}]"#;
    let text = CRASH.replace("input: [\"Hello {{ name }}!\"]", input);
    let plan = super::plan(&text, 1);
    let workload = &plan.workloads[0];
    let sent = super::request(workload, 7);
    let sent = serde_json::Value::from(sent.start.input);
    insta::assert_snapshot!(sent, @r#"[1.0,1,-0.0,9007199254740993,18446744073709551615,"5","007","7\n","a\r\n","\u0000ä",null,{"a":[1e+300],"b":1}]"#);
}

#[test]
fn a_rate_above_the_limit_is_refused() {
    insta::assert_snapshot!(wrong("rate: 10/s", "rate: 1000000000/s"), @r"
    crash.yaml:8:7: 1000000000/s is more than a generator can count; use at most 1000000/s
      |
    8 |       constant-arrival-rate: {rate: 1000000000/s, arrivals: uniform, max-in-flight: 100}
      |       ^
    ");
    assert!(resolution(&CRASH.replacen("rate: 10/s", "rate: 1000000/s", 1), 1).is_ok());
}

#[test]
fn stages_that_are_not_a_load_are_refused() {
    let constant = "constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 100}";
    let ramp = |stages: &str| {
        let ramp = format!("ramping-arrival-rate: {{stages: [{stages}], max-in-flight: 100}}");
        resolution(&CRASH.replacen(constant, &ramp, 1), 1).map_err(|error| error.to_string())
    };
    assert!(ramp("{target: 10/s, duration: 15s}, {target: 0/s, duration: 0s}").is_ok());
    let error = |stages: &str| ramp(stages).expect_err("they are wrong");
    let first_line = |error: String| error.lines().next().map(str::to_owned);
    insta::assert_snapshot!(error("{target: 10/s, duration: 10s}, {target: 20/s, duration: 10s}"), @r"
    crash.yaml:8:7: the stages take 20s, and the phases with load only 15s; shorten the stages, or make the phases longer
      |
    8 |       ramping-arrival-rate: {stages: [{target: 10/s, duration: 10s}, {target: 20/s, duration: 10s}], max-in-flight: 100}
      |       ^
    ");
    for (stages, message) in [
        (
            "",
            "crash.yaml:8:7: stages that stay at 0/s would start nothing",
        ),
        (
            "{target: 0/s, duration: 1s}",
            "crash.yaml:8:7: stages that stay at 0/s would start nothing",
        ),
        (
            "{target: 5/s, duration: 0s}, {target: 0/s, duration: 0s}",
            "crash.yaml:8:7: stages that stay at 0/s would start nothing",
        ),
        (
            "{target: 2000000/s, duration: 1s}",
            "crash.yaml:8:7: 2000000/s is more than a generator can count; use at most 1000000/s",
        ),
    ] {
        assert_eq!(first_line(error(stages)).as_deref(), Some(message));
    }
    let rate = first_line(wrong("rate: 10/s", "rate: 0/s"));
    assert_eq!(
        rate.as_deref(),
        Some("crash.yaml:8:7: `rate: 0/s` would start nothing")
    );
    let users = "ramping-concurrency: {stages: [{target: 0, duration: 1s}]}";
    let users = first_line(wrong(constant, users));
    let wanted = "crash.yaml:8:7: stages that stay at 0 users would start nothing";
    assert_eq!(users.as_deref(), Some(wanted));
    // The first user would come when the load ends.
    let late = "ramping-concurrency: {stages: [{target: 1, duration: 15s}]}";
    assert_eq!(first_line(wrong(constant, late)).as_deref(), Some(wanted));
}

#[test]
fn more_workflows_in_flight_than_one_generator_can_hold_are_refused() {
    insta::assert_snapshot!(wrong("max-in-flight: 100}", "max-in-flight: 4000000000}"), @r"
    crash.yaml:8:7: `max-in-flight: 4000000000` is more workflows than one generator can have in flight; use at most 100000
      |
    8 |       constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 4000000000}
      |       ^
    ");
    let users = "constant-concurrency: {users: 4000000000}";
    let rate = "constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 100}";
    let users = wrong(rate, users);
    assert!(
        users.contains("`users: 4000000000` is more workflows than one generator can have"),
        "{users}"
    );
    let other = "  - name: other\n    executor: {constant-concurrency: {users: 99950}}\n    \
                 workflow: {type: Workflow}\nphases:";
    let other = wrong("phases:", other);
    let told = "`users: 99950`, with 100 of the workloads before, is more workflows than one \
                generator can have in flight; use at most 100000 in all";
    assert!(other.contains(told), "{other}");
}

#[test]
fn durations_outside_their_bounds_are_refused() {
    let timeout = |timeout: &str| {
        let line = format!("    timeout: {timeout}\n    workflow:");
        wrong("    workflow:", &line)
    };
    let errors = [
        timeout("0s"),
        timeout("1000000d"),
        timeout("1 minute"),
        wrong("chaos: 6s", "chaos: 0s"),
        wrong("chaos: 6s", "chaos: 31d"),
        wrong("for: 3s", "for: 0s"),
        wrong("for: 3s", "for: 1us"),
    ];
    insta::assert_snapshot!(errors.join("\n\n"), @"
    crash.yaml:9:14: `timeout` must be from 1ms to 30d, found `0s`
      |
    9 |     timeout: 0s
      |              ^^

    crash.yaml:9:14: `timeout` must be from 1ms to 30d, found `1000000d`
      |
    9 |     timeout: 1000000d
      |              ^^^^^^^^

    crash.yaml:9:14: `1 minute` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
      |
    9 |     timeout: 1 minute
      |              ^^^^^^^^

    crash.yaml:13:9: phase `chaos` has no length
       |
    13 | phases: {warmup: 1s, baseline: 4s, chaos: 0s, recovery: 4s, drain: 10s}
       |         ^

    crash.yaml:13:9: phase `chaos` must last from 1ms to 30d, found `31d`
       |
    13 | phases: {warmup: 1s, baseline: 4s, chaos: 31d, recovery: 4s, drain: 10s}
       |         ^

    crash.yaml:15:73: `for` must be from 1ms to 30d, found `0s`
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: chaos, at: 1s, for: 0s}
       |                                                                         ^^

    crash.yaml:15:73: `for` must be from 1ms to 30d, found `1us`
       |
    15 |   - {id: crash, fault: kill, target: worker, phase: chaos, at: 1s, for: 1us}
       |                                                                         ^^^
    ");
}

#[test]
fn names_that_temporal_or_a_file_system_refuses_are_refused_early() {
    let long = format!("name: {}", "c".repeat(64));
    let errors = [
        wrong("name: crash", &long),
        wrong("name: crash", "name: crash-"),
        wrong("type: Workflow", "type: ''"),
        wrong(
            "type: Workflow",
            "type: Workflow\n      task-queue: /_sys/a",
        ),
        wrong("type: Workflow", "type: Workflow\n      task-queue: ''"),
    ];
    insta::assert_snapshot!(errors.join("\n\n"), @"
    crash.yaml:3:7: `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` is not a valid scenario name: use at most 63 lowercase letters, digits and dashes, and no dash at either end
      |
    3 | name: cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    crash.yaml:3:7: `crash-` is not a valid scenario name: use at most 63 lowercase letters, digits and dashes, and no dash at either end
      |
    3 | name: crash-
      |       ^^^^^^

    crash.yaml:10:13: a workflow type must have 1 to 1000 bytes and no NUL
       |
    10 |       type: ''
       |             ^^

    crash.yaml:11:19: `/_sys/a` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
       |
    11 |       task-queue: /_sys/a
       |                   ^^^^^^^

    crash.yaml:11:19: `` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
       |
    11 |       task-queue: ''
       |                   ^^
    ");
}

#[test]
fn a_missing_key_is_shown_at_the_top() {
    insta::assert_snapshot!(wrong("kind: Scenario\n", ""), @"
    crash.yaml:1:1: key `kind` is missing
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
}
