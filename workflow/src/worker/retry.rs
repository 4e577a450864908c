//! Retries until a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// The pauses between attempts grow from the first to the longest. The longest pause is also the
/// maximum delay before a success is noticed.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Whether another attempt can help.
#[derive(Debug)]
pub(super) enum Failure<E> {
    /// Another attempt can help.
    Transient(E),
    /// No other attempt can help.
    Permanent(E),
}

/// Why the attempts ended without success.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum GaveUp<E> {
    /// An attempt failed permanently.
    Permanent(E),
    /// The deadline passed. Contains the error of the last attempt that ended, if any.
    Deadline(Option<E>),
}

/// Runs `attempt` until it succeeds, fails permanently, or `limit` has passed. Calls `on_transient`
/// with every transient error.
pub(super) async fn until<T, E>(
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, Failure<E>>,
    mut on_transient: impl FnMut(&E),
) -> Result<T, GaveUp<E>> {
    let deadline = Instant::now() + limit;
    let mut pause = FIRST_PAUSE;
    let mut last = None;
    loop {
        match timeout_at(deadline, attempt()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(Failure::Permanent(error))) => return Err(GaveUp::Permanent(error)),
            Ok(Err(Failure::Transient(error))) => {
                on_transient(&error);
                last = Some(error);
            }
            Err(_) => return Err(GaveUp::Deadline(last)),
        }
        if Instant::now() + pause >= deadline {
            return Err(GaveUp::Deadline(last));
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_transient_failure_is_reported_and_tried_again() {
        let mut attempts = 0;
        let mut heard = Vec::new();

        let outcome = until(
            LONG,
            async || {
                attempts += 1;
                if attempts < 3 {
                    Err(Failure::Transient(attempts))
                } else {
                    Ok("there")
                }
            },
            |error| heard.push(*error),
        )
        .await;

        assert_eq!(outcome, Ok("there"));
        assert_eq!(heard, [1, 2]);
    }

    #[tokio::test]
    async fn a_permanent_failure_ends_the_attempts_at_once() {
        let outcome = until(
            LONG,
            async || Err::<(), _>(Failure::Permanent("wrong")),
            |_| (),
        )
        .await;

        assert_eq!(outcome, Err(GaveUp::Permanent("wrong")));
    }

    #[tokio::test]
    async fn the_deadline_gives_the_last_failure() {
        let limit = FIRST_PAUSE + FIRST_PAUSE / 2;
        let mut attempts = 0;

        let outcome = until(
            limit,
            async || {
                attempts += 1;
                Err::<(), _>(Failure::Transient(attempts))
            },
            |_| (),
        )
        .await;

        assert_eq!(outcome, Err(GaveUp::Deadline(Some(2))));
    }

    #[tokio::test]
    async fn the_deadline_ends_an_attempt_that_hangs() {
        let limit = Duration::from_millis(20);

        let outcome = until(limit, async || std::future::pending().await, |(): &()| ()).await;

        assert_eq!(outcome, Err::<(), _>(GaveUp::Deadline(None)));
    }
}
