//! The write-ahead journal of faults: the remedy is on disk before the fault is injected.
//!
//! Each line is one JSON record, appended and synced. After a killed run, the next command reads
//! from it what it must undo. This module decides nothing and undoes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::cut_point;
use base::file::{no_room, present, whole_lines};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err::File;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Occurrence, Proof, Remedy};

/// A failure to read or write the journal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not open the fault journal")]
    Open(#[source] io::Error),
    #[error("could not read the fault journal")]
    Read(#[source] io::Error),
    /// A complete line is not a record: something else wrote to the file.
    #[error("line {line} of the fault journal {path} is not an entry")]
    Parse {
        path: Utf8PathBuf,
        /// The line number, from 1.
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("could not write the fault journal")]
    Append(#[source] io::Error),
}

/// The number of an injection in its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(u64);

/// An injection that was intended and is not known to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealed {
    pub entry: EntryId,
    /// What was injected, or was about to be injected.
    pub occurrence: Occurrence,
    /// How to undo it.
    pub remedy: Remedy,
}

#[derive(Debug, Serialize, Deserialize)]
struct FaultEntry {
    entry: EntryId,
    at: Timestamp,
    state: State,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// The fault is about to be injected.
    Intent {
        occurrence: Occurrence,
        remedy: Box<Remedy>,
    },
    /// The levers of the fault were pulled.
    Pulled,
    /// What the harness saw the fault do.
    Looked { proof: Proof },
    /// The levers of the remedy were pulled.
    Undone,
    /// The harness saw that the fault is undone.
    Verified,
}

#[derive(Debug)]
pub struct Journal {
    path: Utf8PathBuf,
    file: File,
    /// Entries that were verified while the disk had no space to record it.
    unrecorded: Mutex<BTreeSet<EntryId>>,
}

impl Journal {
    /// What is not undone yet according to the journal at `path`. The file may be absent. Changes
    /// nothing.
    pub fn look(path: &Utf8Path) -> Result<Vec<Unhealed>, Error> {
        let bytes = present(fs_err::read(path)).map_err(Error::Read)?;
        bytes.map_or(Ok(Vec::new()), |bytes| Ok(open_ones(read(path, &bytes)?)))
    }

    /// Opens the journal at `path`, or creates it in an existing folder. Drops a last line that a
    /// crash cut short: its write never returned, so nothing followed from it.
    pub fn open(path: &Utf8Path) -> Result<Self, Error> {
        let mut file = fs_err::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)
            .map_err(Error::Open)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::Read)?;
        // A file that is not our journal must not be truncated.
        read(path, &bytes)?;
        let whole = whole_lines(&bytes).len();
        if whole < bytes.len() {
            let length = u64::try_from(whole).expect("a file's length fits 64 bits");
            file.set_len(length).map_err(Error::Append)?;
        }
        // The name of the file must survive a crash, too.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(Error::Open)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            unrecorded: Mutex::default(),
        })
    }

    /// Records that a fault is about to be injected, and how to undo it.
    pub fn intend(&self, occurrence: &Occurrence, remedy: &Remedy) -> Result<EntryId, Error> {
        let highest = self.records()?.iter().map(|record| record.entry.0).max();
        let entry = EntryId(highest.unwrap_or(0) + 1);
        self.append(
            entry,
            State::Intent {
                occurrence: occurrence.clone(),
                remedy: Box::new(remedy.clone()),
            },
        )?;
        Ok(entry)
    }

    /// Records that the levers of the fault were pulled.
    pub fn pulled(&self, entry: EntryId) -> Result<(), Error> {
        self.append(entry, State::Pulled)
    }

    /// Records what the harness saw the fault do.
    pub fn looked(&self, entry: EntryId, proof: &Proof) -> Result<(), Error> {
        let proof = proof.clone();
        self.append(entry, State::Looked { proof })
    }

    /// Records that the levers of the remedy were pulled. A full disk is no error here: it must not
    /// prevent healing.
    pub fn undone(&self, entry: EntryId) -> Result<(), Error> {
        match self.append(entry, State::Undone) {
            Err(Error::Append(error)) if no_room(&error) => Ok(()),
            recorded => recorded,
        }
    }

    /// Records that the harness saw the fault undone. If the disk is full, this process remembers
    /// the entry instead. Once nothing is left to undo, it empties the journal, which needs no
    /// space. If the process is killed before that, the next command undoes the fault again, which
    /// is harmless.
    pub fn verified(&self, entry: EntryId) -> Result<(), Error> {
        match self.append(entry, State::Verified) {
            Err(Error::Append(error)) if no_room(&error) => {
                self.unrecorded().insert(entry);
                if self.unhealed()?.is_empty() {
                    self.file.set_len(0).map_err(Error::Append)?;
                    self.unrecorded().clear();
                }
                Ok(())
            }
            recorded => recorded,
        }
    }

    /// The injections that are not undone yet, latest first: the order in which to undo them.
    pub fn unhealed(&self) -> Result<Vec<Unhealed>, Error> {
        let mut open = open_ones(self.records()?);
        let unrecorded = self.unrecorded();
        open.retain(|open| !unrecorded.contains(&open.entry));
        Ok(open)
    }

    fn unrecorded(&self) -> MutexGuard<'_, BTreeSet<EntryId>> {
        self.unrecorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, entry: EntryId, state: State) -> Result<(), Error> {
        let record = FaultEntry {
            entry,
            at: Timestamp::now(),
            state,
        };
        let mut line = serde_json::to_vec(&record).expect("a record serialises to JSON");
        line.push(b'\n');
        let mut file = &self.file;
        cut_point::reached();
        let before = file.metadata().map_err(Error::Append)?.len();
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if written.is_err() {
            // If the disk is full, the part of the line that was written is not a record.
            let _ = file.set_len(before);
        }
        written.map_err(Error::Append)?;
        cut_point::reached();
        Ok(())
    }

    fn records(&self) -> Result<Vec<FaultEntry>, Error> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_to_end(&mut bytes))
            .map_err(Error::Read)?;
        read(&self.path, &bytes)
    }
}

/// The records of a journal. The rest of a line that a crash cut short is ignored. Anything else
/// that is not a record is an error: something else wrote it, and what must be undone is not known.
fn read(path: &Utf8Path, bytes: &[u8]) -> Result<Vec<FaultEntry>, Error> {
    let (whole, torn) = bytes.split_at(whole_lines(bytes).len());
    let failed = |line, source| Error::Parse {
        path: path.to_owned(),
        line,
        source,
    };
    let mut records: Vec<FaultEntry> = Vec::new();
    for (number, line) in (1..).zip(whole.split_inclusive(|byte| *byte == b'\n')) {
        let record = serde_json::from_slice(line).map_err(|source| failed(number, source))?;
        records.push(record);
    }
    // After a power cut, a file may end in zeros that no process wrote.
    if torn.iter().any(|byte| *byte != 0)
        && let Err(source) = serde_json::from_slice::<FaultEntry>(torn)
        && !source.is_eof()
    {
        return Err(failed(records.len() + 1, source));
    }
    Ok(records)
}

/// The injections that were not verified as undone, latest first.
fn open_ones(records: Vec<FaultEntry>) -> Vec<Unhealed> {
    let mut open = BTreeMap::new();
    for FaultEntry { entry, state, .. } in records {
        match state {
            State::Intent { occurrence, remedy } => {
                open.insert(
                    entry,
                    Unhealed {
                        entry,
                        occurrence,
                        remedy: *remedy,
                    },
                );
            }
            State::Pulled | State::Looked { .. } | State::Undone => {}
            State::Verified => {
                open.remove(&entry);
            }
        }
    }
    open.into_values().rev().collect()
}

#[cfg(test)]
mod tests {
    use model::topology::ServiceName;
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::fault::{Fault, Pull, Sign, Target};
    use crate::run_id::RunId;

    struct Fixture {
        _folder: TempDir,
        path: Utf8PathBuf,
    }

    fn fixture() -> Fixture {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("faults.ndjson");
        let path = Utf8PathBuf::from_path_buf(path).expect("a path in UTF-8");
        Fixture {
            _folder: folder,
            path,
        }
    }

    fn intend(journal: &Journal, id: &str) -> EntryId {
        let worker = || ServiceName::new("worker");
        let replicas = || vec!["worker-0".to_owned()];
        let occurrence = Occurrence {
            run: RunId::new(7, Timestamp::UNIX_EPOCH),
            id: id.to_owned(),
            nth: 1,
            fault: Fault::Kill,
            target: Target::Service(worker()),
            at: model::quantity::Duration::from_secs(1),
            until: model::quantity::Duration::from_secs(2),
        };
        let remedy = Remedy {
            pulls: vec![Pull::Start {
                replicas: replicas(),
            }],
            healed: Sign::Back {
                service: worker(),
                replicas: replicas(),
            },
            within: model::quantity::Duration::from_secs(60),
            whole: None,
        };
        journal.intend(&occurrence, &remedy).expect("a record")
    }

    fn open_ids(journal: &Journal) -> Vec<String> {
        let unhealed = journal.unhealed().expect("a good journal");
        unhealed
            .into_iter()
            .map(|open| open.occurrence.id)
            .collect()
    }

    #[test]
    fn the_next_process_that_opens_the_journal_finds_what_is_not_healed() {
        let fixture = fixture();
        let journal = Journal::open(&fixture.path).expect("a journal");
        let first = intend(&journal, "first");
        intend(&journal, "second");
        let third = intend(&journal, "third");
        let seen = Proof::Seen("it is gone".to_owned());
        for entry in [first, third] {
            journal.pulled(entry).expect("a record");
            journal.looked(entry, &seen).expect("a record");
            // It is undone, but nobody has verified it yet.
            journal.undone(entry).expect("a record");
        }
        journal.verified(first).expect("a record");
        drop(journal);

        let journal = Journal::open(&fixture.path).expect("a journal");
        assert_eq!(open_ids(&journal), ["third", "second"], "latest first");
        assert!(intend(&journal, "fourth") > third);
    }

    #[test]
    fn one_id_may_be_injected_again_in_a_later_run() {
        let fixture = fixture();
        let journal = Journal::open(&fixture.path).expect("a journal");
        let first = intend(&journal, "crash");
        journal.verified(first).expect("a record");
        intend(&journal, "crash");
        journal.verified(first).expect("healing twice is harmless");
        assert_eq!(open_ids(&journal), ["crash"]);
    }

    #[test]
    fn a_line_that_is_not_a_record_is_an_error_with_its_number() {
        let fixture = fixture();
        fs_err::write(&fixture.path, "{\"a\": 1}\n").expect("a file");
        let error = Journal::open(&fixture.path).expect_err("the line is not an entry");
        assert!(
            error.to_string().starts_with("line 1 of the fault journal"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_not_a_journal_is_refused_and_not_changed() {
        for garbage in [&b"garbage"[..], b"\x00\xff\n", b"\xff\xfe"] {
            let fixture = fixture();
            fs_err::write(&fixture.path, garbage).expect("a file");
            let error = Journal::open(&fixture.path).expect_err("it is not a journal");
            assert!(error.to_string().starts_with("line 1 of "), "{error}");
            Journal::look(&fixture.path).expect_err("it is not a journal");
            assert_eq!(fs_err::read(&fixture.path).expect("a file"), garbage);
        }
    }

    #[test]
    fn look_creates_and_changes_nothing() {
        let fixture = fixture();
        assert_eq!(
            Journal::look(&fixture.path).expect("an absent file is no error"),
            []
        );
        assert!(!fixture.path.exists());
        let journal = Journal::open(&fixture.path).expect("a journal");
        intend(&journal, "first");
        let open = Journal::look(&fixture.path).expect("a good journal");
        assert_eq!(open, journal.unhealed().expect("a good journal"));
    }

    proptest! {
        #[test]
        fn a_journal_that_is_cut_anywhere_keeps_every_complete_record(cut in 0..1600_usize) {
            let fixture = fixture();
            let journal = Journal::open(&fixture.path).expect("a journal");
            intend(&journal, "first");
            intend(&journal, "second");
            let whole = fs_err::read(&fixture.path).expect("a file");
            let cut = cut.min(whole.len());
            fs_err::write(&fixture.path, &whole[..cut]).expect("a file");

            let journal = Journal::open(&fixture.path).expect("a journal");
            let first = whole.iter().position(|byte| *byte == b'\n').expect("two lines") + 1;
            let lines = usize::from(cut >= first) + usize::from(cut == whole.len());
            let mut expected = ["first", "second"][..lines].to_vec();
            expected.reverse();
            prop_assert_eq!(open_ids(&journal), expected.clone());
            intend(&journal, "third");
            expected.insert(0, "third");
            prop_assert_eq!(open_ids(&journal), expected);
        }
    }
}
