//! Runs a background task for as long as some work runs.

use tokio_util::sync::CancellationToken;

/// Runs `work` and `other` concurrently. When `work` ends, the token of `other` is cancelled, and
/// the function waits until `other` ends too.
pub async fn alongside<T>(
    work: impl Future<Output = T>,
    other: impl AsyncFnOnce(&CancellationToken),
) -> T {
    let over = CancellationToken::new();
    let work = async {
        let done = work.await;
        over.cancel();
        done
    };
    let (done, ()) = tokio::join!(work, other(&over));
    done
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn the_other_task_runs_until_the_work_is_done_and_is_awaited() {
        let ended = Cell::new(false);
        let other = async |over: &CancellationToken| {
            over.cancelled().await;
            tokio::task::yield_now().await;
            ended.set(true);
        };
        let work = async {
            tokio::task::yield_now().await;
            assert!(!ended.get());
            7
        };
        assert_eq!(alongside(work, other).await, 7);
        assert!(ended.get());
    }
}
