//! A running workflow whose type its worker does not know. Pure.
//!
//! No answer of the server says so: the SDK fails the first workflow task with a message, and the
//! server schedules the task again and again.

use super::{Execution, Status};

/// What the SDKs write into the failure, in their sources: Go, Python with .NET and Ruby,
/// TypeScript, Java, PHP.
const MESSAGES: [&str; 5] = [
    "unable to find workflow type",
    "is not registered on this worker",
    "no such function is exported by the workflow bundle",
    "Unknown workflow type",
    "was not registered",
];

/// A running workflow whose type its worker does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unregistered<'a> {
    pub workflow_type: &'a str,
    /// The task queue that the worker polls.
    pub task_queue: &'a str,
    /// What the worker's SDK says, as one line.
    pub failure: &'a str,
}

impl Execution {
    /// Whether it cannot run because its worker does not know its type. `None` if a worker has
    /// completed one of its workflow tasks, or if the failure says something else.
    pub fn unregistered(&self) -> Option<Unregistered<'_>> {
        let workflow_type = self.pending.workflow_type.as_str();
        let completed = |kind: &str| kind == "WorkflowTaskCompleted";
        if self.status != Status::Running
            || workflow_type.is_empty()
            || self.history.iter().any(|event| completed(&event.kind))
        {
            return None;
        }
        let mut events = self.history.iter().rev();
        let failed = events.find(|event| event.kind == "WorkflowTaskFailed")?;
        let failure = failed.failure.as_deref()?;
        says_unregistered(failure, workflow_type).then_some(Unregistered {
            workflow_type,
            task_queue: &self.pending.task_queue,
            failure,
        })
    }
}

fn says_unregistered(failure: &str, workflow_type: &str) -> bool {
    // The SDK for Rust. Other messages of this form may be about something else.
    let not_found = format!("Workflow type {workflow_type} not found");
    failure.contains(workflow_type)
        && (MESSAGES.iter().any(|message| failure.contains(message))
            || failure.contains(&not_found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stuck::{self, event};
    use crate::{HistoryEvent, Pending, PendingTask};

    fn running(history: Vec<HistoryEvent>) -> Execution {
        let pending = Pending {
            workflow_type: "Helo".to_owned(),
            task_queue: "orders".to_owned(),
            workflow_task: Some(PendingTask::default()),
            ..Pending::default()
        };
        stuck::running(history, pending)
    }

    const GO: &str = "workflow task failed (workflow worker unhandled failure): unable to find \
                      workflow type: Helo. Supported types: [Hello]";

    #[test]
    fn the_message_of_each_sdk_is_known() {
        for failure in [
            GO,
            "Workflow class Helo is not registered on this worker, available workflows: Hello",
            "Failed to initialize workflow of type 'Helo': no such function is exported by the \
             workflow bundle",
            "Unknown workflow type \"Helo\". Known types are [Hello]",
            "Workflow type Helo not found",
        ] {
            let failed = running(vec![event(1, "WorkflowTaskFailed", Some(failure))]);
            let expected = Unregistered {
                workflow_type: "Helo",
                task_queue: "orders",
                failure,
            };
            assert_eq!(failed.unregistered(), Some(expected));
        }
    }

    #[test]
    fn other_failures_and_other_workflows_are_not_taken_for_it() {
        let failed = || event(1, "WorkflowTaskFailed", Some(GO));
        let progressed = running(vec![event(1, "WorkflowTaskCompleted", None), failed()]);
        assert_eq!(progressed.unregistered(), None, "a worker knows the type");
        let closed = Execution {
            status: Status::Terminated,
            ..running(vec![failed()])
        };
        assert_eq!(closed.unregistered(), None);
        for failure in [
            "Activity function greet is not registered on this worker, available activities: hi",
            "[TMPRL1100] Nondeterminism error in Helo",
            "Workflow type Hello not found",
        ] {
            let other = running(vec![event(1, "WorkflowTaskFailed", Some(failure))]);
            assert_eq!(other.unregistered(), None, "{failure}");
        }
    }
}
