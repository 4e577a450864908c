//! Measures workflows per second, and the CPU time of each.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use backend::death::Death;
use backend::event::Events;
use backend::{Backend, Host as _};
use engine::watch::{Seen, Watch, not_known};
use load::{
    CompiledWorkload, Executor, Flow, Iteration, IterationLatencies, Percentiles, Progress,
    StartLimit, Timeline, Workload,
};
use model::quantity::Milliseconds;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::Serialize;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long to wait for unfinished workflows after the measurement.
const DRAIN: Duration = Duration::from_secs(30);

/// The settings of a measurement.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The number of workflows in flight.
    pub users: u32,
    /// How long the load runs before the measurement.
    pub warmup: Duration,
    /// The length of the measurement.
    pub duration: Duration,
    pub namespace: String,
    /// Task queue of the worker.
    pub task_queue: String,
    /// A part of every workflow id.
    pub run: String,
    /// The maximum number of workflow starts per second.
    pub starts_per_second: Option<u32>,
}

impl Settings {
    /// How the id of every workflow begins.
    pub fn workflow_id_prefix(&self) -> String {
        format!("bench-{}-", self.run)
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Throughput {
    /// The number of workflows in flight.
    pub users: u32,
    pub length_ms: Milliseconds,
    /// Workflows that completed during the measurement.
    pub completed: u64,
    /// Iterations that ended during the measurement otherwise: refused, unanswered or failed.
    pub failed: u64,
    /// Iterations that began during the measurement and were abandoned.
    pub given_up: u64,
    pub per_second: f64,
    /// From start to close as seen by the client, of the workflows that began during the
    /// measurement.
    pub latency: Option<Percentiles>,
    /// CPU time per completed workflow.
    pub cpu: Cpu,
    /// Replicas that died during the measurement, which makes the figures invalid.
    pub deaths: Vec<Death>,
    /// Why it is unknown whether all replicas stayed alive, which makes the figures invalid.
    pub unseen: Option<String>,
    /// The maximum number of workflow starts per second; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_per_second: Option<u32>,
}

/// A measurement.
#[derive(Debug)]
pub struct Measured {
    pub throughput: Throughput,
    /// The ids of the workflows that may be open.
    pub open: Vec<String>,
}

impl Throughput {
    /// Why the figures are invalid; empty if they are valid.
    pub fn doubts(&self) -> Vec<String> {
        let deaths = self.deaths.iter().map(ToString::to_string);
        let unseen = self.unseen.iter().map(|reason| not_known(reason));
        let none = (self.completed == 0).then(|| "no workflow completed".to_owned());
        deaths.chain(unseen).chain(none).collect()
    }
}

/// CPU time per completed workflow.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cpu {
    /// The CPU time of this process, which generates the load.
    pub client_ms: Milliseconds,
    /// The CPU time of each replica, if the backend can measure it.
    pub replicas_ms: BTreeMap<String, Milliseconds>,
}

/// The CPU time used so far.
struct Used {
    client: Duration,
    replicas: BTreeMap<String, Duration>,
}

/// The iterations of a measurement, counted one by one. Its size does not depend on their number.
struct Counts {
    window: Range<Duration>,
    /// Completed during the measurement.
    completed: u64,
    /// Ended during the measurement otherwise.
    failed: u64,
    /// Began during the measurement and were abandoned.
    given_up: u64,
    /// Of those that began during the measurement: those that ended during it exclude the ones that
    /// hang.
    latencies: IterationLatencies,
    /// The ids of the workflows that may be open.
    open: Vec<String>,
}

impl Counts {
    fn of(window: Range<Duration>) -> Self {
        Self {
            window,
            completed: 0,
            failed: 0,
            given_up: 0,
            latencies: IterationLatencies::default(),
            open: Vec::new(),
        }
    }

    fn add(&mut self, iteration: &Iteration) {
        if iteration.may_be_open() {
            self.open.push(iteration.workflow_id.clone());
        }
        if self.window.contains(&iteration.ended()) {
            if iteration.is_completed() {
                self.completed += 1;
            } else if !iteration.is_given_up() {
                self.failed += 1;
            }
        }
        if self.window.contains(&iteration.intended()) {
            self.given_up += u64::from(iteration.is_given_up());
            self.latencies.record(iteration, iteration.arrivals());
        }
    }
}

/// Runs hello world at a fixed concurrency and measures.
pub async fn measure_throughput<B: Backend>(
    backend: &B,
    settings: &Settings,
    events: &Events,
    watch: &Watch,
    cancel: &CancellationToken,
) -> Result<Measured, backend::Error> {
    let work = Box::pin(measure(backend, settings, watch, cancel));
    let mut measured = watch.during(backend, events, work).await?;
    let Seen { deaths, unseen } = watch.end();
    measured.throughput.deaths = deaths;
    measured.throughput.unseen = unseen;
    Ok(measured)
}

async fn measure<B: Backend>(
    backend: &B,
    settings: &Settings,
    watch: &Watch,
    cancel: &CancellationToken,
) -> Result<Measured, backend::Error> {
    let frontend = backend.frontend(&settings.namespace).await?;
    let epoch = Instant::now();
    watch.begin(epoch);
    let (records, mut received) = unbounded_channel();
    let timeline = Timeline::back_to_back(
        Duration::ZERO,
        [("warmup", settings.warmup), ("measure", settings.duration)],
    );
    let run = load::Run {
        timeline,
        epoch,
        greatest_delay: Duration::ZERO,
        drain: DRAIN,
        records,
        progress: Arc::new(Progress::default()),
        limit: StartLimit::shared(settings.starts_per_second),
        hopeless: CancellationToken::new(),
        cancel: cancel.clone(),
    };
    let workload = CompiledWorkload::new(workload(settings)).expect("its templates are valid");
    let begin = epoch + settings.warmup;
    let end = begin + settings.duration;
    let (_, counts, (before, after)) = tokio::join!(
        load::drive(&frontend, vec![workload], run),
        async {
            let mut counts = Counts::of(settings.warmup..settings.warmup + settings.duration);
            while let Some(iteration) = received.recv().await {
                counts.add(&iteration);
            }
            counts
        },
        async {
            cancel.run_until_cancelled(sleep_until(begin)).await;
            let before = used(backend).await;
            cancel.run_until_cancelled(sleep_until(end)).await;
            (before, used(backend).await)
        },
    );
    Ok(Measured {
        throughput: evaluate(settings, &counts, &before, &after),
        open: counts.open,
    })
}

/// The workload: hello world with a numbered name.
fn workload(settings: &Settings) -> Workload {
    Workload {
        name: "hello".to_owned(),
        executor: Executor::ConstantConcurrency {
            users: settings.users,
        },
        seed: 0,
        workflow_id_prefix: settings.workflow_id_prefix(),
        mix: vec![Flow {
            input: vec!["guest-{{ n }}".into()],
            result: Some("Hello guest-{{ n }}!".into()),
            ..Flow::new(workflow::WORKFLOW_TYPE, &settings.task_queue)
        }],
        call_timeout: model::quantity::Duration::from_secs(10),
        timeout: model::quantity::Duration::from_secs(60),
    }
}

async fn used<B: Backend>(backend: &B) -> Used {
    let own = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
    Used {
        client: duration(own.user_time()) + duration(own.system_time()),
        replicas: backend.hosts().usage().await,
    }
}

fn duration(time: TimeVal) -> Duration {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or_default();
    let microseconds = u64::try_from(time.tv_usec()).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_micros(microseconds)
}

fn evaluate(settings: &Settings, counts: &Counts, before: &Used, after: &Used) -> Throughput {
    let completed = counts.completed;
    let seconds = settings.duration.as_secs_f64();
    let count = u32::try_from(completed.max(1)).unwrap_or(u32::MAX);
    let each = |used: Duration| Milliseconds::from(used / count);
    Throughput {
        users: settings.users,
        length_ms: settings.duration.into(),
        completed,
        failed: counts.failed,
        given_up: counts.given_up,
        per_second: f64::from(u32::try_from(completed).unwrap_or(u32::MAX)) / seconds,
        latency: counts.latencies.response.percentiles(),
        cpu: Cpu {
            client_ms: each(after.client.saturating_sub(before.client)),
            replicas_ms: after
                .replicas
                .iter()
                .filter_map(|(replica, used)| {
                    let before = before.replicas.get(replica)?;
                    Some((replica.clone(), each(used.saturating_sub(*before))))
                })
                .collect(),
        },
        deaths: Vec::new(),
        unseen: None,
        starts_per_second: settings.starts_per_second,
    }
}

#[cfg(test)]
mod tests {
    use backend::state::Directory;
    use camino::Utf8Path;
    use places::simulated::SimulatedBackend;

    use super::*;

    /// Measures the simulated backend with this record.
    async fn measured(record: &str) -> Throughput {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(path);
        fs_err::create_dir_all(state.run()).expect("a folder");
        fs_err::write(state.run().join("simulated.json"), record).expect("a file");
        let settings = Settings {
            users: 2,
            warmup: Duration::from_millis(50),
            duration: Duration::from_millis(300),
            namespace: "default".to_owned(),
            task_queue: "hello-world".to_owned(),
            run: "test".to_owned(),
            starts_per_second: None,
        };
        let (events, _heard) = Events::channel();
        let (backend, watch) = (SimulatedBackend::new(state, None), Watch::default());
        let never = CancellationToken::new();
        let measured = measure_throughput(&backend, &settings, &events, &watch, &never).await;
        measured.expect("there is a frontend").throughput
    }

    #[tokio::test(start_paused = true)]
    async fn workflows_are_counted_and_timed() {
        let measured = measured("{}").await;
        assert!(measured.completed > 0, "{measured:?}");
        assert_eq!((measured.failed, measured.given_up), (0, 0));
        assert!(measured.latency.is_some(), "{measured:?}");
        let rate = measured.per_second * measured.length_ms.as_std().as_secs_f64();
        assert!((rate.round() - rate).abs() < 1e-6, "{measured:?}");
        assert_eq!(format!("{rate:.0}"), measured.completed.to_string());
    }

    #[tokio::test(start_paused = true)]
    async fn figures_are_invalid_if_the_replicas_could_not_be_watched() {
        assert_eq!(measured("{}").await.doubts(), <[&str; 0]>::default());
        let doubts = measured("garbage").await.doubts();
        let [doubt] = &doubts[..] else {
            panic!("one reason: {doubts:?}");
        };
        let told = "it is not known whether all replicas lived to the end: ";
        assert!(doubt.starts_with(told), "{doubt}");
        assert!(doubt.ends_with("simulated.json is damaged"), "{doubt}");
    }
}
