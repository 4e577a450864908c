//! The records in the state folder: whether they can be read, and their removal.

use std::collections::BTreeMap;
use std::fs::FileType;
use std::io;
use std::path::Path;

use base::file::{present, write_json};
use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};
use model::plan::{Resource, ResourceId};
use model::topology::Digest;

use super::{Directory, Error};

impl Directory {
    /// Checks, without the lock, whether all files that later commands need can be read.
    pub fn inspect(&self) -> Result<(), Error> {
        self.header()?;
        self.whole_journal()?;
        for folder in [self.run(), self.logs()] {
            self.whole_folder(&folder)?;
            for entry in entries(&folder).map_err(self.failed("list a folder"))? {
                if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                    let opened = fs_err::File::open(entry.path());
                    present(opened).map_err(self.failed("read a record"))?;
                }
            }
        }
        Ok(())
    }

    /// The launch records that are not JSON. Their processes are found by the marker instead.
    pub fn broken_records(&self) -> io::Result<Vec<Utf8PathBuf>> {
        let mut broken = Vec::new();
        for entry in entries(&self.run())? {
            let path = entry.into_path();
            if !matches!(path.extension(), Some("json" | "pid")) {
                continue;
            }
            let bytes = present(fs_err::read(&path))?;
            let read = bytes.map(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes));
            if let Some(Err(_)) = read {
                broken.push(path);
            }
        }
        broken.sort();
        Ok(broken)
    }

    /// Removes the records of what was started. Call it when nothing of that is left.
    pub fn forget_records(&self) -> io::Result<()> {
        for entry in entries(&self.run())? {
            present(remove(entry.path(), entry.file_type()?))?;
        }
        Ok(())
    }

    /// Records what a command is about to bring up. If the command is killed, later commands know
    /// what is missing and what was about to be replaced.
    pub fn remember_wanted(&self, wanted: &[Resource]) -> Result<(), Error> {
        let wanted: BTreeMap<&ResourceId, &Digest> = wanted
            .iter()
            .map(|resource| (&resource.id, &resource.digest))
            .collect();
        write_json(&self.wanted_path(), &wanted).map_err(self.failed("write run/wanted.json"))
    }

    /// What the last command was about to bring up, each with the digest of its configuration.
    pub fn wanted(&self) -> Result<BTreeMap<ResourceId, Digest>, Error> {
        let wanted = self.json(&self.wanted_path(), "read run/wanted.json")?;
        Ok(wanted.unwrap_or_default())
    }

    fn wanted_path(&self) -> Utf8PathBuf {
        self.run().join("wanted.json")
    }

    /// Removes everything except the lock, which the caller holds. Returns which of data, logs and
    /// reports were removed.
    pub fn purge(&self) -> io::Result<Vec<&'static str>> {
        let kinds = [
            ("data", self.data()),
            ("logs", self.logs()),
            ("reports", self.reports()),
        ];
        let mut lost = Vec::new();
        for (kind, folder) in kinds {
            if holds_anything(&folder)? {
                lost.push(kind);
            }
        }
        for entry in fs_err::read_dir(self.path())? {
            let entry = entry?;
            if entry.file_name() == "lock" {
                continue;
            }
            remove(entry.path(), entry.file_type()?)?;
        }
        Ok(lost)
    }
}

/// The entries of a folder. Empty if there is no folder.
fn entries(folder: &Utf8Path) -> io::Result<Vec<Utf8DirEntry>> {
    let Some(entries) = present(folder.read_dir_utf8())? else {
        return Ok(Vec::new());
    };
    entries.collect()
}

fn remove(path: impl AsRef<Path>, kind: FileType) -> io::Result<()> {
    let path = path.as_ref();
    if kind.is_dir() {
        fs_err::remove_dir_all(path)
    } else {
        fs_err::remove_file(path)
    }
}

fn holds_anything(folder: &Utf8Path) -> io::Result<bool> {
    let entries = present(fs_err::read_dir(folder))?;
    Ok(entries.is_some_and(|mut entries| entries.next().is_some()))
}
