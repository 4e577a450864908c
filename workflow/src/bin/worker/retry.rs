//! Trying again until a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// Pauses between attempts grow from the first to the longest, which is also the longest time by
/// which success comes too late.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Whether another attempt can help.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// It can.
    Passing(E),
    /// It cannot.
    Lasting(E),
}

/// Why there is no success.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given<E> {
    /// An attempt failed in a way that no other attempt would mend.
    Up(E),
    /// The deadline came; the error is the last attempt's, if one had ended.
    Out(Option<E>),
}

/// Runs `attempt` until it succeeds, fails for good, or `limit` has passed; `passing` hears of
/// every failure in between.
pub(crate) async fn until<T, E>(
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, Failure<E>>,
    mut passing: impl FnMut(&E),
) -> Result<T, Given<E>> {
    let deadline = Instant::now() + limit;
    let mut pause = FIRST_PAUSE;
    let mut last = None;
    loop {
        match timeout_at(deadline, attempt()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(Failure::Lasting(error))) => return Err(Given::Up(error)),
            Ok(Err(Failure::Passing(error))) => {
                passing(&error);
                last = Some(error);
            }
            Err(_) => return Err(Given::Out(last)),
        }
        if Instant::now() + pause >= deadline {
            return Err(Given::Out(last));
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
    async fn a_passing_failure_is_tried_again_and_heard_of() {
        let mut attempts = 0;
        let mut heard = Vec::new();

        let outcome = until(
            LONG,
            async || {
                attempts += 1;
                if attempts < 3 {
                    Err(Failure::Passing(attempts))
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
    async fn a_lasting_failure_ends_it_at_once() {
        let outcome = until(
            LONG,
            async || Err::<(), _>(Failure::Lasting("wrong")),
            |_| (),
        )
        .await;

        assert_eq!(outcome, Err(Given::Up("wrong")));
    }

    #[tokio::test]
    async fn the_deadline_gives_the_last_failure() {
        let limit = FIRST_PAUSE + FIRST_PAUSE / 2;
        let mut attempts = 0;

        let outcome = until(
            limit,
            async || {
                attempts += 1;
                Err::<(), _>(Failure::Passing(attempts))
            },
            |_| (),
        )
        .await;

        assert_eq!(outcome, Err(Given::Out(Some(2))));
    }

    #[tokio::test]
    async fn the_deadline_cuts_an_attempt_that_hangs() {
        let limit = Duration::from_millis(20);

        let outcome = until(limit, async || std::future::pending().await, |(): &()| ()).await;

        assert_eq!(outcome, Err::<(), _>(Given::Out(None)));
    }
}
