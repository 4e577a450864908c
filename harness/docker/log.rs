//! The log and the CPU time of a container.

use std::time::Duration;

use base::log_file::LogFile;
use bollard::query_parameters::{LogsOptionsBuilder, StatsOptionsBuilder};
use camino::Utf8Path;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Engine, Error, Status};

/// How long the engine may send no data while it sends an existing log.
const SILENCE: Duration = Duration::from_secs(10);

/// How many lines are requested when only the end of a log is needed.
const MAX_LINES: &str = "1000";

/// How often to look for the container, and for the log file to be free, while a log is followed.
const POLL: Duration = Duration::from_secs(1);

impl Engine {
    /// Writes a container's log to a file, from its beginning. If another command follows the log
    /// into that file, leaves the file to it.
    pub async fn write_log(&self, name: &str, file: &Utf8Path) -> Result<(), Error> {
        match LogFile::claim(file).map_err(Error::file("write", file))? {
            Some(mut log) => self.write_over(name, file, &mut log).await,
            None => Ok(()),
        }
    }

    /// The lines that a container wrote from `from` until `until`; only the last ones if there are
    /// many.
    pub async fn log_between(
        &self,
        name: &str,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<String, Error> {
        let act = || format!("read the log of the container {name}");
        let options = LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            // The API filters by whole seconds; the timestamps of the lines are more precise.
            .timestamps(true)
            .since(i32::try_from(from.as_second()).unwrap_or_default())
            .tail(MAX_LINES);
        let read = self.api.logs(name, Some(options.build()));
        let read = timeout(SILENCE, read.try_collect::<Vec<_>>()).await;
        let parts = read.map_err(|_| Error::Silent {
            act: act(),
            deadline: SILENCE,
        })?;
        let parts = parts.map_err(Error::api(act()))?;
        let text: String = parts.iter().map(ToString::to_string).collect();
        Ok(between(&text, from, until))
    }

    /// Writes the log of the container with that name to a file as it grows, until `stop`.
    /// Continues after a restart, and with another container of the same name, whose log is
    /// appended.
    pub async fn follow_log(
        &self,
        name: &str,
        file: &Utf8Path,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let followed = stop.run_until_cancelled(self.follow(name, file)).await;
        followed.unwrap_or(Ok(()))
    }

    /// Runs forever, unless the file cannot be written.
    async fn follow(&self, name: &str, file: &Utf8Path) -> Result<(), Error> {
        let failed = || Error::file("write", file);
        let mut claimed = None;
        let mut followed: Option<Followed> = None;
        loop {
            if claimed.is_none() && self.is_there(name).await {
                claimed = LogFile::claim(file).map_err(failed())?;
            }
            if let Some(log) = &mut claimed {
                match self.follow_present(name, file, log, &mut followed).await {
                    Err(error @ Error::File { .. }) => return Err(error),
                    // The engine or the container may be unavailable for a moment.
                    Err(error) => tracing::debug!(name, %error, "the log ended"),
                    Ok(()) => {}
                }
            }
            sleep(POLL).await;
        }
    }

    async fn is_there(&self, name: &str) -> bool {
        matches!(self.container(name).await, Ok(Some(_)))
    }

    /// Follows the current container of that name until it ends.
    async fn follow_present(
        &self,
        name: &str,
        file: &Utf8Path,
        log: &mut LogFile,
        followed: &mut Option<Followed>,
    ) -> Result<(), Error> {
        let failed = || Error::file("write", file);
        let Some(found) = self.container(name).await? else {
            return Ok(());
        };
        let begin = match followed {
            Some(before) if before.id == found.id && found.status != Status::Running => {
                return Ok(());
            }
            Some(before) if before.id == found.id => before.begin,
            Some(_) => log.go_to_end().map_err(failed())?,
            None => {
                // The file may contain the longer log of an earlier container.
                self.write_over(name, file, log).await?;
                0
            }
        };
        let id = found.id;
        *followed = Some(Followed { id, begin });
        log.go_to(begin).map_err(failed())?;
        self.copy_log(name, file, log, None).await
    }

    async fn write_over(
        &self,
        name: &str,
        file: &Utf8Path,
        log: &mut LogFile,
    ) -> Result<(), Error> {
        let failed = || Error::file("write", file);
        log.go_to(0).map_err(failed())?;
        self.copy_log(name, file, log, Some(SILENCE)).await?;
        log.cut().map_err(failed())
    }

    /// Copies a log. Without a deadline for silence, follows it to the end of the container.
    async fn copy_log(
        &self,
        name: &str,
        file: &Utf8Path,
        log: &mut LogFile,
        silence: Option<Duration>,
    ) -> Result<(), Error> {
        let act = || format!("read the log of the container {name}");
        let options = LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            .follow(silence.is_none());
        let mut parts = Box::pin(self.api.logs(name, Some(options.build())));
        loop {
            let part = match silence {
                None => parts.next().await,
                Some(deadline) => {
                    let part = timeout(deadline, parts.next()).await;
                    part.map_err(|_| Error::Silent {
                        act: act(),
                        deadline,
                    })?
                }
            };
            let Some(part) = part else {
                return Ok(());
            };
            let part = part.map_err(Error::api(act()))?;
            log.write(part.as_ref())
                .map_err(Error::file("write", file))?;
        }
    }

    /// CPU time of a running container since its start.
    pub async fn cpu_time(&self, name: &str) -> Result<Duration, Error> {
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true);
        let mut samples = Box::pin(self.api.stats(name, Some(options.build())));
        let sample = samples.next().await.transpose();
        let sample = sample.map_err(Error::api(format!("measure the container {name}")))?;
        let nanoseconds = sample
            .and_then(|sample| sample.cpu_stats?.cpu_usage?.total_usage)
            .unwrap_or_default();
        Ok(Duration::from_nanos(nanoseconds))
    }
}

/// The lines of a time span, without their timestamps.
fn between(text: &str, from: Timestamp, until: Option<Timestamp>) -> String {
    let lines = text.lines().filter_map(|line| {
        let (at, line) = line.split_once(' ')?;
        let at: Timestamp = at.parse().ok()?;
        (at >= from && until.is_none_or(|until| at < until)).then_some(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A container whose log is in the file.
struct Followed {
    id: String,
    /// Where its log begins in the file.
    begin: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_of_one_launch_are_selected() {
        let text = "2026-01-01T12:00:00.1Z of the first\n\
                    2026-01-01T12:00:00.5Z of the second\n\
                    2026-01-01T12:00:01Z its last\n\
                    2026-01-01T12:00:02.123456789Z of the third\n";
        let at = |text: &str| -> Timestamp { text.parse().expect("a time") };
        let second = at("2026-01-01T12:00:00.3Z");
        let third = at("2026-01-01T12:00:02.1Z");
        assert_eq!(
            between(text, second, Some(third)),
            "of the second\nits last"
        );
        assert_eq!(between(text, third, None), "of the third");
    }
}
