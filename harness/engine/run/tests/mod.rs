//! Plans that run on a scripted backend, with paused time.

mod order;
mod script;

use std::time::Duration;

use backend::event::Event;
use backend::state::JournalEntry;
use base::news::News;
use camino::Utf8PathBuf;
use model::plan::ResourceKind;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use self::script::{Behaviour, Script};
use super::*;

/// A step that creates a resource after others and waits up to a minute for it.
fn step(name: &str, after: &[&str]) -> Step {
    Step {
        id: id(name),
        action: Action::Create,
        reason: "not there yet".to_owned(),
        after: after.iter().map(id).collect(),
        ready_timeout: model::quantity::Duration::from_secs(60),
    }
}

fn id(name: impl std::fmt::Display) -> ResourceId {
    ResourceId::new(ResourceKind::Process, name)
}

/// The result of a run.
struct Played {
    result: Result<(), Error>,
    /// What the backend was asked to do, and when.
    asked: String,
    /// The entries of the journal, in order.
    journal: Vec<JournalEntry>,
    events: Vec<Event>,
    took: Duration,
}

impl Played {
    fn error(&self) -> String {
        let error = self.result.as_ref().expect_err("the run fails");
        error.to_string()
    }

    /// The journal, one line for each entry.
    fn journal(&self) -> String {
        let records = self.journal.iter();
        let lines = records.map(|entry| format!("{} {:?}", entry.id.name(), entry.stage));
        lines.collect::<Vec<_>>().join("\n")
    }
}

async fn play(steps: Vec<Step>, script: Script) -> Played {
    play_until(steps, script, CancellationToken::new()).await
}

async fn play_until(steps: Vec<Step>, script: Script, shutdown: CancellationToken) -> Played {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("journal.ndjson");
    let path = Utf8PathBuf::try_from(path).expect("a path in UTF-8");
    let journal = Journal::open(&path).expect("a journal");
    let (events, mut receiver) = Events::channel();
    let began = Instant::now();
    let result = run(
        Plan { steps },
        &script,
        Some(&()),
        &journal,
        &events,
        &shutdown,
    )
    .await;
    let took = began.elapsed();
    let text = fs_err::read_to_string(&path).expect("the journal is there");
    let records = text.lines().map(serde_json::from_str);
    Played {
        result,
        asked: script.asked(),
        journal: records.collect::<Result<_, _>>().expect("records"),
        events: std::iter::from_fn(|| receiver.try_recv().ok()).collect(),
        took,
    }
}

/// A resource that is ready this many seconds after it was applied.
fn ready_after(seconds: u64) -> Behaviour {
    Behaviour::ReadyAfter(Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn independent_steps_run_in_parallel_and_dependent_steps_in_order() {
    let steps = vec![
        step("database", &[]),
        step("cache", &[]),
        step("server", &["database", "cache"]),
        step("worker", &["server"]),
    ];
    let script = Script::new([
        ("database", ready_after(4)),
        ("cache", ready_after(2)),
        ("server", ready_after(1)),
    ]);
    let played = play(steps, script).await;
    assert!(played.result.is_ok());
    insta::assert_snapshot!(played.asked, @"
    0s: make database
    0s: make cache
    4s: make server
    5s: make worker
    ");
    insta::assert_snapshot!(played.journal(), @"
    database Intent
    database Applied
    cache Intent
    cache Applied
    cache Done
    database Done
    server Intent
    server Applied
    server Done
    worker Intent
    worker Applied
    worker Done
    ");
}

#[tokio::test(start_paused = true)]
async fn a_kept_resource_is_only_awaited_and_causes_no_event() {
    let mut kept = step("server", &[]);
    kept.action = Action::Keep;
    let played = play(vec![kept], Script::new([])).await;
    assert!(played.result.is_ok());
    assert_eq!(played.asked, "");
    assert!(played.journal.is_empty());
    assert!(played.events.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_removed_resource_is_not_awaited() {
    let mut gone = step("server", &[]);
    gone.action = Action::Delete;
    let never = Behaviour::Never("it is gone");
    let played = play(vec![gone], Script::new([("server", never)])).await;
    assert!(played.result.is_ok());
    assert_eq!(played.took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_first_error_stops_waiting_steps_and_steps_that_have_not_begun() {
    let steps = vec![
        step("broken", &[]),
        step("slow", &[]),
        step("after-both", &["broken", "slow"]),
    ];
    let script = Script::new([
        ("broken", Behaviour::RefusesAfter(Duration::from_secs(2))),
        ("slow", ready_after(30)),
    ]);
    let played = play(steps, script).await;
    assert_eq!(played.error(), "could not create `process/broken`");
    assert_eq!(played.took, Duration::from_secs(2), "`slow` is not awaited");
    insta::assert_snapshot!(played.journal(), @"
    broken Intent
    slow Intent
    slow Applied
    broken Failed
    slow Failed
    ");
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_is_not_ready_in_time_is_an_error_with_the_last_reason() {
    let script = Script::new([("server", ready_after(61))]);
    let played = play(vec![step("server", &[])], script).await;
    assert_eq!(
        played.error(),
        "`process/server` was not ready within 1m: not yet"
    );
    assert!(matches!(played.result, Err(Error::NotReady { .. })));
    let late = played.took.saturating_sub(Duration::from_mins(1));
    assert!(late <= PACE.last, "{:?}", played.took);
    let waiting = |event: &&Event| matches!(event.kind, Kind::StepWaiting { .. });
    assert_eq!(played.events.iter().filter(waiting).count(), 1, "sent once");
}

#[tokio::test(start_paused = true)]
async fn the_reason_why_a_resource_is_not_ready_is_told_once_during_the_wait_if_it_is_certain() {
    let told = async |certain| {
        let after = Duration::from_secs(15);
        let script = Script::new([("worker", Behaviour::Diagnosed { after, certain })]);
        let played = play(vec![step("worker", &[])], script).await;
        assert!(matches!(played.result, Err(Error::NotReady { .. })));
        let notices = played
            .events
            .into_iter()
            .filter_map(|event| match event.kind {
                Kind::News(News::Notice { message }) => Some(message),
                _ => None,
            });
        notices.collect::<Vec<_>>()
    };
    assert_eq!(
        told(true).await,
        ["`process/worker` is not ready yet: it polls another task queue. Correct it."]
    );
    assert_eq!(told(false).await, <[&str; 0]>::default());
}

#[tokio::test(start_paused = true)]
async fn a_check_that_does_not_finish_is_cut_off_shortly_after_the_deadline() {
    let script = Script::new([("server", Behaviour::Silent)]);
    let played = play(vec![step("server", &[])], script).await;
    assert_eq!(
        played.error(),
        "`process/server` was not ready within 1m: the check did not finish"
    );
    assert!(matches!(played.result, Err(Error::NotReady { .. })));
    assert_eq!(played.took, Duration::from_mins(1) + wait::GLANCE);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_ends_a_running_check() {
    for action in [Action::Create, Action::Keep] {
        let shutdown = CancellationToken::new();
        let mut step = step("server", &[]);
        step.action = action;
        let script = Script::new([("server", Behaviour::Silent)]);
        let interrupt = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            shutdown.cancel();
        };
        let play = play_until(vec![step], script, shutdown.clone());
        let (played, ()) = tokio::join!(play, interrupt);
        assert!(matches!(played.result, Err(Error::Interrupted)), "{action}");
        assert_eq!(played.took, Duration::from_secs(3), "{action}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_will_never_be_ready_ends_the_wait_at_once() {
    let never = Behaviour::Never("it exited with 1");
    let played = play(vec![step("server", &[])], Script::new([("server", never)])).await;
    assert_eq!(played.error(), "`process/server` failed: it exited with 1");
    assert_eq!(played.took, Duration::ZERO);
    insta::assert_snapshot!(played.journal(), @"
    server Intent
    server Applied
    server Failed
    ");
}

#[tokio::test(start_paused = true)]
async fn an_interruption_lets_the_current_apply_finish_and_begins_nothing() {
    let shutdown = CancellationToken::new();
    let steps = vec![
        step("applied", &[]),
        step("waited-for", &[]),
        step("later", &["applied"]),
    ];
    let script = Script::new([
        ("applied", Behaviour::AppliedAfter(Duration::from_secs(5))),
        ("waited-for", ready_after(30)),
    ]);
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        shutdown.cancel();
    };
    let (played, ()) = tokio::join!(play_until(steps, script, shutdown.clone()), interrupt);
    assert!(matches!(played.result, Err(Error::Interrupted)));
    assert_eq!(played.took, Duration::from_secs(5));
    insta::assert_snapshot!(played.journal(), @"
    applied Intent
    waited-for Intent
    waited-for Applied
    waited-for Failed
    applied Applied
    applied Done
    ");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_abandoned_because_the_user_stops_is_an_interruption() {
    let shutdown = CancellationToken::new();
    let behaviour = Behaviour::RefusesAfter(Duration::from_secs(5));
    let script = Script::new([("long", behaviour)]);
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        shutdown.cancel();
    };
    let play = play_until(vec![step("long", &[])], script, shutdown.clone());
    let (played, ()) = tokio::join!(play, interrupt);
    assert!(matches!(played.result, Err(Error::Interrupted)));
    let told = |event: &Event| matches!(&event.kind, Kind::News(News::Notice { message }) if message.starts_with("gave up: could not"));
    assert!(played.events.iter().any(told), "{:?}", played.events);
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_after_an_interruption() {
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    let played = play_until(vec![step("server", &[])], Script::new([]), shutdown).await;
    assert!(matches!(played.result, Err(Error::Interrupted)));
    assert_eq!(played.asked, "");
}

#[test]
fn an_error_of_the_journal_says_what_happened_to_the_resource() {
    let lines = [StepStage::Intent, StepStage::Applied, StepStage::Done].map(|stage| {
        let error = Error::Journal {
            id: ResourceId::new(ResourceKind::Process, "server"),
            action: Action::Create,
            stage,
            source: std::io::ErrorKind::StorageFull.into(),
        };
        error.to_string()
    });
    insta::assert_snapshot!(lines.join("\n"), @r"
    could not write the journal before create of `process/server`, which was not started
    could not write the journal after create of `process/server`, which was applied
    could not write the journal after create of `process/server`, which is done
    ");
}
