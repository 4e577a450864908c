//! Ctrl-C while Azure is at work: left at it, cancelled, or asked about at a terminal.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Subscription;
use support::{eventually, terminal};

const PROMOTE: &str = "promote --override-gate=untested";

/// So slow that Azure is at work for seconds.
fn slowly(azure: &Subscription, line: &str) -> Command {
    let mut command = azure.command(line);
    command.env("HARNESS_REHEARSAL_SPEED", "120");
    command
}

/// The phase of the stack, if there is one.
fn phase(azure: &Subscription) -> Option<String> {
    let stacks = azure.try_cloud()?["stacks"].as_object()?.clone();
    let phase = stacks.values().next()?["phase"].clone();
    Some(phase.as_str().unwrap_or("Failed").to_owned())
}

/// Interrupts a promotion once Azure is at work.
fn interrupt(azure: &Subscription, child: &Child) {
    eventually("Azure at work", || {
        phase(azure).filter(|phase| phase == "Deploying")
    });
    let pid = i32::try_from(child.id()).expect("process ids fit into an i32");
    kill(Pid::from_raw(pid), Signal::SIGINT).expect("it runs");
}

/// A command that ends with the test at the latest.
struct Promotion(Child);

impl Promotion {
    fn start(mut command: Command) -> Self {
        Self(command.spawn().expect("the binary starts"))
    }

    fn code(&mut self) -> Option<i32> {
        let end = || self.0.try_wait().expect("it is a child");
        eventually("the end of the promotion", end).code()
    }
}

impl Drop for Promotion {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a promotion says that is interrupted while Azure is at work.
fn interrupted(azure: &Subscription, how: &str) -> String {
    let said = azure.world.path().join("said");
    let mut command = slowly(azure, &format!("{PROMOTE} {how}"));
    let file = fs_err::File::create(&said).expect("writable").into_file();
    command.stdout(Stdio::null()).stderr(file);
    let mut promotion = Promotion::start(command);
    interrupt(azure, &promotion.0);
    let code = promotion.code();
    let said = fs_err::read_to_string(&said).expect("it is there");
    assert_eq!(code, Some(130), "{said}");
    said
}

/// The next promotion makes all of it, and `destroy` takes it away.
fn goes_on(azure: &Subscription) {
    let again = azure.promote("");
    assert_eq!(again.code, 0, "{again}");
    assert!(azure.content().len() > 15, "{again}");
    let destroyed = azure.run("destroy --yes");
    assert_eq!(destroyed.code, 0, "{destroyed}");
    assert_eq!(azure.content(), BTreeSet::new());
}

#[test]
fn azure_is_left_at_work_unless_it_is_to_be_cancelled() {
    let azure = Subscription::new();
    let said = interrupted(&azure, "");
    assert!(
        said.contains("interrupted; Azure continues to deploy stack/harness-azure"),
        "{said}"
    );
    assert!(said.contains("Run `harness promote"), "{said}");
    assert_ne!(phase(&azure).as_deref(), Some("Canceled"));
    goes_on(&azure);
}

#[test]
fn what_is_cancelled_is_at_rest_and_is_gone_on_from_or_destroyed() {
    let azure = Subscription::new();
    let said = interrupted(&azure, "--on-interrupt cancel");
    assert!(
        said.contains("cancelled the deployment of stack/harness-azure"),
        "{said}"
    );
    assert_eq!(phase(&azure).as_deref(), Some("Canceled"));
    let moving = ["Creating", "Updating", "Deleting"];
    for entry in azure.content() {
        assert!(!moving.iter().any(|it| entry.ends_with(it)), "{entry}");
    }
    goes_on(&azure);
    interrupted(&azure, "--on-interrupt cancel");
    let destroyed = azure.run("destroy --yes");
    assert_eq!(destroyed.code, 0, "{destroyed}");
    assert_eq!(azure.content(), BTreeSet::new());
}

/// A promotion at a terminal.
struct Terminal {
    promotion: Promotion,
    keyboard: File,
    /// What has been shown so far; a thread adds to it until nobody shows anything any more.
    screen: Arc<Mutex<String>>,
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let keyboard = terminal::connect(&mut command);
        let mut shown = keyboard.try_clone().expect("a descriptor");
        let screen = Arc::new(Mutex::new(String::new()));
        let read = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // A terminal without anybody at its other end is an error on Linux.
            while let Ok(count @ 1..) = shown.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                read.lock().expect("unpoisoned").push_str(&text);
            }
        });
        Self {
            promotion: Promotion::start(command),
            keyboard,
            screen,
        }
    }

    fn shown(&self) -> String {
        self.screen.lock().expect("unpoisoned").clone()
    }

    /// Answers the question; the exit code, and all that was shown.
    fn answer(mut self, line: &str) -> (Option<i32>, String) {
        eventually("the question", || {
            self.shown().contains("Cancel? [y/N]").then_some(())
        });
        writeln!(self.keyboard, "{line}").expect("it listens");
        let code = self.promotion.code();
        eventually("the last line", || {
            self.shown().contains("delete it").then_some(())
        });
        (code, self.shown())
    }
}

#[test]
fn at_a_terminal_the_question_is_asked_and_no_answer_but_yes_cancels() {
    for (answer, said, ends_as) in [
        (
            "y",
            "cancelled the deployment of stack/harness-azure",
            Some("Canceled"),
        ),
        ("", "Azure continues to deploy stack/harness-azure", None),
        ("n", "Azure continues to deploy stack/harness-azure", None),
    ] {
        let azure = Subscription::new();
        let terminal = Terminal::start(slowly(&azure, PROMOTE));
        interrupt(&azure, &terminal.promotion.0);
        let (code, shown) = terminal.answer(answer);
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains(said), "{shown}");
        let canceled = phase(&azure).filter(|phase| phase == "Canceled");
        assert_eq!(canceled.as_deref(), ends_as);
        goes_on(&azure);
    }
}
