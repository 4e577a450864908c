//! Something that goes on beside some work, and ends with it.

use tokio_util::sync::CancellationToken;

/// Does some work, and something else beside it. That is told when the work is done, and waited for.
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
    async fn the_other_goes_on_until_the_work_is_done_and_is_waited_for() {
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
