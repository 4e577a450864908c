//! `harness bench throughput`.

use backend::Backend;
use backend::event::Events;
use base::hint::Hint;
use engine::watch::Watch;
use jiff::Timestamp;
use load::MOST_IN_FLIGHT;
use model::quantity::{self, Milliseconds};
use model::topology::{Run, Topology};
use tokio_util::sync::CancellationToken;

use crate::bench::{self, Settings, Throughput};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};
use crate::verb::session::{self, Session, Target};
use crate::verb::shutdown::Shutdown;
use crate::verb::{VerbResult, existing, failure, lifecycle, reap};

/// Run hello world at a fixed concurrency, and measure workflows per second, latency and CPU per
/// workflow
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  harness bench throughput --concurrency 32 --duration 20s --keep"
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Number of workflows in flight
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_IN_FLIGHT)))]
    concurrency: u32,
    /// How long the load runs before the measurement
    #[arg(long, default_value = "3s")]
    warmup: quantity::Duration,
    /// Length of the measurement
    #[arg(long, default_value = "20s", value_parser = some_time)]
    duration: quantity::Duration,
    /// Leave the topology up
    #[arg(long)]
    keep: bool,
}

/// Parses a duration greater than zero.
fn some_time(text: &str) -> Result<quantity::Duration, String> {
    let time: quantity::Duration = text.parse().map_err(|error| format!("{error}"))?;
    if time.as_std().is_zero() {
        return Err("the duration must be greater than zero".to_owned());
    }
    Ok(time)
}

pub(super) async fn run<B: Backend>(
    args: &Args,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> VerbResult {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        &args.target,
        events.clone(),
        Hint::say("run ").command(session.way.down()),
    )?;
    existing::announce(session, ui)?;
    let was_up = lifecycle::is_up(session).await?;
    let settings = settings(args, session)?;
    let work = async {
        let measured = measure(args, session, &settings, &events, &shutdown).await;
        if was_up || args.keep {
            return measured.and_then(|(measured, left)| left.map_or(Ok(measured), Err));
        }
        // The take-down tries again to terminate what the measurement left open.
        let measured = measured.map(|(measured, _)| measured);
        let (owned, never) = (session.owned(), CancellationToken::new());
        let down = lifecycle::take_down(&owned, &events, &never, &shutdown.insisted).await;
        ending(measured, down.map(drop), &events)
    };
    let measured = ui.follow(&mut receiver, Box::pin(work)).await?;
    if shutdown.asked.is_cancelled() {
        return Err(CommandError::new(Exit::Interrupted, "interrupted"));
    }
    ui.text(text(&measured));
    ui.json(&measured);
    Ok(if measured.doubts().is_empty() {
        Exit::Ok
    } else {
        Exit::Inconclusive
    })
}

/// Combines the results of the measurement and of the take-down. Returns the graver error, and
/// sends the other as a notice.
fn ending<T>(
    measured: Result<T, CommandError>,
    down: Result<(), CommandError>,
    events: &Events,
) -> Result<T, CommandError> {
    match (measured, down) {
        (Ok(measured), down) => down.map(|()| measured),
        (Err(mut error), Ok(())) => {
            if error.exit == Exit::Interrupted {
                // The topology is down, so no hint is needed.
                error.hints.clear();
            }
            Err(error)
        }
        (Err(error), Err(left)) => Err(failure::graver(error, left, events)),
    }
}

/// The figures, with an error if workflows are left open on an existing cluster.
async fn measure<B: Backend>(
    args: &Args,
    session: &mut Session<B>,
    settings: &Settings,
    events: &Events,
    shutdown: &Shutdown,
) -> Result<(Throughput, Option<CommandError>), CommandError> {
    let watch = Watch::default();
    watch.prepare(&session.backend, events).await;
    lifecycle::bring_up(session, events, &shutdown.asked).await?;
    events.notice(format!(
        "measuring for {} with {} workflows in flight",
        args.duration, args.concurrency
    ));
    let backend = &session.backend;
    let _guard = reap::guard(session, false)?;
    let begun = backend.begin_load(&[settings.workflow_id_prefix()]).await;
    begun.map_err(session::backend_error)?;
    let measured = bench::measure_throughput(backend, settings, events, &watch, &shutdown.asked);
    let measured = measured.await.map_err(|error| {
        let error = session::backend_error(error);
        failure::after(&watch.end().deaths, error)
    });
    let (measured, open) = match measured {
        Ok(bench::Measured { throughput, open }) => (Ok(throughput), Some(open)),
        Err(error) => (Err(error), None),
    };
    let stop = &shutdown.insisted;
    existing::conclude(backend, open.as_deref(), measured, events, stop).await
}

fn settings<B: Backend>(args: &Args, session: &Session<B>) -> Result<Settings, CommandError> {
    Ok(Settings {
        users: args.concurrency,
        warmup: args.warmup.as_std(),
        duration: args.duration.as_std(),
        namespace: session.topology.main_namespace().to_owned(),
        task_queue: task_queue(&session.topology)?.to_owned(),
        starts_per_second: session.place.starts_per_second(),
        run: format!("{:x}", Timestamp::now().as_millisecond()),
    })
}

/// The task queue to measure: the one that all workers poll, else that of the example worker.
fn task_queue(topology: &Topology) -> Result<&str, CommandError> {
    let mut examples = topology.workers().filter(|it| *it.run == Run::BuiltIn);
    let example = examples.next().map(|worker| worker.task_queue);
    topology.task_queue().or(example).ok_or_else(|| {
        let message = "the workers of the profile poll several task queues, and none is the example \
                       worker, whose workflow is measured";
        CommandError::new(Exit::Usage, message)
            .hint("Measure your own workflows with a scenario.")
    })
}

fn text(measured: &Throughput) -> String {
    let mut lines = vec![format!(
        "{:.1} workflows/s ({} completed, {} failed, {} abandoned, in {:.0}s with {} in flight)",
        measured.per_second,
        measured.completed,
        measured.failed,
        measured.given_up,
        measured.length_ms.as_std().as_secs_f64(),
        measured.users
    )];
    lines.extend(measured.starts_per_second.map(|limit| {
        format!(
            "the load was limited to {limit} workflow starts per second \
             (`backend.existing.rate-limit`); the cluster may do more"
        )
    }));
    let doubts = measured.doubts().into_iter();
    lines.extend(doubts.map(|doubt| format!("these figures are not valid: {doubt}")));
    lines.extend(measured.latency.as_ref().map(|latency| {
        format!(
            "start to close: p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
            latency.p50, latency.p90, latency.p99, latency.p999, latency.max
        )
    }));
    let mut table = Table::new(["CPU ms per workflow", ""]);
    let client = two_decimals(measured.cpu.client_ms);
    table.row(["client (this process)".to_owned(), client]);
    for (replica, milliseconds) in &measured.cpu.replicas_ms {
        table.row([replica.clone(), two_decimals(*milliseconds)]);
    }
    lines.extend([String::new(), table.render()]);
    lines.join("\n")
}

/// Milliseconds with two decimals.
fn two_decimals(span: Milliseconds) -> String {
    format!("{:.2}", span.as_std().as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(measured: Option<Exit>, down: Option<Exit>) -> Result<(), CommandError> {
        let (events, _unheard) = Events::channel();
        let result = |exit: Option<Exit>| match exit {
            Some(exit) => Err(CommandError::new(exit, "it failed").hint("do something")),
            None => Ok(()),
        };
        ending(result(measured), result(down), &events)
    }

    #[test]
    fn leftovers_are_not_hidden_by_a_failed_measurement() {
        for measured in [None, Some(Exit::Unavailable), Some(Exit::Interrupted)] {
            let error = ended(measured, Some(Exit::Leftovers)).expect_err("something is left");
            assert_eq!(error.exit, Exit::Leftovers, "{measured:?}");
            assert_eq!(error.hints, [Hint::say("do something")]);
        }
        let error = ended(Some(Exit::HealFailed), Some(Exit::Leftovers));
        assert_eq!(error.expect_err("both failed").exit, Exit::HealFailed);
    }

    #[test]
    fn an_interruption_has_no_hint_once_everything_is_down() {
        let error = ended(Some(Exit::Interrupted), None).expect_err("it was interrupted");
        assert!(error.hints.is_empty(), "{:?}", error.hints);
        let error = ended(Some(Exit::Unavailable), None).expect_err("it failed");
        assert_eq!(error.hints, [Hint::say("do something")]);
    }
}
