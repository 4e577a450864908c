//! Runs difficult shell scripts as tools.

use std::time::Duration;

use base::tool::{Error, Family, Output, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use testing::machine;
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_mins(1);

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("a UTF-8 path")
    }

    fn tool(&self, script: &str, deadline: Duration) -> Tool {
        machine::tool(self.path(), "tool", script);
        let environment = machine::environment(self.path()).with("SECRET", "x");
        Tool::new("tool", Family::Temporal, &environment, deadline).expect("it is on PATH")
    }

    /// Waits until every process that has `name` open for writing has ended.
    async fn all_gone(&self, name: &str) {
        let fifo = self.path().join(name);
        let read = tokio::task::spawn_blocking(move || fs_err::read(fifo));
        let read = tokio::time::timeout(LONG, read).await;
        read.expect("all processes have ended")
            .expect("no panic")
            .expect("a readable fifo");
    }

    fn fifo(&self, name: &str) -> Utf8PathBuf {
        let path = self.path().join(name);
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(path.as_std_path(), mode).expect("a fifo");
        path
    }
}

#[tokio::test]
async fn output_is_kept_by_stream_and_the_environment_is_restricted() {
    let fixture = Fixture::new();
    let tool = fixture.tool("echo out $1 [$SECRET] [$GIVEN]; echo err >&2", LONG);
    let tool = tool.arguments(["a"]).variable("GIVEN", "given");
    let output = tool
        .output(&CancellationToken::new())
        .await
        .expect("it succeeds");
    assert_eq!(
        output,
        Output {
            output: "out a [] [given]\n".to_owned(),
            error: "err\n".to_owned(),
        }
    );
}

#[tokio::test]
async fn a_failure_shows_the_last_lines() {
    let fixture = Fixture::new();
    let script = "i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i + 1)); done; exit 3";
    let error = fixture
        .tool(script, LONG)
        .output(&CancellationToken::new())
        .await;
    let text = error.expect_err("it fails").to_string();
    assert!(
        text.starts_with("`tool` ended with exit status: 3\n    line 10\n"),
        "{text}"
    );
    assert!(text.ends_with("line 29"), "{text}");
}

#[tokio::test]
async fn the_error_names_a_missing_tool() {
    let fixture = Fixture::new();
    let environment = machine::environment(fixture.path());
    let error = Tool::new("no-such-tool", Family::Temporal, &environment, LONG);
    insta::assert_snapshot!(error.expect_err("it is not there"), @"`no-such-tool` is not on PATH");
}

#[tokio::test]
async fn an_interrupted_tool_ends_with_its_children_even_if_they_ignore_sigterm() {
    let fixture = Fixture::new();
    fixture.fifo("alive");
    let script = format!(
        "exec 3>{}; trap '' TERM; (trap '' TERM; sleep 1000) & echo ready; wait",
        fixture.path().join("alive")
    );
    let cancel = CancellationToken::new();
    let tool = fixture.tool(&script, LONG);
    let (result, ()) = tokio::join!(
        tool.lines(&cancel, |_, _| cancel.cancel()),
        fixture.all_gone("alive")
    );
    insta::assert_snapshot!(result.expect_err("it was interrupted"), @"`tool` was interrupted");
}

#[tokio::test]
async fn a_tool_that_exceeds_its_deadline_is_killed() {
    let fixture = Fixture::new();
    let tool = fixture.tool("echo begun; exec sleep 1000", Duration::from_millis(300));
    let error = tool
        .output(&CancellationToken::new())
        .await
        .expect_err("too slow");
    assert!(matches!(error, Error::Deadline { .. }), "{error}");
}

#[tokio::test]
async fn a_dropped_run_leaves_no_process() {
    let fixture = Fixture::new();
    fixture.fifo("alive");
    let script = format!(
        "exec 3>{}; echo ready; sleep 1000",
        fixture.path().join("alive")
    );
    let tool = fixture.tool(&script, LONG);
    let never = CancellationToken::new();
    let ready = tokio::sync::Notify::new();
    let abandoned = async {
        tokio::select! {
            _ = tool.lines(&never, |_, _| ready.notify_one()) => {}
            () = ready.notified() => {}
        }
    };
    tokio::join!(abandoned, fixture.all_gone("alive"));
}

#[tokio::test]
async fn a_remaining_process_with_an_open_pipe_does_not_delay_the_end() {
    let fixture = Fixture::new();
    let script = "sleep 3 & echo done";
    let output = fixture
        .tool(script, LONG)
        .output(&CancellationToken::new())
        .await;
    assert_eq!(output.expect("it succeeds").output, "done\n");
}

#[test]
fn only_executable_files_are_found_and_the_first_wins() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
    fs_err::create_dir_all(folder.join("bin/other")).expect("writable");
    fs_err::write(folder.join("bin/plain"), "").expect("writable");
    let tool = machine::tool(folder, "tool", "true");
    let environment = machine::environment(folder);
    assert_eq!(environment.find("tool"), Some(tool));
    assert_eq!(environment.find("plain"), None);
    assert_eq!(environment.find("other"), None);
}
