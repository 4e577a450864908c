//! Detects stalls of this process.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const BEAT: Duration = Duration::from_millis(250);

/// Measures the longest time during which this process could not run, because a signal stopped it, or
/// the machine slept or was busy. During a stall this process sends nothing and notices no answer, so
/// latencies measured then say nothing about the server.
#[derive(Debug, Default)]
pub struct Pulse(Cell<Duration>);

impl Pulse {
    /// Measures until `over` is cancelled.
    pub async fn beat(&self, over: &CancellationToken) {
        while !over.is_cancelled() {
            let last = Instant::now();
            over.run_until_cancelled(sleep(BEAT)).await;
            let late = last.elapsed().saturating_sub(BEAT);
            self.0.set(self.0.get().max(late));
        }
    }

    /// The longest stall so far.
    pub fn longest_stop(&self) -> Duration {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_time_in_which_no_task_could_run_is_a_stop() {
        let (pulse, over) = (Pulse::default(), CancellationToken::new());
        let living = async {
            sleep(Duration::from_mins(10)).await;
            assert!(pulse.longest_stop() < Duration::from_millis(10));
            advance(Duration::from_secs(25)).await;
            sleep(Duration::from_secs(5)).await;
            over.cancel();
        };
        tokio::join!(pulse.beat(&over), living);
        let longest = pulse.longest_stop();
        assert!(longest >= Duration::from_millis(24_700), "{longest:?}");
        assert!(longest <= Duration::from_millis(25_010), "{longest:?}");
    }
}
