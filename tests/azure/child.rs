//! A tool that runs as a child process, with a deadline.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

/// A tool with its arguments, in a process group of its own. Its standard input is empty.
pub(crate) fn tool(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Runs a tool to its end; what it wrote to standard output. An error says what it said besides.
pub(crate) async fn run(command: Command, deadline: Duration) -> Result<String, String> {
    let mut said = String::new();
    converse(command, deadline, |line| {
        said.push_str(line);
        said.push('\n');
        None
    })
    .await?;
    Ok(said)
}

/// Runs a tool to its end. Each line of its standard output is heard, and may be answered. What it
/// wrote to standard error comes back.
pub(crate) async fn converse(
    mut command: Command,
    deadline: Duration,
    hear: impl FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let what = format!("{:?}", command.as_std());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{what} does not start: {error}"))?;
    let group = child.id();
    if let Ok(ended) = tokio::time::timeout(deadline, attend(&mut child, hear)).await {
        return ended.map_err(|why| format!("{what}: {why}"));
    }
    // What it has started itself goes as well.
    if let Some(group) = group.and_then(|id| i32::try_from(id).ok()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    Err(format!("{what}: not over within {deadline:?}"))
}

async fn attend(
    child: &mut Child,
    mut hear: impl FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let mut answers = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
    let mut stderr = child.stderr.take().expect("it is a pipe");
    let mut complaints = String::new();
    let talk = async {
        while let Some(line) = lines.next_line().await? {
            if let (Some(answer), Some(to)) = (hear(&line), answers.as_mut()) {
                to.write_all(format!("{answer}\n").as_bytes()).await?;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    let (talked, read) = tokio::join!(talk, stderr.read_to_string(&mut complaints));
    let ended = child.wait().await.map_err(|error| error.to_string())?;
    match (ended.success(), talked.and(read.map(drop))) {
        (true, Ok(())) => Ok(complaints),
        (true, Err(error)) => Err(error.to_string()),
        (false, _) => Err(format!("{ended}\n{complaints}")),
    }
}
