//! The Temporal CLI from its vendor's download site, or from a mirror of it.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use flate2::read::GzDecoder;
use tokio_util::sync::CancellationToken;

use super::download::{Progress, download};
use super::error::Error;
use super::pin::Pin;
use crate::event::Events;

/// The vendor's own site; a mirror has the same folders below it.
pub(super) const VENDOR: &str = "https://github.com/temporalio/cli/releases/download";

/// Where the release's archive is below `base`.
pub(super) fn address(base: &str, pin: &Pin) -> String {
    let version = &pin.version.cli;
    let platform = pin.platform.in_archives();
    format!(
        "{}/v{version}/temporal_cli_{version}_{platform}.tar.gz",
        base.trim_end_matches('/')
    )
}

/// Fetches the archive into `partial` and answers with the executable out of it.
pub(super) async fn fetch(
    base: &str,
    pin: &Pin,
    partial: &Utf8Path,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Utf8PathBuf, Error> {
    let archive = partial.join("archive.tar.gz");
    let executable = partial.join("temporal");
    let mut progress = Progress::new(format!("download temporal {}", pin.version.cli), events);
    download(&address(base, pin), &archive, &mut progress, cancel).await?;
    let unpacking = (archive.clone(), executable.clone());
    let unpacked = tokio::task::spawn_blocking(move || unpack(&unpacking.0, &unpacking.1)).await;
    unpacked
        .map_err(io::Error::other)
        .flatten()
        .map_err(Error::file("unpack", archive))?;
    Ok(executable)
}

/// Takes the one file out of the archive that is wanted, whatever else may be in it.
fn unpack(archive: &Utf8Path, executable: &Utf8Path) -> io::Result<()> {
    let file = io::BufReader::new(fs_err::File::open(archive)?);
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry
            .path()?
            .file_name()
            .is_some_and(|name| name == "temporal")
        {
            io::copy(&mut entry, &mut fs_err::File::create_new(executable)?)?;
            return Ok(());
        }
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        "there is no `temporal` in it",
    ))
}
