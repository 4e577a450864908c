//! What a running workflow waits for, from Describe. Pure.

use std::time::SystemTime;

use jiff::Timestamp;
use model::quantity::Duration;
use serde::{Deserialize, Serialize};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::workflow::v1::{
    PendingActivityInfo, PendingChildExecutionInfo, PendingWorkflowTaskInfo,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse;

use super::failure;

/// What a running workflow waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its workflow type. Empty in archives of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workflow_type: String,
    /// The task queue of its workflow tasks.
    pub task_queue: String,
    /// Its workflow task, if one is scheduled or started.
    pub workflow_task: Option<PendingTask>,
    pub activities: Vec<PendingActivity>,
    pub children: Vec<PendingChild>,
}

/// A workflow task that is not completed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingTask {
    /// Counted from 1.
    pub attempt: u32,
    pub scheduled: Option<Timestamp>,
    /// When a worker took it; `None` if no worker has.
    pub started: Option<Timestamp>,
}

/// An activity that has not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingActivity {
    /// The activity type.
    pub kind: String,
    /// `None` if the server does not report it.
    pub task_queue: Option<String>,
    /// In Temporal's terms: `scheduled`, `started`, `cancel requested`, `paused`.
    pub state: String,
    /// Counted from 1.
    pub attempt: u32,
    /// `None` if there is no limit.
    pub maximum_attempts: Option<u32>,
    /// When the next attempt is scheduled, or else when the activity was.
    pub scheduled: Option<Timestamp>,
    /// When its last attempt started.
    pub started: Option<Timestamp>,
    /// The time of the last heartbeat.
    pub heartbeat: Option<Timestamp>,
    /// Its start-to-close timeout; `None` if the server does not report it.
    pub start_to_close: Option<Duration>,
    /// The failure of its last attempt.
    pub last_failure: Option<String>,
}

/// A child workflow that is not closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingChild {
    pub workflow_id: String,
    /// The workflow type.
    pub kind: String,
}

impl Pending {
    /// Whether the server reports nothing that the workflow waits for.
    pub fn is_empty(&self) -> bool {
        let Self {
            workflow_type: _,
            task_queue: _,
            workflow_task,
            activities,
            children,
        } = self;
        workflow_task.is_none() && activities.is_empty() && children.is_empty()
    }

    pub(super) fn of(described: &DescribeWorkflowExecutionResponse) -> Self {
        let config = described.execution_config.as_ref();
        let queue = config.and_then(|config| config.task_queue.as_ref());
        let task = described.pending_workflow_task.as_ref();
        let info = described.workflow_execution_info.as_ref();
        let workflow_type = info.and_then(|info| info.r#type.as_ref());
        Self {
            workflow_type: workflow_type.map(|it| it.name.clone()).unwrap_or_default(),
            task_queue: queue.map(|queue| queue.name.clone()).unwrap_or_default(),
            workflow_task: task.map(workflow_task),
            activities: described.pending_activities.iter().map(activity).collect(),
            children: described.pending_children.iter().map(child).collect(),
        }
    }
}

fn workflow_task(task: &PendingWorkflowTaskInfo) -> PendingTask {
    PendingTask {
        attempt: count(task.attempt),
        scheduled: at(task
            .scheduled_time
            .as_ref()
            .and_then(proto_ts_to_system_time)),
        started: at(task.started_time.as_ref().and_then(proto_ts_to_system_time)),
    }
}

fn activity(activity: &PendingActivityInfo) -> PendingActivity {
    let state = activity.state().as_str_name();
    let state = state.trim_start_matches("PENDING_ACTIVITY_STATE_");
    let kind = activity.activity_type.clone().unwrap_or_default();
    let options = activity.activity_options.as_ref();
    let queue = options.and_then(|options| options.task_queue.as_ref());
    let start_to_close = options.and_then(|options| options.start_to_close_timeout);
    let next = activity.next_attempt_schedule_time.as_ref();
    let scheduled = next.or(activity.scheduled_time.as_ref());
    PendingActivity {
        kind: kind.name,
        task_queue: queue.map(|queue| queue.name.clone()),
        state: state.to_lowercase().replace('_', " "),
        attempt: count(activity.attempt),
        maximum_attempts: Some(count(activity.maximum_attempts)).filter(|most| *most > 0),
        scheduled: at(scheduled.and_then(proto_ts_to_system_time)),
        started: at(activity
            .last_started_time
            .as_ref()
            .and_then(proto_ts_to_system_time)),
        heartbeat: at(activity
            .last_heartbeat_time
            .as_ref()
            .and_then(proto_ts_to_system_time)),
        start_to_close: start_to_close
            .and_then(|timeout| std::time::Duration::try_from(timeout).ok())
            .map(Duration::from),
        last_failure: activity.last_failure.as_ref().map(failure::message),
    }
}

fn child(child: &PendingChildExecutionInfo) -> PendingChild {
    PendingChild {
        workflow_id: child.workflow_id.clone(),
        kind: child.workflow_type_name.clone(),
    }
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn at(time: Option<SystemTime>) -> Option<Timestamp> {
    Timestamp::try_from(time?).ok()
}
