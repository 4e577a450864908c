//! How long it takes from a command to the first workflow's result, against doing it by hand.

use std::process::Stdio;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use serde::Serialize;
use tokio::process::{Child, Command};

use super::Spread;
use crate::backend::process::Launch;

/// How long any one part may take.
const DEADLINE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(5);

/// A measurement that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("could not start {program}")]
    Start {
        /// The program.
        program: Utf8PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The harness itself failed.
    #[error("`harness {verb}` failed: {said}")]
    Harness {
        /// The verb.
        verb: &'static str,
        /// What it said.
        said: String,
    },
    /// Nothing answered in time.
    #[error("{url} did not answer within {}s", DEADLINE.as_secs())]
    Silent {
        /// What was asked.
        url: String,
    },
    /// A folder could not be removed or made.
    #[error("could not prepare the folder {path}")]
    Folder {
        /// The folder.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Everything needed to do by hand what `up` does.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// Temporal.
    pub temporal: Launch,
    /// The workers; started when Temporal answers.
    pub workers: Vec<Launch>,
    /// The folder that Temporal keeps its data in.
    pub data: Utf8PathBuf,
    /// This program.
    pub harness: Utf8PathBuf,
    /// The arguments that name the profile under a name of its own.
    pub target: Vec<String>,
}

/// What was measured, in seconds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Startup {
    /// Rounds, each with every measurement once.
    pub rounds: usize,
    /// The bare development server until it serves.
    pub bare_server: Spread,
    /// Server and workers started by hand, until the first workflow's result.
    pub by_hand: Spread,
    /// `up` without any state, until the first workflow's result.
    pub up_cold: Spread,
    /// `up` after a `down`, until the first workflow's result.
    pub up_warm: Spread,
    /// `up` when everything is up.
    pub up_again: Spread,
    /// `down`.
    pub down: Spread,
}

/// Takes every measurement once a round, in turn, so that a slow moment of the machine hits all.
pub async fn measure_startup(
    by_hand: &ByHand,
    http: &reqwest::Client,
    rounds: usize,
) -> Result<Startup, Error> {
    let mut times: [Vec<Duration>; 6] = Default::default();
    for _ in 0..rounds {
        let round = by_hand.round(http).await?;
        for (times, time) in times.iter_mut().zip(round) {
            times.push(time);
        }
    }
    let [bare_server, hand, up_cold, up_warm, up_again, down] =
        times.map(|times| Spread::of(&times).expect("there was at least one round"));
    Ok(Startup {
        rounds,
        bare_server,
        by_hand: hand,
        up_cold,
        up_warm,
        up_again,
        down,
    })
}

impl ByHand {
    async fn round(&self, http: &reqwest::Client) -> Result<[Duration; 6], Error> {
        let (bare_server, by_hand) = self.start_by_hand(http).await?;
        self.clean().await?;
        let up_cold = self.up_to_first_result(http).await?;
        let (down, _) = self.harness("down", &[]).await?;
        let up_warm = self.up_to_first_result(http).await?;
        let (up_again, _) = self.harness("up", &[]).await?;
        self.clean().await?;
        Ok([bare_server, by_hand, up_cold, up_warm, up_again, down])
    }

    /// Takes down and removes what a measurement left, this one or one that was interrupted.
    pub async fn clean(&self) -> Result<(), Error> {
        self.harness("down", &["--purge", "--yes"]).await.map(drop)
    }

    /// What a person does in two terminals, without the pauses of a person.
    async fn start_by_hand(&self, http: &reqwest::Client) -> Result<(Duration, Duration), Error> {
        remove(&self.data)?;
        fs_err::create_dir_all(&self.data).map_err(|source| Error::Folder {
            path: self.data.clone(),
            source,
        })?;
        let started = Instant::now();
        let mut children = vec![start(&self.temporal)?];
        let frontend = self.temporal.ports["grpc"].address.to_string();
        answer(&frontend, || serves(&frontend)).await?;
        let bare_server = started.elapsed();
        for worker in &self.workers {
            children.push(start(worker)?);
        }
        let listens = self
            .workers
            .iter()
            .find_map(|worker| worker.ports.get("starter"));
        let address = listens.map(|listen| listen.address.to_string());
        first_result(http, &address.unwrap_or_default()).await?;
        let by_hand = started.elapsed();
        for child in &mut children {
            // Waits for the end as well, so that the next round finds the ports free.
            let _ = child.kill().await;
        }
        Ok((bare_server, by_hand))
    }

    async fn up_to_first_result(&self, http: &reqwest::Client) -> Result<Duration, Error> {
        let started = Instant::now();
        let (_, said) = self.harness("up", &[]).await?;
        let address = said["endpoints"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|endpoint| endpoint["port"] == "starter")
            .and_then(|endpoint| endpoint["address"].as_str())
            .unwrap_or_default()
            .to_owned();
        first_result(http, &address).await?;
        Ok(started.elapsed())
    }

    async fn harness(
        &self,
        verb: &'static str,
        options: &[&str],
    ) -> Result<(Duration, serde_json::Value), Error> {
        let started = Instant::now();
        let output = Command::new(&self.harness)
            .args([verb, "--output", "json"])
            .args(options)
            .args(&self.target)
            .stdin(Stdio::null())
            .process_group(0)
            .output();
        let output = tokio::time::timeout(DEADLINE, output).await;
        let output = output
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
            .map_err(|source| Error::Start {
                program: self.harness.clone(),
                source,
            })?;
        let elapsed = started.elapsed();
        let failed = || Error::Harness {
            verb,
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if !output.status.success() {
            return Err(failed());
        }
        let said = serde_json::from_slice(&output.stdout).map_err(|_| failed())?;
        Ok((elapsed, said))
    }
}

fn remove(folder: &Utf8PathBuf) -> Result<(), Error> {
    match fs_err::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Folder {
            path: folder.clone(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Starts a program as its record says, but as a child of this process that dies with it.
fn start(launch: &Launch) -> Result<Child, Error> {
    Command::new(&launch.program)
        .args(&launch.arguments)
        .env_clear()
        .envs(&launch.environment)
        .current_dir(&launch.directory)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::Start {
            program: launch.program.clone(),
            source,
        })
}

async fn serves(frontend: &str) -> bool {
    let options = connect::Options::plaintext(frontend);
    match crate::temporal::Client::connect(options).await {
        Ok(client) => client.check_health(Duration::from_secs(1)).await.is_ok(),
        Err(_) => false,
    }
}

/// Waits until a workflow that the starter starts has given its result.
async fn first_result(http: &reqwest::Client, starter: &str) -> Result<(), Error> {
    let url = format!("http://{starter}/sync?name=Ada");
    answer(&url, || async {
        let response = http.get(&url).timeout(DEADLINE).send().await;
        response.is_ok_and(|response| response.status().is_success())
    })
    .await
}

async fn answer<F: Future<Output = bool>>(url: &str, ask: impl Fn() -> F) -> Result<(), Error> {
    let started = Instant::now();
    while !ask().await {
        if started.elapsed() > DEADLINE {
            return Err(Error::Silent {
                url: url.to_owned(),
            });
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
