//! Whether no workflow of a run can close, because the worker does not know its type. Then the rest
//! of the drain would be waited for in vain.

use std::time::Duration;

use load::{Progress, Workload};
use temporal::{ExecutionKey, Frontend, Reading};
use tokio::time::sleep;

use super::plan::RunPlan;
use super::reader::read_once;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits until it is certain that no workflow of the run can close, and returns why: none has closed
/// although the load is over, and the worker does not know the type of any workload. If all workflows
/// of a workload have the same type and task queue, the first one speaks for all; in a mix it does not.
pub(super) async fn until_hopeless<F: Frontend>(
    plan: &RunPlan,
    frontend: &F,
    progress: &Progress,
) -> String {
    loop {
        if progress.counts().closed == 0
            && let Some(reason) = unregistered(&plan.workloads, frontend).await
        {
            return reason;
        }
        sleep(PAUSE).await;
    }
}

/// Why no workflow can close; `None` if one may.
async fn unregistered<F: Frontend>(workloads: &[Workload], frontend: &F) -> Option<String> {
    let mut reason = None;
    for workload in workloads {
        if workload.mix.len() > 1 {
            return None;
        }
        let first = ExecutionKey {
            workflow_id: workload.workflow_id(0),
            run_id: String::new(),
        };
        let Ok(Reading::Found(execution)) = read_once(frontend, first).await else {
            return None;
        };
        let found = execution.unregistered()?;
        reason.get_or_insert_with(|| {
            format!(
                "no open workflow can close: the worker of task queue `{}` does not know workflow \
                 type `{}`",
                found.task_queue, found.workflow_type
            )
        });
    }
    reason
}
