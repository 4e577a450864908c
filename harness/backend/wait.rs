//! Waiting for a condition: the one loop that looks again and again until a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// How much longer than the deadline a look may take that began before it.
pub const GLANCE: Duration = Duration::from_secs(1);

/// What is said where no look came to its end.
const ENDLESS: &str = "looking at it did not end";

/// How long to pause between two looks: doubled each time, up to the last.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub last: Duration,
}

impl Pace {
    /// The same pause each time.
    pub const fn steady(pause: Duration) -> Self {
        Self {
            first: pause,
            last: pause,
        }
    }
}

/// What a look at something says that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// It may come; the reason is for people.
    NotYet(String),
    /// It never will.
    Never(String),
}

/// Why a wait ended in vain; each with what was seen last, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Vain {
    /// The deadline has passed.
    #[error("{0}")]
    Late(String),
    /// What is waited for never comes.
    #[error("{0}")]
    Never(String),
}

/// Looks until there is what is looked for, it never comes, or the deadline has passed. Looks once at
/// least.
pub async fn until<T>(
    deadline: Instant,
    pace: Pace,
    mut look: impl AsyncFnMut() -> Result<T, Pending>,
) -> Result<T, Vain> {
    // One that has passed leaves time for a look all the same.
    let deadline = deadline.max(Instant::now());
    let mut pause = pace.first;
    let mut seen = None;
    loop {
        let reason = match timeout_at(deadline + GLANCE, look()).await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(Pending::Never(reason))) => return Err(Vain::Never(reason)),
            Ok(Err(Pending::NotYet(reason))) => reason,
            Err(_) => return Err(Vain::Late(seen.unwrap_or_else(|| ENDLESS.to_owned()))),
        };
        if Instant::now() >= deadline {
            return Err(Vain::Late(reason));
        }
        seen = Some(reason);
        sleep(pause).await;
        pause = (pause * 2).min(pace.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        first: Duration::from_millis(10),
        last: Duration::from_millis(40),
    };

    fn not_yet(looks: u32) -> Result<u32, Pending> {
        Err(Pending::NotYet(format!("look {looks}")))
    }

    #[tokio::test(start_paused = true)]
    async fn looks_become_rarer_until_there_is_what_is_looked_for() {
        let begin = Instant::now();
        let mut at = Vec::new();
        let found = until(begin + Duration::from_secs(1), PACE, async || {
            at.push(begin.elapsed().as_millis());
            if at.len() < 5 { not_yet(0) } else { Ok(7) }
        });
        assert_eq!(found.await, Ok(7));
        assert_eq!(at, [0, 10, 30, 70, 110]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_its_deadline_with_what_was_seen_last() {
        let begin = Instant::now();
        let mut looks = 0;
        let late = until(begin + Duration::from_millis(100), PACE, async || {
            looks += 1;
            not_yet(looks)
        });
        assert_eq!(late.await, Err(Vain::Late("look 5".to_owned())));
        assert_eq!(begin.elapsed(), Duration::from_millis(110));
        let once = until(begin, PACE, async || {
            sleep(Duration::from_millis(500)).await;
            not_yet(1)
        });
        let late = Err(Vain::Late("look 1".to_owned()));
        assert_eq!(once.await, late, "it looks once, and to the end");
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_not_waited_for_and_a_look_that_hangs_ends() {
        let begin = Instant::now();
        let deadline = begin + Duration::from_mins(1);
        let never = async || Err::<(), _>(Pending::Never("it is gone".to_owned()));
        let never = until(deadline, PACE, never).await;
        assert_eq!(never, Err(Vain::Never("it is gone".to_owned())));
        assert_eq!(begin.elapsed(), Duration::ZERO);
        let hangs = until(deadline, PACE, std::future::pending::<Result<(), Pending>>);
        assert_eq!(hangs.await, Err(Vain::Late(ENDLESS.to_owned())));
        assert_eq!(begin.elapsed(), Duration::from_mins(1) + GLANCE);
    }
}
