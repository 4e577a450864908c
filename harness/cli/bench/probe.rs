//! Polls until something answers.

use std::time::{Duration, Instant};

use super::Error;

/// The deadline of an answer. The topology is already ready.
const DEADLINE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(5);

/// Waits until a workflow that the starter starts has returned its result.
pub(super) async fn first_result(http: &reqwest::Client, starter: &str) -> Result<(), Error> {
    let url = format!("http://{starter}/sync?name=Ada");
    answer(&url, || async {
        let response = http.get(&url).timeout(DEADLINE).send().await;
        response.is_ok_and(|response| response.status().is_success())
    })
    .await
}

/// Polls until `true`.
pub(super) async fn answer<F: Future<Output = bool>>(
    url: &str,
    ask: impl Fn() -> F,
) -> Result<(), Error> {
    let started = Instant::now();
    while !ask().await {
        if started.elapsed() > DEADLINE {
            return Err(Error::Silent {
                url: url.to_owned(),
                seconds: DEADLINE.as_secs(),
            });
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
