//! Waiting for sets of tasks.

use tokio::task::JoinSet;

/// Waits for all tasks of a set. A panic of a task is resumed in the caller.
pub(super) async fn join(tasks: &mut JoinSet<()>) {
    while let Some(joined) = tasks.join_next().await {
        pass_on_panic(joined);
    }
}

/// Removes finished tasks from a set. A panic of a task is resumed in the caller.
pub(super) fn reap(tasks: &mut JoinSet<()>) {
    while let Some(joined) = tasks.try_join_next() {
        pass_on_panic(joined);
    }
}

fn pass_on_panic(joined: Result<(), tokio::task::JoinError>) {
    if let Err(error) = joined
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
