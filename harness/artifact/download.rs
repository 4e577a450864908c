//! A file over HTTP, streamed to disk, with progress.

use std::io::Write;
use std::time::Duration;

use camino::Utf8Path;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use crate::event::{Event, Events};

/// How long a connection may take, how long silence may last, and how long the whole.
const CONNECT: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_mins(15);

/// Downloads `url` into the new file `to`.
pub(super) async fn download(
    url: &str,
    to: &Utf8Path,
    progress: &mut Progress<'_>,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    tokio::select! {
        done = timeout(DEADLINE, stream(url, to, progress)) => done.map_err(|_| Error::Hurry {
            url: url.to_owned(),
            seconds: DEADLINE.as_secs(),
        })?,
        () = cancel.cancelled() => Err(Error::Interrupted),
    }
}

async fn stream(url: &str, to: &Utf8Path, progress: &mut Progress<'_>) -> Result<(), Error> {
    let failed = |source: reqwest::Error| Error::Download {
        url: url.to_owned(),
        source: source.without_url(),
    };
    let mut response = client(url).get(url).send().await.map_err(failed)?;
    response.error_for_status_ref().map_err(failed)?;
    let total = response.content_length();
    let mut file = std::fs::File::create_new(to).map_err(Error::file("create", to))?;
    let mut done = 0;
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        file.write_all(&chunk).map_err(Error::file("write", to))?;
        done += chunk.len() as u64;
        progress.at(done, total);
    }
    Ok(())
}

fn client(url: &str) -> reqwest::Client {
    let client = crate::http::builder();
    // A mirror on this machine is no business of a proxy's.
    let client = match reqwest::Url::parse(url) {
        Ok(url) if url.host_str().is_some_and(is_this_machine) => client.no_proxy(),
        _ => client,
    };
    client
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .build()
        .expect("a client with a provider of cryptography always builds")
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Progress of one piece of work, told in steps that an eye can see, and told to be over when it
/// is dropped.
pub(super) struct Progress<'a> {
    what: String,
    events: &'a Events,
    told: Option<u64>,
}

/// Steps into which the whole is divided.
const STEPS: u64 = 200;

impl<'a> Progress<'a> {
    pub(super) fn new(what: String, events: &'a Events) -> Self {
        Self {
            what,
            events,
            told: None,
        }
    }

    /// `done` of `total` units are done.
    pub(super) fn at(&mut self, done: u64, total: Option<u64>) {
        let step = total.map_or(1 << 20, |total| total / STEPS);
        let visible = self
            .told
            .is_none_or(|told| done >= told + step && done != told);
        if visible || (total == Some(done) && self.told != total) {
            self.told = Some(done);
            self.events.send(Event::Progress {
                what: self.what.clone(),
                done,
                total,
            });
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.told.is_some() {
            let what = std::mem::take(&mut self.what);
            self.events.send(Event::ProgressFinished { what });
        }
    }
}
