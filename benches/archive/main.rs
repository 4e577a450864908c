//! The cost of a long run: the harness's memory, the size of the run's folder, and the time to assess
//! it. The run has 200 workflows per second for 30 minutes, in paused time, so that only the
//! harness's own work takes time.
//!
//! Run `cargo bench --bench archive`; append `-- 60` for a run of 60 s.

mod place;
mod server;

use std::io::Write as _;
use std::time::{Duration, Instant};

use archive::{Archive, Writer};
use backend::event::Events;
use backend::fault::Journal;
use backend::run_id::RunId;
use camino::Utf8Path;
use check::Invariant;
use engine::watch::Watch;
use jiff::Timestamp;
use load::{Arrivals, Executor, Flow, Workload};
use model::phase::Phase;
use model::quantity::{self, Bytes};
use model::topology::{Database, Digest, TemporalSettings, Tls, Topology};
use scenario::{Context, PlannedPhase, RunPlan, VerdictKind};
use tokio_util::sync::CancellationToken;

use crate::place::FrontendOnly;

const RATE: u32 = 200;
const LENGTH: Duration = Duration::from_mins(30);

fn main() {
    let seconds = std::env::args()
        .filter_map(|it| it.parse().ok())
        .next_back();
    let length = seconds.map_or(LENGTH, Duration::from_secs);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let before = memory();
    let begun = Instant::now();
    let kind = run(folder, length);
    let took = begun.elapsed();
    assert_eq!(kind, VerdictKind::Pass);
    let (peak, reports) = (memory(), folder.join("run"));

    let archive = Archive::open(&reports).expect("the run has written it");
    let begun = Instant::now();
    let outcome = scenario::assess(&archive).expect("readable");
    let assessed = begun.elapsed();
    let outcome = outcome.expect("the run is complete");
    assert_eq!(outcome.judgement.verdict.kind, VerdictKind::Pass);

    let workflows = outcome.seen.measures.may_exist;
    let files = reports.read_dir_utf8().expect("a folder").flatten();
    let size: u64 = files.filter_map(|it| Some(it.metadata().ok()?.len())).sum();
    let figures = [
        ("workflows", workflows.to_string()),
        ("run took", seconds_of(took)),
        ("assessment took", seconds_of(assessed)),
        ("folder size", megabytes(size)),
        ("memory before", megabytes(before)),
        ("peak of the run", megabytes(peak)),
        ("peak with assessment", megabytes(memory())),
    ];
    let mut out = std::io::stdout().lock();
    for (name, figure) in figures {
        writeln!(out, "{name:<20} {figure:>10}").expect("standard output is open");
    }
}

fn seconds_of(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

/// The peak memory of this process, in bytes. `getrusage` is not suitable: its value includes the peak
/// of the parent process before `exec`.
fn memory() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").expect("this bench runs on Linux");
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|it| it.trim().strip_suffix(" kB"));
    let kilobytes: u64 = kilobytes.and_then(|it| it.parse().ok()).expect("a number");
    kilobytes * 1024
}

fn run(folder: &Utf8Path, length: Duration) -> VerdictKind {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    let plan = plan(length);
    let setting = serde_json::Map::new();
    let writer = Writer::create(&folder.join("run"), Bytes::new(8 << 30), &setting, &plan);
    let journal = Journal::open(&folder.join("faults.ndjson")).expect("a journal");
    let (events, _) = Events::channel();
    let context = Context {
        backend: &FrontendOnly,
        topology: &topology(),
        journal: &journal,
        events: &events,
        watch: &Watch::default(),
        shutdown: &CancellationToken::new(),
    };
    let run = scenario::run(&plan, context, writer.expect("writable"));
    let outcome = runtime.expect("a runtime").block_on(Box::pin(run));
    outcome
        .expect("the run has a verdict")
        .judgement
        .verdict
        .kind
}

fn plan(length: Duration) -> RunPlan {
    RunPlan {
        run: RunId::new(42, Timestamp::UNIX_EPOCH),
        scenario: "long".to_owned(),
        description: "A long run".to_owned(),
        seed: 42,
        workloads: vec![Workload {
            name: "hello".to_owned(),
            executor: Executor::ConstantArrivalRate {
                rate: format!("{RATE}/s").parse().expect("a rate"),
                arrivals: Arrivals::Poisson,
                max_in_flight: 10_000,
            },
            seed: 1,
            workflow_id_prefix: "long/".to_owned(),
            mix: vec![Flow {
                input: vec!["Guest".into()],
                result: Some("Hello Guest!".into()),
                ..Flow::new("Workflow", "hello-world")
            }],
            call_timeout: quantity::Duration::from_secs(10),
            timeout: quantity::Duration::from_secs(30),
        }],
        phases: vec![PlannedPhase {
            phase: Phase::Baseline,
            offset: quantity::Duration::default(),
            length: length.into(),
        }],
        starts_per_second: None,
        drain: quantity::Duration::from_secs(30),
        faults: Vec::new(),
        steady_state: None,
        thresholds: Vec::new(),
        // In paused time, delays come from this machine only.
        generator_delay: quantity::Duration::from_secs(1),
        invariants: Invariant::ALL.to_vec(),
    }
}

fn topology() -> Topology {
    Topology {
        digest: Digest::of_bytes(b"nothing"),
        temporal: TemporalSettings {
            version: "1.32.0".to_owned(),
            history_shards: 4,
            namespaces: Vec::new(),
            dynamic_config: std::collections::BTreeMap::new(),
        },
        database: Database {
            version: "8.4".to_owned(),
            max_connections: 100,
            tls: Tls::Required,
        },
        services: Vec::new(),
    }
}
