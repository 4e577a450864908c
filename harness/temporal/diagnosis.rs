//! Why a workflow is still running, or how it closed, as one line for people. Pure.

use jiff::Timestamp;

use super::{Execution, PendingActivity, PendingTask, Status};

impl Execution {
    /// Why it is still running: the first known reason of a failing workflow task, an activity, a
    /// waiting workflow task, a child workflow, the last event.
    pub fn why_running(&self) -> String {
        let task = self.pending.workflow_task.as_ref();
        let failing = self.failing_workflow_task(task);
        failing
            .or_else(|| self.activity())
            .or_else(|| task.map(|task| waiting_task(task, &self.pending.task_queue)))
            .or_else(|| self.child())
            .unwrap_or_else(|| self.last_event())
    }

    /// How it closed, and its last earlier failure if the close does not explain itself.
    pub fn how_it_closed(&self) -> String {
        let status = self.status.to_string();
        let failure = self.failure.as_deref().filter(|text| !text.is_empty());
        let how = match failure {
            Some(failure) if failure.starts_with(&status) => failure.to_owned(),
            Some(failure) => format!("{status}: {failure}"),
            None => format!("{status}: no message"),
        };
        // A failure contains its causes. Other closes come from outside and have none.
        match self.earlier_failure() {
            Some(earlier) if self.status != Status::Failed || failure.is_none() => {
                format!("{how}; before that: {earlier}")
            }
            _ => how,
        }
    }

    /// The last failure before the closing event.
    fn earlier_failure(&self) -> Option<&str> {
        let (_closing, earlier) = self.history.split_last()?;
        let mut failures = earlier.iter().rev();
        failures.find_map(|event| event.failure.as_deref())
    }

    /// A workflow task that fails repeatedly. The history has its first failure only; Describe has the
    /// number of attempts.
    fn failing_workflow_task(&self, task: Option<&PendingTask>) -> Option<String> {
        let mut events = self.history.iter().rev();
        let ended = events.find(|event| {
            let kind = event.kind.as_str();
            kind.starts_with("WorkflowTask")
                && !kind.ends_with("Scheduled")
                && !kind.ends_with("Started")
        });
        let failure = ended.and_then(|event| event.failure.as_deref());
        match (
            task.map(|task| task.attempt).filter(|attempt| *attempt > 1),
            failure,
        ) {
            (Some(attempt), Some(failure)) => Some(format!(
                "its workflow task is at attempt {attempt}: {failure}"
            )),
            (Some(attempt), None) => Some(format!("its workflow task is at attempt {attempt}")),
            (None, Some(failure)) => Some(failure.to_owned()),
            (None, None) => None,
        }
    }

    fn activity(&self) -> Option<String> {
        let activities = self.pending.activities.iter();
        let worst = activities.max_by_key(|it| (it.last_failure.is_some(), it.attempt))?;
        let text = activity(worst);
        match self.pending.activities.len() - 1 {
            0 => Some(text),
            1 => Some(format!("{text}; and one more activity")),
            more => Some(format!("{text}; and {more} more activities")),
        }
    }

    fn child(&self) -> Option<String> {
        let child = self.pending.children.first()?;
        let text = format!(
            "it waits for child workflow `{}` with id {}",
            child.kind, child.workflow_id
        );
        match self.pending.children.len() - 1 {
            0 => Some(text),
            more => Some(format!("{text}, and {more} more")),
        }
    }

    fn last_event(&self) -> String {
        match self.history.last() {
            Some(event) => format!("the last event is {}", event.kind),
            None => "the history is empty".to_owned(),
        }
    }
}

fn waiting_task(task: &PendingTask, queue: &str) -> String {
    match task.started {
        Some(started) => format!("a worker has had its workflow task since {}", time(started)),
        None => format!(
            "no worker has taken its workflow task from task queue `{queue}`{}",
            since(task.scheduled)
        ),
    }
}

fn activity(activity: &PendingActivity) -> String {
    let PendingActivity {
        kind,
        task_queue,
        state,
        attempt,
        maximum_attempts,
        scheduled,
        started,
        heartbeat,
        start_to_close,
        last_failure,
    } = activity;
    let of = match maximum_attempts {
        Some(most) => format!("attempt {attempt} of {most}"),
        None => format!("attempt {attempt} of unlimited"),
    };
    if let Some(failure) = last_failure {
        return format!("activity `{kind}` is at {of}: last failure: {failure}");
    }
    if state == "scheduled" {
        let queue = match task_queue {
            Some(queue) => format!(" from task queue `{queue}`"),
            None => String::new(),
        };
        let since = since(*scheduled);
        return format!("no worker has taken activity `{kind}`{queue}{since} ({of})");
    }
    let beat = match heartbeat {
        Some(beat) => format!("last heartbeat at {}", time(*beat)),
        None => "no heartbeat".to_owned(),
    };
    let timeout = match start_to_close {
        Some(timeout) if !timeout.as_std().is_zero() => {
            format!(", start-to-close timeout {timeout}")
        }
        _ => String::new(),
    };
    let started = match started {
        Some(started) => format!(", last started at {}", time(*started)),
        None => String::new(),
    };
    format!("activity `{kind}` has not ended: state {state}{started} ({of}, {beat}{timeout})")
}

fn since(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| format!(" since {}", time(at)))
}

/// To the second, as in logs.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stuck::{event, running};
    use crate::{Pending, PendingChild};

    const NONDETERMINISM: &str = "workflow task failed (non deterministic error): [TMPRL1100] \
                                  Nondeterminism error: activity type mismatch";

    fn task(attempt: u32, started: bool) -> PendingTask {
        PendingTask {
            attempt,
            scheduled: Some(Timestamp::UNIX_EPOCH),
            started: started.then_some(Timestamp::UNIX_EPOCH),
        }
    }

    fn greet() -> PendingActivity {
        PendingActivity {
            kind: "greet".to_owned(),
            task_queue: Some("hello-world".to_owned()),
            state: "started".to_owned(),
            attempt: 1,
            started: Some(Timestamp::UNIX_EPOCH),
            scheduled: Some(Timestamp::UNIX_EPOCH),
            start_to_close: Some("5m".parse().expect("a duration")),
            ..PendingActivity::default()
        }
    }

    #[test]
    fn a_running_workflow_has_the_most_important_reason_why_it_is_running() {
        let failed = event(4, "WorkflowTaskFailed", Some(NONDETERMINISM));
        let scheduled = event(2, "WorkflowTaskScheduled", None);
        let waits = |workflow_task: Option<PendingTask>, activities| Pending {
            workflow_type: "Hello".to_owned(),
            task_queue: "hello-world".to_owned(),
            workflow_task,
            activities,
            children: Vec::new(),
        };
        let child = Pending {
            children: vec![PendingChild {
                workflow_id: "child-1".to_owned(),
                kind: "Child".to_owned(),
            }],
            ..Pending::default()
        };
        let retried = PendingActivity {
            attempt: 7,
            last_failure: Some("connection refused".to_owned()),
            ..greet()
        };
        let untaken = PendingActivity {
            state: "scheduled".to_owned(),
            maximum_attempts: Some(3),
            ..greet()
        };
        let cases = [
            running(
                vec![failed.clone(), scheduled.clone()],
                waits(Some(task(4, true)), vec![greet()]),
            ),
            running(vec![failed], waits(Some(task(1, false)), Vec::new())),
            running(
                vec![scheduled.clone()],
                waits(Some(task(1, false)), Vec::new()),
            ),
            running(
                vec![scheduled.clone()],
                waits(Some(task(1, true)), Vec::new()),
            ),
            running(Vec::new(), waits(None, vec![greet(), retried])),
            running(Vec::new(), waits(None, vec![greet()])),
            running(Vec::new(), waits(None, vec![untaken])),
            running(Vec::new(), child),
            running(vec![scheduled], Pending::default()),
            running(Vec::new(), Pending::default()),
        ];
        let reasons: Vec<String> = cases.iter().map(Execution::why_running).collect();
        insta::assert_snapshot!(reasons.join("\n"), @"
        its workflow task is at attempt 4: workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism error: activity type mismatch
        workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism error: activity type mismatch
        no worker has taken its workflow task from task queue `hello-world` since 1970-01-01T00:00:00Z
        a worker has had its workflow task since 1970-01-01T00:00:00Z
        activity `greet` is at attempt 7 of unlimited: last failure: connection refused; and one more activity
        activity `greet` has not ended: state started, last started at 1970-01-01T00:00:00Z (attempt 1 of unlimited, no heartbeat, start-to-close timeout 5m)
        no worker has taken activity `greet` from task queue `hello-world` since 1970-01-01T00:00:00Z (attempt 1 of 3)
        it waits for child workflow `Child` with id child-1
        the last event is WorkflowTaskScheduled
        the history is empty
        ");
    }

    #[test]
    fn a_workflow_task_failure_before_a_completed_one_is_not_a_reason() {
        let history = vec![
            event(3, "WorkflowTaskTimedOut", Some("workflow task timed out")),
            event(6, "WorkflowTaskCompleted", None),
        ];
        let reason = running(history, Pending::default()).why_running();
        assert_eq!(reason, "the last event is WorkflowTaskCompleted");
    }

    #[test]
    fn a_close_from_outside_is_shown_with_the_failure_before_it() {
        let closed = |status, failure: &str| {
            let history = vec![
                event(4, "WorkflowTaskFailed", Some(NONDETERMINISM)),
                event(5, "WorkflowExecutionTimedOut", Some(failure)),
            ];
            let execution = Execution {
                status,
                failure: Some(failure.to_owned()),
                ..running(history, Pending::default())
            };
            execution.how_it_closed()
        };
        let shown = [
            closed(Status::TimedOut, "timed out (no time left for a retry)"),
            closed(Status::Terminated, "by hand"),
            closed(Status::Failed, "Activity task failed: boom"),
            closed(Status::Failed, ""),
        ];
        insta::assert_snapshot!(shown.join("\n"), @"
        timed out (no time left for a retry); before that: workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism error: activity type mismatch
        terminated: by hand; before that: workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism error: activity type mismatch
        failed: Activity task failed: boom
        failed: no message; before that: workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism error: activity type mismatch
        ");
    }
}
