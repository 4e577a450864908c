//! The retry policy of requests.

use std::time::Duration;

use azure_core::http::StatusCode;
use azure_core::http::headers::{RETRY_AFTER, RETRY_AFTER_MS, X_MS_RETRY_AFTER_MS};
use azure_core::http::policies::{RetryHeaders, RetryPolicy};
use azure_core::time;

use super::Clock;

/// The number of retries of a request.
const REPEATS: u32 = 6;

/// The longest wait if Azure names none.
const LONGEST: Duration = Duration::from_secs(15);

/// The longest wait that Azure may ask for. Subscription limits refill within seconds, and provider
/// limits within minutes. A retry that comes too early costs only another refusal.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// Retries requests that got no answer, or 408, 429, 500, 502, 503 or 504.
#[derive(Debug)]
pub(super) struct Retry {
    clock: Clock,
    headers: RetryHeaders,
}

impl Retry {
    pub(super) fn new(clock: Clock) -> Self {
        let retry_headers = vec![X_MS_RETRY_AFTER_MS, RETRY_AFTER_MS, RETRY_AFTER];
        Self {
            clock,
            headers: RetryHeaders { retry_headers },
        }
    }
}

#[async_trait::async_trait]
impl RetryPolicy for Retry {
    fn is_expired(&self, _since_start: time::Duration, repeats: u32) -> bool {
        repeats >= REPEATS
    }

    fn retry_headers(&self) -> Option<&RetryHeaders> {
        Some(&self.headers)
    }

    fn retry_status_codes(&self) -> &[StatusCode] {
        // An empty list means the codes that azure_core retries.
        &[]
    }

    fn sleep_duration(&self, repeats: u32) -> time::Duration {
        time::Duration::try_from(back_off(repeats)).unwrap_or(time::Duration::MAX)
    }

    async fn wait(&self, repeats: u32, asked: Option<time::Duration>) {
        let asked = asked.map(|it| it.unsigned_abs().min(LONGEST_ASKED));
        let wait = asked.unwrap_or_else(|| back_off(repeats));
        self.clock.sleep(wait).await;
    }
}

/// The wait before retry `n`, counted from 1: 1, 2, 4, 8, then 15 s.
pub(crate) fn back_off(n: u32) -> Duration {
    let seconds = 1_u64 << n.saturating_sub(1).min(6);
    Duration::from_secs(seconds).min(LONGEST)
}
