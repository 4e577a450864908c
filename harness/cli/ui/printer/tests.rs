//! Tests of what is printed where, in each mode.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use backend::event::Events;
use backend::run_id::RunId;
use insta::Settings;
use insta::internals::SettingsBindDropGuard;
use jiff::Timestamp;
use model::phase::Phase;

use super::*;
use crate::error::Exit;

/// A stream that records what is written.
#[derive(Debug, Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).expect("output is UTF-8")
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut captured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        captured.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream whose reader has closed it.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// While it lives, snapshots hide times and the harness's version.
fn timeless() -> SettingsBindDropGuard {
    let mut settings = Settings::clone_current();
    settings.add_filter(r#""at":"[^"]+Z""#, r#""at":"[time]""#);
    settings.add_filter(r#""harness":"[^"]+""#, r#""harness":"[version]""#);
    settings.bind_to_scope()
}

/// The output of a command that sends events, writes data and then fails.
async fn printed(display: Display, output: Output, stream: Stream) -> String {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let mut ui = Ui::new(Box::new(stdout.clone()), Box::new(stderr.clone()), display);
    ui.choose(output, stream);
    let (events, mut receiver) = Events::channel();
    let work = async {
        events.notice("under way");
        let what = || "download".to_owned();
        for done in [10, 20] {
            events.send(Kind::News(News::Progress {
                what: what(),
                done,
                total: Some(40),
            }));
        }
        events.send(Kind::News(News::ProgressFinished { what: what() }));
        7
    };
    let result = ui.follow(&mut receiver, work).await;
    ui.text(format!("the result is {result}"));
    ui.json(&serde_json::json!({ "result": result }));
    ui.error(&CommandError::new(Exit::Leftovers, "something is left").hint("remove it"));
    format!("{}--- stderr\n{}", stdout.text(), stderr.text())
}

#[tokio::test]
async fn text_is_data_and_events_are_messages() {
    let printed = printed(Display::Lines, Output::Text, Stream::Told).await;
    insta::assert_snapshot!(printed, @"
    the result is 7
    --- stderr
    · under way
    · download: 25%
    · download: done
    error: something is left
      hint: remove it
    ");
}

#[tokio::test]
async fn json_is_one_document_even_where_something_fails_after_it() {
    let printed = printed(Display::Lines, Output::Json, Stream::Told).await;
    insta::assert_snapshot!(printed, @r#"
    {
      "result": 7
    }
    --- stderr
    · under way
    · download: 25%
    · download: done
    error: something is left
      hint: remove it
    "#);
}

#[tokio::test]
async fn written_events_are_all_of_the_data() {
    let _timeless = timeless();
    let printed = printed(Display::Lines, Output::Text, Stream::Written).await;
    insta::assert_snapshot!(printed, @r#"
    {"at":"[time]","run":null,"kind":"stream","version":3,"harness":"[version]"}
    {"at":"[time]","run":null,"kind":"notice","message":"under way"}
    {"at":"[time]","run":null,"kind":"progress","what":"download","done":10,"total":40}
    {"at":"[time]","run":null,"kind":"progress","what":"download","done":20,"total":40}
    {"at":"[time]","run":null,"kind":"progress-finished","what":"download"}
    --- stderr
    · under way
    · download: 25%
    · download: done
    error: something is left
      hint: remove it
    "#);
}

#[tokio::test]
async fn with_both_the_document_is_the_last_line() {
    let _timeless = timeless();
    let printed = printed(Display::Lines, Output::Json, Stream::Written).await;
    insta::assert_snapshot!(printed, @r#"
    {"at":"[time]","run":null,"kind":"stream","version":3,"harness":"[version]"}
    {"at":"[time]","run":null,"kind":"notice","message":"under way"}
    {"at":"[time]","run":null,"kind":"progress","what":"download","done":10,"total":40}
    {"at":"[time]","run":null,"kind":"progress","what":"download","done":20,"total":40}
    {"at":"[time]","run":null,"kind":"progress-finished","what":"download"}
    {"result":7}
    --- stderr
    · under way
    · download: 25%
    · download: done
    error: something is left
      hint: remove it
    "#);
}

#[test]
fn an_error_before_any_document_is_the_document() {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let streams = (Box::new(stdout.clone()), Box::new(stderr.clone()));
    let mut ui = Ui::new(streams.0, streams.1, Display::Lines);
    ui.choose(Output::Json, Stream::Told);
    let cause = io::Error::other("the disk is full");
    ui.error(&CommandError::new(Exit::Unavailable, cause).hint("make room"));
    insta::assert_snapshot!(stdout.text(), @r#"
    {
      "error": "the disk is full",
      "causes": [],
      "log-tail": null,
      "hints": [
        {
          "text": "make room",
          "commands": []
        }
      ],
      "exit-code": 69
    }
    "#);
    insta::assert_snapshot!(stderr.text(), @"
    error: the disk is full
      hint: make room
    ");
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    for (display, red) in [
        (Display::Live, true),
        (Display::LivePlain, false),
        (Display::Lines, false),
    ] {
        let stderr = Captured::default();
        let mut ui = Ui::new(Box::new(io::sink()), Box::new(stderr.clone()), display);
        ui.error(&CommandError::new(Exit::Internal, "a defect"));
        assert_eq!(stderr.text().contains('\x1b'), red, "{display:?}");
        let bad = Line {
            sign: Sign::Bad,
            text: "it failed".to_owned(),
        };
        assert_eq!(ui.paint(&bad).contains('\x1b'), red, "{display:?}");
    }
}

#[test]
fn a_closed_reader_is_noticed_and_is_no_error() {
    let mut ui = Ui::new(Box::new(Closed), Box::new(Closed), Display::Lines);
    assert!(!ui.is_unread());
    ui.say("nobody hears this");
    assert!(!ui.is_unread(), "messages are not data");
    ui.text("nobody reads this");
    assert!(ui.is_unread());
    assert_eq!(ui.end(Exit::Ok), Exit::Ok);
}

/// A disk with room for this many bytes.
struct Full(Captured, usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.len().min(self.1) {
            0 => Err(io::ErrorKind::StorageFull.into()),
            some => {
                self.1 -= some;
                self.0.write(&bytes[..some])
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn unwritten_data_decides_the_exit_unless_another_code_is_graver() {
    for (exit, wanted) in [
        (Exit::Ok, Exit::OutputLost),
        (Exit::Inconclusive, Exit::OutputLost),
        (Exit::ThresholdMissed, Exit::ThresholdMissed),
        (Exit::Violated, Exit::Violated),
        (Exit::Interrupted, Exit::Interrupted),
        (Exit::HealFailed, Exit::HealFailed),
        (Exit::Unavailable, Exit::Unavailable),
    ] {
        let (stdout, stderr) = (Captured::default(), Captured::default());
        let full = Box::new(Full(stdout.clone(), 8));
        let mut ui = Ui::new(full, Box::new(stderr.clone()), Display::Lines);
        ui.text("four");
        assert!(!ui.is_unread());
        ui.text("and more");
        assert!(ui.is_unread());
        ui.text("x");
        assert_eq!(stdout.text(), "four\nand", "nothing follows a failed write");
        assert_eq!(ui.end(exit), wanted);
        insta::allow_duplicates! {
            insta::assert_snapshot!(stderr.text(), @"
            error: could not write to standard output
              caused by: no storage space
              hint: Free some space where standard output is written, and run the command again.
            ");
        }
        assert_eq!(ui.end(exit), exit, "it is reported once");
    }
}

#[tokio::test]
async fn work_whose_events_cannot_be_written_goes_on_and_says_so_once() {
    let (full, stderr) = (Full(Captured::default(), 0), Captured::default());
    let mut ui = Ui::new(Box::new(full), Box::new(stderr.clone()), Display::Lines);
    ui.choose(Output::Text, Stream::Written);
    let (events, mut receiver) = Events::channel();
    let work = async {
        events.notice("one");
        events.notice("two");
        7
    };
    assert_eq!(ui.follow(&mut receiver, work).await, 7);
    insta::assert_snapshot!(stderr.text(), @"
    ! could not write events to standard output (no storage space): continuing without them
    · one
    · two
    ");
}

/// A reader that reads nothing until the sender is dropped.
struct Stalled(std::sync::mpsc::Receiver<()>, Captured);

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs some work whose events nobody reads.
async fn unread() -> (Ui, Captured, Captured, std::sync::mpsc::Sender<()>) {
    let (reads, waits) = std::sync::mpsc::channel();
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let stalled = Box::new(Stalled(waits, stdout.clone()));
    let mut ui = Ui::new(stalled, Box::new(stderr.clone()), Display::Lines);
    (ui.output, ui.stream) = (Output::Json, Stream::Written);
    ui.order = Duration::from_millis(1);
    let (events, mut receiver) = Events::channel();
    let work = async {
        events.notice("one");
        tokio::task::yield_now().await;
        events.notice("two");
        7
    };
    assert_eq!(ui.follow(&mut receiver, work).await, 7);
    ui.say("the work is done");
    let heard = ui.messages.settle_again(PATIENCE);
    heard.expect("messages are written although data is not");
    (ui, stdout, stderr, reads)
}

#[tokio::test]
async fn work_goes_on_although_nobody_reads_its_events() {
    let (mut ui, stdout, stderr, _reads) = unread().await;
    ui.patience = Duration::from_millis(1);
    assert_eq!(ui.end(Exit::Ok), Exit::OutputLost);
    assert_eq!(stdout.text(), "");
    let heard = ui.messages.settle_again(PATIENCE);
    heard.expect("messages are written although data is not");
    insta::assert_snapshot!(stderr.text(), @r"
    · one
    · two
    the work is done
    error: could not write to standard output
      caused by: nothing was read for 1ms
      hint: Read standard output to its end, or write it to a file, and run the command again.
    ");
}

#[tokio::test]
async fn a_reader_that_reads_late_gets_everything() {
    let (mut ui, stdout, stderr, reads) = unread().await;
    drop(reads);
    ui.json(&7);
    assert_eq!(ui.end(Exit::Ok), Exit::Ok);
    let _timeless = timeless();
    insta::assert_snapshot!(stdout.text(), @r#"
    {"at":"[time]","run":null,"kind":"notice","message":"one"}
    {"at":"[time]","run":null,"kind":"notice","message":"two"}
    7
    "#);
    insta::assert_snapshot!(stderr.text(), @r"
    · one
    · two
    the work is done
    ");
}

#[tokio::test]
async fn the_progress_of_one_work_does_not_silence_that_of_another() {
    let stderr = Captured::default();
    let stdout = Box::new(Captured::default());
    let mut ui = Ui::new(stdout, Box::new(stderr.clone()), Display::Lines);
    let (events, mut receiver) = Events::channel();
    let at = |what: &str, done| {
        events.send(Kind::News(News::Progress {
            what: what.to_owned(),
            done,
            total: Some(10),
        }));
    };
    let work = async {
        at("download", 1);
        at("download", 2);
        at("compile", 3);
        let what = "download".to_owned();
        events.send(Kind::News(News::ProgressFinished { what }));
        at("download", 4);
    };
    ui.follow(&mut receiver, work).await;
    insta::assert_snapshot!(stderr.text(), @r"
    · download: 10%
    · compile: 30%
    · download: done
    · download: 40%
    ");
}

#[tokio::test]
async fn events_of_a_run_are_printed_with_the_name_of_its_scenario() {
    let stderr = Captured::default();
    let stdout = Box::new(Captured::default());
    let mut ui = Ui::new(stdout, Box::new(stderr.clone()), Display::Lines);
    let (events, mut receiver) = Events::channel();
    let run = |seed, scenario: &str| {
        let (events, _) = events.of_run(RunId::new(seed, Timestamp::UNIX_EPOCH));
        let scenario = scenario.to_owned();
        events.send(Kind::ScenarioStarted {
            scenario,
            seed,
            deaths: Vec::new(),
        });
        events
    };
    let phase = |phase| Kind::PhaseStarted {
        phase,
        offset_ms: Duration::ZERO.into(),
        length_ms: Duration::from_secs(1).into(),
    };
    let work = async {
        let one = run(1, "smoke");
        one.send(phase(Phase::Warmup));
        let other = run(2, "crash");
        other.send(phase(Phase::Baseline));
        one.send(phase(Phase::Drain));
    };
    ui.follow(&mut receiver, work).await;
    // Outside of a run, no scenario is named.
    events.send(phase(Phase::Chaos));
    ui.follow(&mut receiver, std::future::ready(())).await;
    insta::assert_snapshot!(stderr.text(), @r"
    … scenario smoke (seed 1)
    · smoke: warmup, 1s
    … scenario crash (seed 2)
    · crash: baseline, 1s
    · smoke: drain, 1s
    · chaos, 1s
    ");
}

#[test]
fn messages_that_cannot_be_written_change_nothing() {
    let mut ui = Ui::new(
        Box::new(io::sink()),
        Box::new(Full(Captured::default(), 0)),
        Display::Lines,
    );
    ui.say("nobody hears this");
    ui.error(&CommandError::new(Exit::Internal, "a defect"));
    assert_eq!(ui.end(Exit::Ok), Exit::Ok);
}
