//! The lives of a container. Each start begins a life.

use std::time::Duration;

use backend::{Vital, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use docker::{Container, Engine, Status};
use jiff::Timestamp;
use tokio::time::timeout;

/// How long the engine may take to inspect a container, or to return its log.
const LOOK: Duration = Duration::from_secs(3);

/// Adds the life of a container to `vitals`. The container runs the service of its replica's name.
pub(super) async fn add(vitals: &mut Vitals, engine: &Engine, replica: &str, container: &str) {
    match timeout(LOOK, engine.container(container)).await {
        Ok(Ok(found)) => {
            let vital = found.as_ref().and_then(|found| vital(replica, found));
            let named = vital.map(|vital| (replica.to_owned(), vital));
            vitals.replicas.extend(named);
        }
        Ok(Err(error)) => vitals.unseen = Some(in_one_line(&error)),
        Err(_) => {
            vitals.unseen = Some(format!(
                "Docker does not answer about container {container}"
            ));
        }
    }
}

fn vital(replica: &str, container: &Container) -> Option<Vital> {
    let ended = match &container.status {
        Status::Created => return None,
        Status::Running | Status::Paused => None,
        status @ Status::Exited { .. } => Some(format!("its container ended: {status}")),
    };
    Some(Vital {
        services: vec![replica.to_owned()],
        life: life(container)?,
        ended,
        before: None,
        if_gone: "its container was removed",
    })
}

fn life(container: &Container) -> Option<String> {
    Some(format!("{} {}", container.id, container.started?))
}

/// The last lines of a container's log in its last life, or in a given life of the same container.
/// `None` also if the engine does not answer in time.
pub(super) async fn log_tail(
    engine: &Engine,
    container: &str,
    file: Utf8PathBuf,
    wanted: Option<&str>,
) -> Option<LogTail> {
    let words = words(engine, container, file, wanted);
    timeout(LOOK, words).await.ok().flatten()
}

async fn words(
    engine: &Engine,
    container: &str,
    file: Utf8PathBuf,
    wanted: Option<&str>,
) -> Option<LogTail> {
    let found = engine.container(container).await.ok()??;
    let last = found.started?;
    let (from, until) = match wanted {
        Some(wanted) => {
            let (id, started) = wanted.rsplit_once(' ')?;
            let started: Timestamp = started.parse().ok()?;
            // The log of a removed container was removed with it.
            (id == found.id).then_some(())?;
            (started, (started < last).then_some(last))
        }
        None => (last, None),
    };
    let text = engine.log_between(container, from, until).await.ok()?;
    Some(LogTail::of_text(file, &text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn container(started: Option<&str>, status: Status) -> Container {
        Container {
            id: "c0ffee".to_owned(),
            name: "harness-mysql".to_owned(),
            labels: BTreeMap::new(),
            ports: Vec::new(),
            started: started.map(|text| text.parse().expect("a time")),
            status,
        }
    }

    const NOON: &str = "2026-01-01T12:00:00.5Z";

    #[test]
    fn a_container_that_ended_says_how_and_one_that_never_started_has_no_life() {
        let ended = |code, out_of_memory| {
            let status = Status::Exited {
                code,
                out_of_memory,
            };
            vital("mysql", &container(Some(NOON), status)).and_then(|vital| vital.ended)
        };
        assert_eq!(
            ended(137, true).as_deref(),
            Some("its container ended: it ran out of memory")
        );
        assert_eq!(
            ended(1, false).as_deref(),
            Some("its container ended: it exited with code 1")
        );
        let paused = vital("mysql", &container(Some(NOON), Status::Paused));
        assert_eq!(paused.expect("it lives").ended, None);
        assert_eq!(vital("mysql", &container(None, Status::Created)), None);
    }

    #[test]
    fn another_start_is_another_life() {
        let life = |started| life(&container(Some(started), Status::Running));
        assert_ne!(life(NOON), life("2026-01-01T12:00:00.6Z"));
        assert_eq!(life(NOON).as_deref(), Some("c0ffee 2026-01-01T12:00:00.5Z"));
    }
}
