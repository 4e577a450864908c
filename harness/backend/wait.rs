//! Checks a condition until it holds or a deadline passes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

/// How much longer than the deadline the last check may take.
pub const GLANCE: Duration = Duration::from_secs(1);

/// The reason if no check finished.
const ENDLESS: &str = "the check did not finish";

/// The time waited divided by this is the shortest pause: 2 %. A check costs CPU time, which a worker
/// that starts slowly needs itself.
const DIVISOR: u32 = 50;

/// The upper bound of a pause that comes from the time waited.
const LONGEST: Duration = Duration::from_secs(1);

/// The pause between two checks. It doubles each time, up to `last`. In a wait that takes long, it
/// grows on with the time waited: to 2 % of it, at most 1 s.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub first: Duration,
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

/// The result of a check while the condition does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// It may hold later; the reason, for people.
    NotYet(String),
    /// It will never hold; the reason, for people.
    Never(String),
}

/// Why a wait ended without success, each with the last reason, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The deadline passed.
    #[error("{0}")]
    Late(String),
    /// The condition will never hold.
    #[error("{0}")]
    Never(String),
}

/// Checks until the condition holds, will never hold, or the deadline has passed. Checks at least
/// once.
pub async fn until<T>(
    deadline: Instant,
    pace: Pace,
    mut look: impl AsyncFnMut() -> Result<T, Pending>,
) -> Result<T, Error> {
    let begin = Instant::now();
    // A deadline in the past still allows one check.
    let deadline = deadline.max(begin);
    let mut pause = pace.first;
    let mut seen = None;
    loop {
        let reason = match timeout_at(deadline + GLANCE, look()).await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(Pending::Never(reason))) => return Err(Error::Never(reason)),
            Ok(Err(Pending::NotYet(reason))) => reason,
            Err(_) => return Err(Error::Late(seen.unwrap_or_else(|| ENDLESS.to_owned()))),
        };
        if Instant::now() >= deadline {
            return Err(Error::Late(reason));
        }
        seen = Some(reason);
        let now = Instant::now();
        let next = now + pause.max(((now - begin) / DIVISOR).min(LONGEST));
        sleep_until(next.min(deadline)).await;
        pause = (pause * 2).min(pace.last);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const PACE: Pace = Pace {
        first: Duration::from_millis(10),
        last: Duration::from_millis(40),
    };

    fn not_yet(looks: u32) -> Result<u32, Pending> {
        Err(Pending::NotYet(format!("look {looks}")))
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_until_the_condition_holds() {
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
    async fn a_long_wait_checks_less_often() {
        let checks_in = async |wait: Duration| {
            let mut checks = 0;
            let late = until(Instant::now() + wait, PACE, async || {
                checks += 1;
                not_yet(checks)
            });
            late.await.expect_err("it never holds");
            checks
        };
        let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
        // A pause of 40 ms each time makes 1500 checks in a minute.
        let checks = [checks_in(minute).await, checks_in(hour).await];
        assert_eq!(checks, [225, 3765]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_its_deadline_with_the_last_reason() {
        let begin = Instant::now();
        let mut looks = 0;
        let late = until(begin + Duration::from_millis(100), PACE, async || {
            looks += 1;
            not_yet(looks)
        });
        assert_eq!(late.await, Err(Error::Late("look 5".to_owned())));
        assert_eq!(begin.elapsed(), Duration::from_millis(100));
        let once = until(begin, PACE, async || {
            sleep(Duration::from_millis(500)).await;
            not_yet(1)
        });
        let late = Err(Error::Late("look 1".to_owned()));
        assert_eq!(once.await, late, "it checks once and lets the check finish");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_once_if_the_condition_never_holds_and_a_hanging_check_is_cut_off() {
        let begin = Instant::now();
        let deadline = begin + Duration::from_mins(1);
        let never = async || Err::<(), _>(Pending::Never("it is gone".to_owned()));
        let never = until(deadline, PACE, never).await;
        assert_eq!(never, Err(Error::Never("it is gone".to_owned())));
        assert_eq!(begin.elapsed(), Duration::ZERO);
        let hangs = until(deadline, PACE, std::future::pending::<Result<(), Pending>>);
        assert_eq!(hangs.await, Err(Error::Late(ENDLESS.to_owned())));
        assert_eq!(begin.elapsed(), Duration::from_mins(1) + GLANCE);
    }
}
