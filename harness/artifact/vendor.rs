//! Executables from an archive on the vendor's download site, or on a mirror of it.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::collections::BTreeSet;
use std::io;

use base::news::{Listener, Progress};
use camino::Utf8Path;
use flate2::read::GzDecoder;
use tokio_util::sync::CancellationToken;

use super::cache::sha256_of;
use super::download::download;
use super::error::Error;
use super::pin::{Pin, Platform};

/// The vendor's own sites. A mirror has the same folders.
pub(super) const CLI_VENDOR: &str = "https://github.com/temporalio/cli/releases/download";
pub(super) const SERVER_VENDOR: &str = "https://github.com/temporalio/temporal/releases/download";

/// The list of SHA-256 digests beside the archives of a release.
const CHECKSUMS: &str = "checksums.txt";

/// An archive of one release for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archive {
    /// The name in messages, such as `temporal 1.9.1`.
    what: String,
    /// The URL of the release's folder.
    folder: String,
    /// The file name in that folder.
    name: String,
    proof: Proof,
}

/// How the archive is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// The SHA-256 of the executable in the archive is pinned in this program.
    Pinned,
    /// The release's own list has the SHA-256 of the archive. The list comes from the same server.
    Listed,
}

impl Archive {
    /// The archive of the Temporal CLI below `base`.
    pub(super) fn of_cli(base: &str, pin: &Pin) -> Self {
        let version = &pin.version.cli;
        let platform = pin.platform.in_archives();
        Self {
            what: format!("temporal {version}"),
            folder: release(base, version),
            name: format!("temporal_cli_{version}_{platform}.tar.gz"),
            proof: Proof::Pinned,
        }
    }

    /// The archive of Temporal's server and its tools below `base`. `base` must be HTTPS or on this
    /// machine, because the checksums come from there too.
    pub(super) fn of_server(base: &str, version: &str, platform: Platform) -> Result<Self, Error> {
        if !base::http::is_authenticated(base) {
            return Err(Error::Unproven {
                url: base.to_owned(),
            });
        }
        let platform = platform.in_archives();
        Ok(Self {
            what: format!("temporal-server {version}"),
            folder: release(base, version),
            name: format!("temporal_{version}_{platform}.tar.gz"),
            proof: Proof::Listed,
        })
    }

    fn address(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }
}

fn release(base: &str, version: &str) -> String {
    format!("{}/v{version}", base.trim_end_matches('/'))
}

/// Fetches an archive and leaves its executables in `partial` under their names.
pub(super) async fn fetch(
    archive: &Archive,
    executables: &[&'static str],
    partial: &Utf8Path,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let wanted = match archive.proof {
        Proof::Pinned => None,
        Proof::Listed => Some(listed(archive, partial, news, cancel).await?),
    };
    let file = partial.join("archive.tar.gz");
    let mut progress = Progress::new(format!("download {}", archive.what), news);
    download(&archive.address(), &file, &mut progress, cancel).await?;
    if let Some(wanted) = wanted {
        let found = sha256_of(file.clone()).await;
        let found = found.map_err(Error::file("read", &file))?;
        if found != wanted {
            return Err(Error::Verify { found, wanted });
        }
    }
    let unpacking = (file.clone(), executables.to_vec(), partial.to_owned());
    let unpacked = tokio::task::spawn_blocking(move || {
        let (file, executables, folder) = unpacking;
        unpack(&file, &executables, &folder)
    });
    let unpacked = unpacked.await.map_err(io::Error::other).flatten();
    unpacked.map_err(Error::file("unpack", file))?;
    progress.finish();
    Ok(())
}

/// The SHA-256 of an archive in the release's list.
async fn listed(
    archive: &Archive,
    partial: &Utf8Path,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<String, Error> {
    let url = format!("{}/{CHECKSUMS}", archive.folder);
    let file = partial.join(CHECKSUMS);
    let what = format!("download the checksums of {}", archive.what);
    let mut progress = Progress::new(what, news);
    download(&url, &file, &mut progress, cancel).await?;
    progress.finish();
    let text = std::fs::read_to_string(&file).map_err(Error::file("read", file))?;
    entry(&text, &archive.name).ok_or_else(|| Error::Unlisted {
        url,
        archive: archive.name.clone(),
    })
}

/// The digest of a file in a list of the format of `sha256sum`.
fn entry(list: &str, file: &str) -> Option<String> {
    let digest = list.lines().find_map(|line| {
        let (digest, name) = line.split_once(char::is_whitespace)?;
        (name.trim_start().trim_start_matches('*') == file).then_some(digest)
    })?;
    let whole = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| digest.to_ascii_lowercase())
}

/// Unpacks only the wanted files of the archive.
fn unpack(archive: &Utf8Path, executables: &[&str], folder: &Utf8Path) -> io::Result<()> {
    let mut missing: BTreeSet<&str> = executables.iter().copied().collect();
    let file = io::BufReader::new(fs_err::File::open(archive)?);
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.file_name().map(ToOwned::to_owned);
        let name = name.as_ref().and_then(|name| name.to_str());
        let Some(name) = name.and_then(|name| missing.take(name)) else {
            continue;
        };
        io::copy(
            &mut entry,
            &mut fs_err::File::create_new(folder.join(name))?,
        )?;
        if missing.is_empty() {
            return Ok(());
        }
    }
    let missing = missing.into_iter().collect::<Vec<_>>().join("`, `");
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        format!("the archive has no `{missing}`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_from_every_form_of_the_list() {
        let digest = "0123456789abcdef".repeat(4);
        for list in [
            format!("{digest}  it.tar.gz\n"),
            format!("{}  other.tar.gz\n{digest} *it.tar.gz\n", "0".repeat(64)),
            format!("{}  it.tar.gz", digest.to_uppercase()),
        ] {
            assert_eq!(entry(&list, "it.tar.gz"), Some(digest.clone()), "{list}");
        }
        for list in ["", "it.tar.gz", "0123  it.tar.gz"] {
            assert_eq!(entry(list, "it.tar.gz"), None, "{list}");
        }
    }

    #[test]
    fn a_mirror_whose_checksums_prove_nothing_is_refused() {
        let archive = |base| Archive::of_server(base, "1.32.0", Platform::LinuxX86_64);
        let error = archive("http://mirror.example/temporal")
            .expect_err("the mirror is neither HTTPS nor local");
        insta::assert_snapshot!(error, @"http://mirror.example/temporal is neither https nor on this machine, so its checksums prove nothing");
        let addresses: Vec<String> = ["https://mirror.example/temporal/", "http://127.0.0.1:80"]
            .map(|base| {
                archive(base)
                    .expect("the mirror is HTTPS or local")
                    .address()
            })
            .to_vec();
        insta::assert_snapshot!(addresses.join("\n"), @"
        https://mirror.example/temporal/v1.32.0/temporal_1.32.0_linux_amd64.tar.gz
        http://127.0.0.1:80/v1.32.0/temporal_1.32.0_linux_amd64.tar.gz
        ");
    }
}
