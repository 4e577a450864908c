//! Time during which this process could run.

use std::time::Duration;

use tokio::time::sleep;

/// The resolution of a budget.
const TICK: Duration = Duration::from_millis(250);

/// A time budget that elapses only while this process can run. While a signal stops the process, or
/// the machine sleeps, the clock goes on, but the process cannot wait for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WakingTime {
    left: Duration,
}

impl WakingTime {
    pub fn new(whole: Duration) -> Self {
        Self { left: whole }
    }

    pub fn left(&self) -> Duration {
        self.left
    }

    /// Waits until the budget is used up. If this future is dropped, the elapsed time stays used up,
    /// except for the last tick.
    pub async fn run_out(&mut self) {
        while !self.left.is_zero() {
            let turn = self.left.min(TICK);
            sleep(turn).await;
            self.left -= turn;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use tokio::time::{Instant, advance, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_equals_clock_time_while_the_process_runs() {
        let mut time = WakingTime::new(Duration::from_millis(1600));
        let begun = Instant::now();
        let early = timeout(Duration::from_secs(1), time.run_out()).await;
        assert!(early.is_err());
        assert!(time.left() <= Duration::from_millis(850), "{time:?}");
        time.run_out().await;
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(1600), "{took:?}");
        assert!(took <= Duration::from_millis(1900), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_jump_uses_up_at_most_one_tick() {
        let mut time = WakingTime::new(Duration::from_mins(1));
        {
            let mut waiting = pin!(time.run_out());
            let mut context = Context::from_waker(Waker::noop());
            assert!(waiting.as_mut().poll(&mut context).is_pending());
            advance(Duration::from_hours(1)).await;
            assert!(waiting.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(time.left() + TICK, Duration::from_mins(1));
    }
}
