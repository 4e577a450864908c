//! Runs the harness as a user does: as a child process, reading its events and its output.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Error;
use super::probe::first_result;
use super::timeline::{Ends, Heard, Planned, Timeline};

/// How long a command may take.
const DEADLINE: Duration = Duration::from_mins(15);

/// How long an abandoned command may take to stop gracefully.
const STOP: Duration = Duration::from_mins(1);

/// This program, with arguments that give the profile a separate name.
#[derive(Debug)]
pub struct Harness {
    program: Utf8PathBuf,
    target: Vec<String>,
    /// The running command, or the one that ran when its measurement was abandoned.
    running: Mutex<Option<Child>>,
}

struct Ended {
    took: Duration,
    events: Vec<(Duration, Heard)>,
    document: Value,
}

/// The part of the output of `up` that is used here.
#[derive(Debug, Deserialize)]
struct Up {
    plan: Plan,
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, Deserialize)]
struct Plan {
    steps: Vec<Planned>,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    port: String,
    address: String,
}

impl Harness {
    /// Takes the program and the arguments that name the profile. Starts nothing.
    pub fn new(program: Utf8PathBuf, target: Vec<String>) -> Self {
        Self {
            program,
            target,
            running: Mutex::new(None),
        }
    }

    /// Runs `up`, and waits for the first workflow's result.
    pub(super) async fn up(&self, http: &reqwest::Client) -> Result<Timeline, Error> {
        let started = Instant::now();
        let ended = self.run("up", &[]).await?;
        let up: Up = serde_json::from_value(ended.document)
            .map_err(|error| failed("up", error.to_string()))?;
        let mut endpoints = up.endpoints.iter();
        let door = endpoints
            .find(|endpoint| endpoint.port == "starter")
            .ok_or_else(|| failed("up", "the topology has no starter".to_owned()))?;
        first_result(http, &door.address).await?;
        let ends = Ends {
            up: ended.took,
            first_result: started.elapsed(),
        };
        Ok(Timeline::of(&ended.events, &up.plan.steps, ends))
    }

    /// The time of `up` when everything is up.
    pub(super) async fn up_again(&self) -> Result<Duration, Error> {
        Ok(self.run("up", &[]).await?.took)
    }

    pub(super) async fn down(&self) -> Result<Duration, Error> {
        Ok(self.run("down", &[]).await?.took)
    }

    /// Takes everything down, and removes the content of the state folder. First stops a command
    /// that still runs, since it owns the folder.
    pub(super) async fn clean(&self) -> Result<(), Error> {
        self.stop().await?;
        self.run("down", &["--purge", "--yes"]).await.map(drop)
    }

    /// Stops an abandoned command: gracefully, then by force.
    async fn stop(&self) -> Result<(), Error> {
        let mut running = self.running.lock().await;
        let Some(child) = running.as_mut() else {
            return Ok(());
        };
        if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()) {
            // The command may have ended already.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        let program = self.program.clone();
        let ended = match timeout(STOP, child.wait()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(source)) => Err(Error::Wait { program, source }),
            Err(_) => {
                let killed = child.kill().await;
                killed.map_err(|source| Error::Stop { program, source })
            }
        };
        *running = None;
        ended
    }

    async fn run(&self, verb: &'static str, options: &[&str]) -> Result<Ended, Error> {
        let started = Instant::now();
        let child = Command::new(&self.program)
            .args([verb, "--output", "json", "--events"])
            .args(options)
            .args(&self.target)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A process group of its own: only this process reacts to Ctrl-C at the terminal.
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        let child = child.map_err(|source| Error::Start {
            program: self.program.clone(),
            source,
        })?;
        let mut running = self.running.lock().await;
        let child = running.insert(child);
        let heard = timeout(DEADLINE, self.listen(verb, child, started)).await;
        if heard.is_ok() {
            *running = None;
        }
        drop(running);
        let minutes = DEADLINE.as_secs() / 60;
        let (lines, said, status) = heard.map_err(|_| Error::Late { verb, minutes })??;
        let took = started.elapsed();
        let (_, document) = lines
            .last()
            .filter(|_| status.success())
            .ok_or_else(|| failed(verb, said))?;
        let events = lines.iter().filter_map(|(at, line)| {
            let heard = serde_json::from_str(line).ok()?;
            Some((*at, heard))
        });
        Ok(Ended {
            took,
            events: events.collect(),
            document: serde_json::from_str(document)
                .map_err(|error| failed(verb, error.to_string()))?,
        })
    }

    /// The lines of a command's standard output with their times, its standard error, and its end.
    async fn listen(
        &self,
        verb: &'static str,
        child: &mut Child,
        started: Instant,
    ) -> Result<(Vec<(Duration, String)>, String, ExitStatus), Error> {
        let (output, error) = (child.stdout.take(), child.stderr.take());
        let lines = async {
            let mut lines = BufReader::new(output.expect("it is piped")).lines();
            let mut heard = Vec::new();
            while let Some(line) = lines.next_line().await? {
                heard.push((started.elapsed(), line));
            }
            std::io::Result::Ok(heard)
        };
        let said = async {
            let mut said = String::new();
            let mut error = error.expect("it is piped");
            error.read_to_string(&mut said).await.map(|_| said)
        };
        let heard = async { tokio::try_join!(lines, said) };
        let (lines, said) = heard.await.map_err(|source| Error::Read { verb, source })?;
        let status = child.wait().await;
        let status = status.map_err(|source| Error::Wait {
            program: self.program.clone(),
            source,
        })?;
        Ok((lines, said, status))
    }
}

fn failed(verb: &'static str, said: String) -> Error {
    Error::Harness { verb, said }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use tempfile::TempDir;
    use testing::machine;
    use tokio::time::sleep;

    use super::*;

    /// `up` runs until SIGTERM, and `down` fails before that.
    const PROGRAM: &str = r#"#!/bin/sh
folder=$(dirname "$0")
case $1 in
    up)
        trap 'touch "$folder/stopped"; exit 1' TERM
        touch "$folder/begun"
        while :; do sleep 0.02; done ;;
    down)
        [ -e "$folder/stopped" ] && echo '{}' ;;
esac
"#;

    /// A program in place of the harness.
    fn harness(folder: &TempDir, script: &str) -> Harness {
        let program = Utf8Path::from_path(folder.path())
            .expect("text")
            .join("harness");
        machine::executable(&program, script);
        Harness::new(program, Vec::new())
    }

    #[tokio::test]
    async fn an_error_names_the_act_that_failed() {
        let folder = TempDir::new().expect("a temporary folder");
        let failed = async |harness: &Harness| {
            let error = harness.down().await.expect_err("it fails");
            error.to_string()
        };
        let missing = Harness::new("/nowhere/harness".into(), Vec::new());
        assert_eq!(failed(&missing).await, "could not start /nowhere/harness");
        let no_text = harness(&folder, "#!/bin/sh\nprintf '\\377\\n'\n");
        assert_eq!(
            failed(&no_text).await,
            "could not read the output of `down`"
        );
        let failing = harness(&folder, "#!/bin/sh\nprintf why >&2; exit 3\n");
        assert_eq!(failed(&failing).await, "`down` failed: why");
    }

    #[tokio::test]
    async fn an_abandoned_measurement_stops_its_command_before_it_takes_down() {
        let folder = TempDir::new().expect("a temporary folder");
        let harness = harness(&folder, PROGRAM);

        let begun = async {
            while !folder.path().join("begun").exists() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = harness.run("up", &[]) => panic!("the command ended by itself"),
            () = begun => {}
        }
        harness.clean().await.expect("the folder is free");
        assert!(harness.running.lock().await.is_none());
    }
}
