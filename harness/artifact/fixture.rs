//! What the tests of the searches share: a machine without tools, and archives as a vendor publishes
//! them.

use base::news::{Listener, News};
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use flate2::Compression;
use flate2::write::GzEncoder;
use testing::machine;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::Platform;

/// A separate folder for each test, with tools in `bin`.
pub(crate) struct Machine {
    _folder: tempfile::TempDir,
    pub(crate) folder: Utf8PathBuf,
    pub(crate) environment: Environment,
    pub(crate) news: Listener,
    pub(crate) listener: UnboundedReceiver<News>,
    pub(crate) cancel: CancellationToken,
}

impl Machine {
    /// A machine that reaches no network: the only mirror, named by the variable `mirror`, refuses
    /// connections.
    pub(crate) fn new(mirror: &str) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(temporary.path())
            .expect("text")
            .to_owned();
        let (news, listener) = Listener::channel();
        Self {
            _folder: temporary,
            environment: machine::environment(&folder).with(mirror, "http://127.0.0.1:1"),
            folder,
            news,
            listener,
            cancel: CancellationToken::new(),
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.environment = self.environment.clone().with(name, value.as_ref());
    }

    /// Replaces what differs between runs.
    pub(crate) fn redact(&self, text: &str, platform: Platform) -> String {
        text.replace(self.folder.as_str(), "FOLDER")
            .replace(&platform.to_string(), "PLATFORM")
            .replace(platform.in_archives(), "PLATFORM")
    }
}

/// The files in a folder of the cache, without the lock.
pub(crate) fn cached(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_owned()).collect();
    names.retain(|name| name != "lock");
    names.sort();
    names
}

/// An archive of executable files as a vendor publishes it.
pub(crate) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        header.set_cksum();
        archive
            .append_data(&mut header, name, content.as_bytes())
            .expect("writing to memory succeeds");
    }
    archive
        .into_inner()
        .and_then(GzEncoder::finish)
        .expect("writing to memory succeeds")
}
