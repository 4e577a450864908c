use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::session::{self, Session, Target};
use super::shutdown::Shutdown;
use super::{Outcome, lifecycle};
use crate::backend::process::ProcessBackend;
use crate::backend::{Backend, Fetch, Provision};
use crate::bench::{self, ByHand, Settings, Spread, Startup, Throughput};
use crate::error::{CommandError, Exit};
use crate::event::Events;
use crate::quantity;
use crate::tool;
use crate::topology::Component;
use crate::ui::{Table, Ui};

/// Measure what this topology carries, and what the harness costs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness bench throughput --concurrency 32 --duration 20s
  harness bench up --rounds 5 --output json")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Throughput(ThroughputArgs),
    Up(UpArgs),
}

/// Run hello world at a fixed concurrency: workflows per second, latency, CPU per workflow
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  harness bench throughput --concurrency 32 --duration 20s --keep"
)]
struct ThroughputArgs {
    #[command(flatten)]
    target: Target,
    /// Workflows in flight at any time
    #[arg(long, default_value_t = 32)]
    concurrency: u32,
    /// How long the load runs before it counts
    #[arg(long, default_value = "3s")]
    warmup: quantity::Duration,
    /// How long it counts
    #[arg(long, default_value = "20s")]
    duration: quantity::Duration,
    /// Leave the topology up
    #[arg(long)]
    keep: bool,
}

/// Measure `up` until the first workflow's result, against starting the same programs by hand
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness bench up --rounds 5 --output json")]
struct UpArgs {
    #[command(flatten)]
    target: Target,
    /// How often everything is measured, in turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    match args.what {
        What::Throughput(args) => {
            let session = session::own(&args.target, "bench", ui).await?;
            session::on_backend!(session, |session| throughput(&args, session, ui).await)
        }
        What::Up(args) => startup(&args, ui).await,
    }
}

async fn throughput<B: Backend>(
    args: &ThroughputArgs,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> Outcome {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run `harness down`");
    let was_up = lifecycle::is_up(session).await?;
    let settings = settings(args, session);
    let work = async {
        let measured = measure(args, session, &settings, &events, &shutdown).await;
        if !was_up && !args.keep {
            let never = CancellationToken::new();
            lifecycle::take_down(&session.owned(), &events, &never, &shutdown.insisted).await?;
        }
        measured
    };
    let measured = ui.follow(&mut receiver, Box::pin(work)).await?;
    if shutdown.asked.is_cancelled() {
        return Err(CommandError::new(Exit::Interrupted, "interrupted"));
    }
    ui.text(throughput_text(&measured));
    ui.json(&measured);
    Ok(Exit::Ok)
}

async fn measure<B: Backend>(
    args: &ThroughputArgs,
    session: &mut Session<B>,
    settings: &Settings,
    events: &Events,
    shutdown: &Shutdown,
) -> Result<Throughput, CommandError> {
    lifecycle::bring_up(session, events, &shutdown.asked).await?;
    events.notice(format!(
        "measuring for {} with {} workflows in flight",
        args.duration, args.concurrency
    ));
    let measured = bench::measure_throughput(&session.backend, settings, &shutdown.asked);
    measured.await.map_err(session::backend_error)
}

fn settings<B: Backend>(args: &ThroughputArgs, session: &Session<B>) -> Settings {
    let task_queue =
        session
            .topology
            .services
            .iter()
            .find_map(|service| match &service.component {
                Component::Worker { task_queue, .. } => Some(task_queue.clone()),
                _ => None,
            });
    Settings {
        users: args.concurrency,
        warmup: args.warmup.as_std(),
        duration: args.duration.as_std(),
        task_queue: task_queue.expect("every topology has a worker"),
        run: format!("{:x}", Timestamp::now().as_millisecond()),
    }
}

fn throughput_text(measured: &Throughput) -> String {
    let mut lines = vec![format!(
        "{:.1} workflows/s ({} completed, {} not, in {:.0}s with {} in flight)",
        measured.per_second, measured.completed, measured.failed, measured.seconds, measured.users
    )];
    lines.extend(measured.latency.as_ref().map(|latency| {
        format!(
            "start to close: p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
            latency.p50.approximate(),
            latency.p90.approximate(),
            latency.p99.approximate(),
            latency.p999.approximate(),
            latency.max.approximate()
        )
    }));
    let mut table = Table::new(["CPU ms per workflow", ""]);
    let client = format!("{:.2}", measured.cpu.client);
    table.row(["client (this process)".to_owned(), client]);
    for (replica, milliseconds) in &measured.cpu.replicas {
        table.row([replica.clone(), format!("{milliseconds:.2}")]);
    }
    lines.extend([String::new(), table.render()]);
    lines.join("\n")
}

async fn startup(args: &UpArgs, ui: &mut Ui) -> Outcome {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run it again");
    let session = session::own(&named(&args.target, "bench-by-hand"), "bench", ui).await?;
    let session::AnySession::Process(mut session) = session else {
        return Err(CommandError::new(
            Exit::Unavailable,
            "`bench up` measures the process backend",
        )
        .hint("use a profile with `backend: {process: ...}`"));
    };
    let http =
        crate::http::loopback_client().map_err(|error| CommandError::new(Exit::Internal, error))?;
    let work = async {
        let by_hand = by_hand(&args.target, &mut session, &events, &shutdown).await?;
        events.notice(format!("{} round(s) of six measurements each", args.rounds));
        let measured = bench::measure_startup(&by_hand, &http, args.rounds.into());
        let measured = shutdown.asked.run_until_cancelled(measured).await;
        let cleaned = by_hand.clean().await;
        let measured = measured
            .ok_or_else(|| CommandError::new(Exit::Interrupted, "interrupted"))?
            .and_then(|measured| cleaned.map(|()| measured));
        measured.map_err(|error| {
            CommandError::new(Exit::Unavailable, error)
                .hint("run `harness down --set name=bench-up` to remove what was left")
        })
    };
    let measured = ui.follow(&mut receiver, Box::pin(work)).await?;
    ui.text(startup_text(&measured));
    ui.json(&measured);
    Ok(Exit::Ok)
}

/// The same profile under a name, and so with a state folder, of its own.
fn named(target: &Target, name: &str) -> Target {
    let mut target = target.clone();
    target.set.push(format!("name={name}"));
    target
}

/// Prepares everything outside of what is measured: programs are fetched and built here.
async fn by_hand(
    target: &Target,
    session: &mut Session<ProcessBackend>,
    events: &Events,
    shutdown: &Shutdown,
) -> Result<ByHand, CommandError> {
    let provision = Provision {
        fetch: Fetch::Missing,
        events,
        cancel: &shutdown.asked,
    };
    let Session {
        backend, topology, ..
    } = session;
    let prepared = backend.prepare(topology, provision).await;
    prepared.map_err(session::backend_error)?;
    let (temporal, workers) = backend.launches();
    Ok(ByHand {
        temporal,
        workers,
        data: session.state.data(),
        harness: tool::this_program(),
        target: named(target, "bench-up").arguments(),
    })
}

fn startup_text(measured: &Startup) -> String {
    let mut table = Table::new(["MEASURED", "MEDIAN s", "MIN", "MAX", "TO BY HAND"]);
    let mut row = |name: &str, spread: Spread| {
        table.row([
            name.to_owned(),
            format!("{:.2}", spread.median),
            format!("{:.2}", spread.min),
            format!("{:.2}", spread.max),
            format!("{:.2}x", spread.median / measured.by_hand.median),
        ]);
    };
    row("bare development server serves", measured.bare_server);
    row("by hand to the first result", measured.by_hand);
    row("up, cold, to the first result", measured.up_cold);
    row("up, warm, to the first result", measured.up_warm);
    row("up again", measured.up_again);
    row("down", measured.down);
    let added = measured.up_cold.median - measured.by_hand.median;
    format!(
        "{}\n\ncold, the harness adds {added:.2}s to what Temporal and the worker need by themselves",
        table.render()
    )
}
