//! Mutation tests of the invariants: evidence of a good run passes. After one mutation of it, the
//! invariant that covers the mutated part names the workflow.

use std::time::Duration;

use jiff::Timestamp;
use load::{Call, Cause, Failure, Iteration, Outcome, Unsent, WorkflowOutcome};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use temporal::{
    Close, Execution, ExecutionKey, HistoryEvent, OpKind, Pending, Reading, Reply, Status,
};

use super::super::{Checker, Finding, Invariant, Unread, Workflow};

/// What a workflow of a good run looks like to the client and to the server.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Completed,
    GivenUpOnButCompleted,
    UnknownAndAbsent,
    UnknownButCompleted,
    Refused,
    Dropped,
    NotSent,
}

const FATES: [Fate; 7] = [
    Fate::Completed,
    Fate::GivenUpOnButCompleted,
    Fate::UnknownAndAbsent,
    Fate::UnknownButCompleted,
    Fate::Refused,
    Fate::Dropped,
    Fate::NotSent,
];

/// One mutation of the evidence of one completed workflow.
type Mutation = fn(&mut Iteration, &mut Reading);

const MUTANTS: [(&str, Invariant, Mutation); 24] = [
    (
        "the execution is absent",
        Invariant::NoLostStart,
        |_, reading| *reading = Reading::Absent,
    ),
    (
        "the run id differs",
        Invariant::NoLostStart,
        |_, reading| {
            found(reading).key.run_id = "another".to_owned();
        },
    ),
    (
        "another chain has the workflow id",
        Invariant::NoLostStart,
        |_, reading| found(reading).first_run_id = Some("another".to_owned()),
    ),
    (
        "a query returned another value",
        Invariant::RightResult,
        |iteration, _| add_step(iteration, OpKind::Query, returned(json!(8)), Some(json!(7))),
    ),
    (
        "an update returned nothing",
        Invariant::RightResult,
        |iteration, _| {
            let nothing = Outcome::Ok(Reply::Returned { result: None });
            add_step(iteration, OpKind::Update, nothing, Some(json!(7)));
        },
    ),
    (
        "an update was rejected",
        Invariant::RightResult,
        |iteration, _| {
            let failure = "7 is too much".to_owned();
            let rejected = Outcome::Ok(Reply::Failed { failure });
            add_step(iteration, OpKind::Update, rejected, Some(json!(7)));
        },
    ),
    (
        "it should have been canceled",
        Invariant::RightResult,
        |iteration, _| iteration.status = Some(Status::Canceled),
    ),
    (
        "it should have been canceled, with any result",
        Invariant::RightResult,
        |iteration, _| {
            iteration.status = Some(Status::Canceled);
            iteration.expected = None;
        },
    ),
    (
        "the first run of its chain never closes",
        Invariant::AllClosed,
        |iteration, reading| {
            let key = &mut found(reading).key;
            let first = std::mem::replace(&mut key.run_id, "later".to_owned());
            found(reading).first_run_id = Some(first);
            found(reading).status = Status::Running;
            iteration.steps[0].outcome = Outcome::Info(failure());
        },
    ),
    (
        "the result is wrong on both sides",
        Invariant::RightResult,
        |iteration, reading| {
            found(reading).result = Some(json!("wrong"));
            seen(iteration).result = Some(json!("wrong"));
        },
    ),
    (
        "there is no result",
        Invariant::RightResult,
        |iteration, reading| {
            found(reading).result = None;
            seen(iteration).result = None;
        },
    ),
    ("it failed", Invariant::RightResult, |iteration, reading| {
        seen(iteration).status = Status::Failed;
        found(reading).status = Status::Failed;
        last(reading).kind = "WorkflowExecutionFailed".to_owned();
    }),
    (
        "it timed out",
        Invariant::RightResult,
        |iteration, reading| {
            seen(iteration).status = Status::TimedOut;
            found(reading).status = Status::TimedOut;
            last(reading).kind = "WorkflowExecutionTimedOut".to_owned();
        },
    ),
    (
        "it never closes",
        Invariant::AllClosed,
        |iteration, reading| {
            found(reading).status = Status::Running;
            found(reading).history.pop();
            iteration.steps[0].outcome = Outcome::Info(failure());
        },
    ),
    (
        "Describe reports it as running",
        Invariant::AllClosed,
        |_, reading| {
            found(reading).status = Status::Running;
        },
    ),
    (
        "an event is missing",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).history.remove(1);
        },
    ),
    (
        "an event is duplicated",
        Invariant::HistoryIntegrity,
        |_, reading| {
            let history = &mut found(reading).history;
            history.insert(1, history[1].clone());
        },
    ),
    (
        "two events are swapped",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).history.swap(1, 2);
        },
    ),
    (
        "it does not begin with the start event",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).history[0].kind = "WorkflowTaskScheduled".to_owned();
        },
    ),
    (
        "the history is empty",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).history.clear();
        },
    ),
    (
        "it closed twice",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).history[1].kind = "WorkflowExecutionFailed".to_owned();
        },
    ),
    (
        "an event follows the close",
        Invariant::HistoryIntegrity,
        |_, reading| {
            let id = last(reading).id + 1;
            let late = event(id, "TimerFired");
            found(reading).history.push(late);
        },
    ),
    (
        "Describe disagrees with the last event",
        Invariant::HistoryIntegrity,
        |_, reading| {
            found(reading).status = Status::Canceled;
        },
    ),
    (
        "the client saw another result",
        Invariant::HistoryIntegrity,
        |iteration, _| {
            seen(iteration).result = Some(json!("another"));
        },
    ),
];

fn returned(result: Value) -> Outcome {
    let result = Some(result);
    Outcome::Ok(Reply::Returned { result })
}

/// Adds a call before the wait for the close.
fn add_step(iteration: &mut Iteration, op: OpKind, outcome: Outcome, expected: Option<Value>) {
    let call = Call {
        op,
        name: Some("value".to_owned()),
        outcome,
        expected,
        ..iteration.start.clone()
    };
    iteration.steps.insert(0, call);
}

fn found(reading: &mut Reading) -> &mut Execution {
    match reading {
        Reading::Found(execution) => execution,
        Reading::Absent | Reading::Unreadable(_) => panic!("the execution was there"),
    }
}

fn last(reading: &mut Reading) -> &mut HistoryEvent {
    found(reading)
        .history
        .last_mut()
        .expect("a history has events")
}

/// The close that the client saw.
fn seen(iteration: &mut Iteration) -> &mut Close {
    match &mut iteration.steps[..] {
        [
            ..,
            Call {
                outcome: Outcome::Ok(Reply::Closed(close)),
                ..
            },
        ] => close,
        _ => panic!("the client saw it close"),
    }
}

fn unsent(cause: Cause) -> Outcome {
    Outcome::NotSent(Unsent {
        arrivals: 3,
        last_intended: Duration::ZERO,
        cause,
        message: None,
    })
}

fn failure() -> Failure {
    Failure {
        code: "DeadlineExceeded".to_owned(),
        message: "too late".to_owned(),
    }
}

fn event(id: i64, kind: &str) -> HistoryEvent {
    HistoryEvent {
        id,
        kind: kind.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        failure: None,
    }
}

fn result(sequence: u64) -> Value {
    json!(format!("Hello {sequence}!"))
}

fn iteration(sequence: u64, fate: Fate) -> Iteration {
    let run_id = format!("run-{sequence}");
    let close = Close {
        status: Status::Completed,
        result: Some(result(sequence)),
        failure: None,
    };
    let started = Outcome::Ok(Reply::Started { run_id });
    let closed = Outcome::Ok(Reply::Closed(close));
    let (start, wait) = match fate {
        Fate::Completed => (started, Some(closed)),
        Fate::GivenUpOnButCompleted => (started, Some(Outcome::Info(failure()))),
        Fate::UnknownAndAbsent | Fate::UnknownButCompleted => (Outcome::Info(failure()), None),
        Fate::Refused => (Outcome::Fail(failure()), None),
        Fate::Dropped => (unsent(Cause::MaxInFlight), None),
        Fate::NotSent => (unsent(Cause::LoadEnded), None),
    };
    let call = |op, intended, outcome| Call {
        op,
        name: None,
        expected: None,
        intended: Duration::from_millis(intended),
        sent: Some(Duration::from_millis(intended)),
        answered: Duration::from_millis(intended + 2),
        outcome,
    };
    Iteration {
        workload: "hello".to_owned(),
        sequence,
        flow: None,
        phase: "baseline".to_owned(),
        workflow_id: format!("hello-{sequence}"),
        expected: Some(result(sequence)),
        status: None,
        start: call(OpKind::Start, 0, start),
        steps: wait
            .map(|wait| call(OpKind::AwaitResult, 2, wait))
            .into_iter()
            .collect(),
        unfinished: false,
    }
}

fn execution(sequence: u64, activities: usize) -> Execution {
    let start = [
        "WorkflowExecutionStarted",
        "WorkflowTaskScheduled",
        "WorkflowTaskCompleted",
    ];
    let activity = [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
    ];
    let kinds = start
        .into_iter()
        .chain(std::iter::repeat_n(activity, activities).flatten())
        .chain(["WorkflowExecutionCompleted"]);
    Execution {
        key: ExecutionKey {
            workflow_id: format!("hello-{sequence}"),
            run_id: format!("run-{sequence}"),
        },
        first_run_id: None,
        status: Status::Completed,
        history: (1..).zip(kinds).map(|(id, kind)| event(id, kind)).collect(),
        result: Some(result(sequence)),
        failure: None,
        pending: Pending::default(),
    }
}

/// The workflows of a run that exist or may exist, each with the client's and the server's view.
type Workflows = Vec<(Iteration, Reading)>;

fn each(workflows: &Workflows) -> impl Iterator<Item = Workflow<'_>> {
    workflows
        .iter()
        .map(|(iteration, reading)| Workflow { iteration, reading })
}

fn check(invariant: Invariant, workflows: &Workflows) -> Finding {
    let mut checker = Checker::new(invariant);
    each(workflows).for_each(|workflow| checker.add(workflow));
    checker.finish()
}

fn unread(workflows: &Workflows) -> Unread {
    let mut unread = Unread::default();
    each(workflows).for_each(|workflow| unread.add(workflow));
    unread
}

/// The workflows of a run that violates no invariant. The first one completed for client and server.
fn good() -> impl Strategy<Value = Workflows> {
    let fate = prop::sample::select(&FATES);
    prop::collection::vec((fate, 0_usize..4), 0..12).prop_map(|mut workflows| {
        workflows.insert(0, (Fate::Completed, 1));
        let workflows = (0..).zip(workflows);
        let both = workflows.filter_map(|(sequence, (fate, activities))| {
            let reading = match fate {
                Fate::Completed | Fate::GivenUpOnButCompleted | Fate::UnknownButCompleted => {
                    Reading::Found(execution(sequence, activities))
                }
                Fate::UnknownAndAbsent => Reading::Absent,
                Fate::Refused | Fate::Dropped | Fate::NotSent => return None,
            };
            Some((iteration(sequence, fate), reading))
        });
        both.collect()
    })
}

#[test]
fn only_unsent_and_refused_workflows_need_not_be_read_back() {
    for fate in FATES {
        let wanted = !matches!(fate, Fate::Refused | Fate::Dropped | Fate::NotSent);
        assert_eq!(iteration(0, fate).may_exist(), wanted, "{fate:?}");
    }
}

/// One workflow that completed, after a change of the evidence that is no violation.
fn changed(change: Mutation) -> Workflows {
    let (mut iteration, execution) = (iteration(0, Fate::Completed), execution(0, 1));
    let mut reading = Reading::Found(execution);
    change(&mut iteration, &mut reading);
    vec![(iteration, reading)]
}

#[test]
fn right_replies_and_later_runs_of_a_chain_are_no_violations() {
    let allowed: [(&str, Mutation); 4] = [
        ("a query returned the value", |iteration, _| {
            add_step(
                iteration,
                OpKind::Query,
                returned(json!(7.0)),
                Some(json!(7)),
            );
        }),
        ("an update returned nothing, for null", |iteration, _| {
            let nothing = Outcome::Ok(Reply::Returned { result: None });
            add_step(iteration, OpKind::Update, nothing, Some(Value::Null));
        }),
        ("a reply that nobody checks", |iteration, _| {
            add_step(iteration, OpKind::Query, returned(json!(8)), None);
        }),
        ("it continued as new", |_, reading| {
            let key = &mut found(reading).key;
            let first = std::mem::replace(&mut key.run_id, "later".to_owned());
            found(reading).first_run_id = Some(first);
        }),
    ];
    for (what, change) in allowed {
        let workflows = changed(change);
        for invariant in Invariant::ALL {
            let finding = check(invariant, &workflows);
            assert!(
                finding.holds() && finding.checked == 1,
                "{what}: {finding:?}"
            );
        }
    }
}

#[test]
fn a_workflow_whose_client_did_not_make_all_calls_need_not_close_or_have_a_result() {
    let workflows = changed(|iteration, reading| {
        let refused = Outcome::Fail(failure());
        add_step(iteration, OpKind::Signal, refused, None);
        iteration.steps.truncate(1);
        iteration.unfinished = true;
        found(reading).status = Status::Running;
        found(reading).history.pop();
        found(reading).result = None;
    });
    for invariant in Invariant::ALL {
        let finding = check(invariant, &workflows);
        assert_eq!(finding.violated, 0, "{finding:?}");
    }
    for invariant in [Invariant::AllClosed, Invariant::RightResult] {
        assert_eq!(check(invariant, &workflows).checked, 0, "{invariant}");
    }
}

#[test]
fn a_thousand_violations_are_counted_and_the_first_hundred_kept() {
    let lost = |sequence| (iteration(sequence, Fate::Completed), Reading::Absent);
    let workflows: Workflows = (0..1000).map(lost).collect();
    let finding = check(Invariant::NoLostStart, &workflows);
    assert_eq!((finding.checked, finding.violated), (1000, 1000));
    assert_eq!(finding.counter_examples.len(), 100);
    assert_eq!(finding.counter_examples[99].workflow_id, "hello-99");
    assert_eq!(finding.outcome(), "violated by 1000 of 1000 workflows");
}

#[test]
fn the_most_frequent_reason_is_given_for_workflows_that_were_not_checked() {
    let unreadable = |sequence, reason: &str| {
        let reading = Reading::Unreadable(reason.to_owned());
        (iteration(sequence, Fate::Completed), reading)
    };
    let mut workflows = vec![unreadable(0, "no answer"), unreadable(1, "too late")];
    workflows.push(unreadable(2, "too late"));
    let finding = check(Invariant::AllClosed, &workflows);
    let outcome = "not checked on any of 3 workflows: too late";
    assert_eq!(finding.outcome(), outcome);
}

proptest! {
    #[test]
    fn a_good_run_violates_nothing(workflows in good()) {
        for invariant in Invariant::ALL {
            prop_assert_eq!(check(invariant, &workflows).counter_examples, vec![]);
            prop_assert!(check(invariant, &workflows).checked > 0);
        }
        prop_assert_eq!(unread(&workflows), Unread::default());
    }

    #[test]
    fn every_mutant_is_detected_and_only_its_workflow_is_named(
        mut workflows in good(),
        mutant in 0..MUTANTS.len(),
        victim in any::<Index>(),
    ) {
        let mut completed: Vec<_> = workflows
            .iter_mut()
            .filter(|(iteration, _)| matches!(iteration.outcome(), WorkflowOutcome::Closed(_)))
            .collect();
        let victim = victim.index(completed.len());
        let (iteration, reading) = &mut *completed[victim];
        let id = iteration.workflow_id.clone();
        let (name, invariant, mutate) = MUTANTS[mutant];
        mutate(iteration, reading);

        let finding = check(invariant, &workflows);
        let named: Vec<_> =
            finding.counter_examples.iter().map(|example| &example.workflow_id).collect();
        prop_assert_eq!(named, vec![&id], "{}: {:?}", name, finding);
    }

    #[test]
    fn a_workflow_that_was_not_read_back_is_counted_with_its_reason(mut workflows in good()) {
        let reason = "no answer".to_owned();
        workflows[0].1 = Reading::Unreadable(reason.clone());
        let id = workflows[0].0.workflow_id.clone();
        let unread = unread(&workflows);
        prop_assert_eq!(unread, Unread { workflows: 1, first: Some((id, reason)) });
    }
}
