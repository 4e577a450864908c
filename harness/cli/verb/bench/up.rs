//! `harness bench up`.

use backend::event::Events;
use backend::{Fetch, Place, Provision};
use base::hint::{Command, Hint, Verb};
use base::tool::{self, Environment};
use docker::Engine;
use model::topology::Topology;

use super::{by_hand, timeline};
use crate::bench::{self, Harness, Measurement, Snapshot, Spread, Startup, Up};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};
use crate::verb::session::{self, AnySession, Target};
use crate::verb::shutdown::Shutdown;
use crate::verb::{VerbResult, failure};

/// Measure the time of `up` until the first workflow's result, compared with the same steps by hand
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness bench up --rounds 5 --output json
  harness bench up --profile server --without-snapshot")]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// Number of rounds; each takes every measurement once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Also measure without the golden snapshot of the database, which is removed and created again
    #[arg(long)]
    without_snapshot: bool,
}

pub(super) async fn run(args: &Args, ui: &mut Ui) -> VerbResult {
    // Holds the lock to the end: a second `bench` at the same time would distort both measurements.
    let loaded = session::load(&named(&args.target, "bench-by-hand"));
    let session = session::own(&loaded, "bench", ui).await?;
    let (place, topology) = subject(&session)?;
    let snapshot = snapshot(args, &place, topology.clone()).await?;
    let target = named(&args.target, "bench-up");
    let down = Command::named(Verb::Down, target.options());
    let remove = Hint::run(down).words(" to remove the leftovers.");
    let target = target.arguments();
    let harness = Harness::new(tool::this_program(), target);
    let http =
        base::http::loopback_client().map_err(|error| CommandError::new(Exit::Internal, error))?;
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run the command again")?;
    let work = async {
        let provision = Provision {
            fetch: Fetch::Missing,
            events: &events,
            cancel: &shutdown.asked,
        };
        let by_hand = by_hand::of(&session, &topology, provision).await?;
        let measurement = Measurement {
            harness: &harness,
            by_hand: &by_hand,
            snapshot: &snapshot,
            place,
            rounds: args.rounds.into(),
        };
        let measured = shutdown.asked.run_until_cancelled(async {
            events.notice("warming up: fetching and building everything before the measurement");
            measurement.warm_up(&http).await?;
            events.notice(format!("measuring: {} round(s)", args.rounds));
            bench::measure_startup(&measurement, &http).await
        });
        let measured = measured.await;
        let cleaned = measurement.clean().await;
        let failed = |exit, error| CommandError::new(exit, error).hint(remove.clone());
        match (measured, cleaned) {
            (Some(Ok(measured)), Ok(())) => Ok(measured),
            (None, Ok(())) => Err(failure::interrupted("Run the command again.")),
            (Some(Err(error)), Ok(())) => Err(failed(Exit::Unavailable, error)),
            (Some(Err(error)), Err(left)) => {
                events.notice(format!("could not take the topology down: {left}"));
                Err(failed(Exit::Unavailable, error))
            }
            (Some(Ok(_)) | None, Err(left)) => Err(failed(Exit::Leftovers, left)),
        }
    };
    let measured = ui.follow(&mut receiver, Box::pin(work)).await?;
    ui.text(text(&measured));
    ui.json(&measured);
    Ok(Exit::Ok)
}

/// The same profile with another name, and so with a separate state folder.
fn named(target: &Target, name: &str) -> Target {
    let mut target = target.clone();
    target.set.push(format!("name={name}"));
    target
}

/// The place and topology of a session, if its backend can be measured.
fn subject(session: &AnySession) -> Result<(Place, Topology), CommandError> {
    match session {
        AnySession::Process(session) if session.place.cluster.is_some() => Err(CommandError::new(
            Exit::Unavailable,
            "`bench up` measures the start of a topology, and an existing cluster is not started",
        )
        .hint("Use a profile of backend `process` or `k3d`.")),
        AnySession::Process(session) => Ok((session.place.clone(), session.topology.clone())),
        AnySession::K3d(session) => Ok((session.place.clone(), session.topology.clone())),
        AnySession::Azure(_) | AnySession::Simulated(_) => Err(CommandError::new(
            Exit::Unavailable,
            "`bench up` measures only topologies on this machine",
        )
        .hint("Use a profile of backend `process` or `k3d`.")),
    }
}

async fn snapshot(
    args: &Args,
    place: &Place,
    topology: Topology,
) -> Result<Snapshot, CommandError> {
    if !args.without_snapshot {
        return Ok(Snapshot::Kept);
    }
    if place.database != "mysql" {
        let message = format!("database {} has no golden snapshot", place.database);
        return Err(CommandError::new(Exit::Usage, message)
            .hint("Omit `--without-snapshot`, or use profile `server` or `k3d`."));
    }
    let engine = Engine::connect(&Environment::of_process()).await;
    let engine = engine.map_err(|error| {
        let hints = error.hints();
        let error = CommandError::new(Exit::Unavailable, error);
        error.with_hints(hints)
    })?;
    Ok(Snapshot::Removed {
        engine,
        database: topology.database,
        server: topology.temporal.version,
    })
}

fn text(measured: &Startup) -> String {
    let mut paragraphs = vec![table(measured)];
    let timelines = [
        (
            "without the golden snapshot",
            measured.up_without_snapshot.as_ref(),
        ),
        ("cold", Some(&measured.up_cold)),
        ("warm", Some(&measured.up_warm)),
    ];
    for (name, up) in timelines {
        let up = up.map(|up| format!("up, {name}\n{}", timeline::text(&up.timeline)));
        paragraphs.extend(up);
    }
    paragraphs.extend(parts(measured));
    paragraphs.extend(conclusions(measured));
    paragraphs.join("\n\n")
}

fn table(measured: &Startup) -> String {
    let mut table = Table::new(["MEASURED", "MEDIAN s", "MIN", "MAX", "TO BY HAND"]);
    let by_hand = measured.by_hand.map(|by_hand| by_hand.median);
    let mut row = |name: &str, spread: Option<Spread>| {
        let Some(spread) = spread else { return };
        let ratio = by_hand.map(|by_hand| format!("{:.2}x", spread.median / by_hand));
        table.row([
            name.to_owned(),
            format!("{:.2}", spread.median),
            format!("{:.2}", spread.min),
            format!("{:.2}", spread.max),
            ratio.unwrap_or_default(),
        ]);
    };
    let first_result = |up: &Up| Some(up.first_result);
    row("bare development server serves", measured.bare_server);
    row("by hand to the first result", measured.by_hand);
    row(
        "up, without snapshot, to the first result",
        measured.up_without_snapshot.as_ref().and_then(first_result),
    );
    row(
        "up, cold, to the first result",
        first_result(&measured.up_cold),
    );
    row(
        "up, warm, to the first result",
        first_result(&measured.up_warm),
    );
    row("up again", Some(measured.up_again));
    row("down", Some(measured.down));
    table.render()
}

/// The time of each part by hand.
fn parts(measured: &Startup) -> Option<String> {
    let parts = measured.by_hand_parts.iter();
    let lines: Vec<String> = parts
        .map(|part| format!("{}: {:.2}s", part.what, part.length()))
        .collect();
    (!lines.is_empty()).then(|| format!("by hand: {}", lines.join(", ")))
}

/// The comparisons of the figures.
fn conclusions(measured: &Startup) -> Option<String> {
    let mut lines = Vec::new();
    if let Some(by_hand) = measured.by_hand {
        let difference = measured.up_cold.first_result.median - by_hand.median;
        lines.push(format!(
            "a cold `up` takes {difference:+.2}s ({:+.0}%) compared with the same by hand",
            difference / by_hand.median * 100.0
        ));
    }
    lines.extend(measured.not_by_hand.clone());
    let without = measured.up_without_snapshot.as_ref();
    if let (Some(without), Some(with)) = (
        without.and_then(|up| up.database),
        measured.up_cold.database,
    ) {
        lines.push(format!(
            "the database was ready after {:.2}s without the golden snapshot and {:.2}s with it: \
             {:.1}x",
            without.median,
            with.median,
            without.median / with.median
        ));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
