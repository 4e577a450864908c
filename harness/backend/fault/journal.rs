//! The write-ahead journal of faults: the remedy is on disk before the fault is injected.
//!
//! After a killed run, the next command reads from it what it must undo. This module decides nothing
//! and undoes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::file::no_room;
use base::journal_file::{self, BrokenLine, JournalFile};
use camino::{Utf8Path, Utf8PathBuf};
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
    file: JournalFile,
    /// Entries that were verified while the disk had no space to record it.
    unrecorded: Mutex<BTreeSet<EntryId>>,
}

impl Journal {
    /// What is not undone yet according to the journal at `path`. The file may be absent. Changes
    /// nothing.
    pub fn look(path: &Utf8Path) -> Result<Vec<Unhealed>, Error> {
        Ok(open_ones(read(path)?))
    }

    /// Opens the journal at `path`, or creates it in an existing folder.
    pub fn open(path: &Utf8Path) -> Result<Self, Error> {
        // A file that is not our journal must not be truncated.
        read(path)?;
        Ok(Self {
            file: JournalFile::open(path).map_err(Error::Open)?,
            unrecorded: Mutex::default(),
        })
    }

    /// Records that a fault is about to be injected, and how to undo it.
    pub fn intend(&self, occurrence: &Occurrence, remedy: &Remedy) -> Result<EntryId, Error> {
        let highest = read(self.file.path())?
            .iter()
            .map(|record| record.entry.0)
            .max();
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
                    self.file.clear().map_err(Error::Append)?;
                    self.unrecorded().clear();
                }
                Ok(())
            }
            recorded => recorded,
        }
    }

    /// The injections that are not undone yet, latest first: the order in which to undo them.
    pub fn unhealed(&self) -> Result<Vec<Unhealed>, Error> {
        let mut open = open_ones(read(self.file.path())?);
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
        self.file.append(&record).map_err(Error::Append)
    }
}

/// The records of a journal. A line that is not a record is an error: something else wrote it, and
/// what must be undone is not known.
fn read(path: &Utf8Path) -> Result<Vec<FaultEntry>, Error> {
    let lines = journal_file::read(path).map_err(Error::Read)?;
    match lines.broken {
        None => Ok(lines.records),
        Some(BrokenLine { number, error }) => Err(Error::Parse {
            path: path.to_owned(),
            line: number,
            source: error,
        }),
    }
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
