//! A file over HTTP, streamed to disk, with progress.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::io::Write;
use std::time::Duration;

use base::news::Progress;
use camino::Utf8Path;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::error::Error;

/// How long connecting may take, how long no data may arrive, and how long the whole download may
/// take.
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
        done = timeout(DEADLINE, stream(url, to, progress)) => done.map_err(|_| Error::DownloadTimeout {
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
    base::http::builder_for(url)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .build()
        .expect("a client with a crypto provider always builds")
}
