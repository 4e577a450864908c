//! The steps by hand for the development server and workers, without a person's pauses.

use std::process::Stdio;
use std::time::{Duration, Instant};

use base::file::present;
use camino::{Utf8Path, Utf8PathBuf};
use places::process::Launch;
use tokio::process::{Child, Command};

use super::Error;
use super::probe::{answer, first_result};

/// The programs and arguments that the harness would use.
#[derive(Debug, Clone)]
pub struct DevServer {
    pub temporal: Launch,
    /// The workers, which start when Temporal answers.
    pub workers: Vec<Launch>,
    /// The folder of Temporal's data.
    pub data: Utf8PathBuf,
}

impl DevServer {
    /// Starts everything. Returns the time until the server serves, and until the first workflow's
    /// result.
    pub(super) async fn start(
        &self,
        http: &reqwest::Client,
    ) -> Result<(Duration, Duration), Error> {
        recreate(&self.data)?;
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
            // Waits for the end, so that the next round finds the ports free.
            let _ = child.kill().await;
        }
        Ok((bare_server, by_hand))
    }
}

/// Deletes a folder with its content, and creates it again.
pub(super) fn recreate(folder: &Utf8Path) -> Result<(), Error> {
    let removed = present(fs_err::remove_dir_all(folder));
    let made = removed.and_then(|_| fs_err::create_dir_all(folder));
    made.map_err(|source| Error::Folder {
        path: folder.to_owned(),
        source,
    })
}

/// Starts a program as its launch record says, as a child that is killed with this process.
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
    match temporal::Client::connect(options).await {
        Ok(client) => client.check_health(Duration::from_secs(1)).await.is_ok(),
        Err(_) => false,
    }
}
