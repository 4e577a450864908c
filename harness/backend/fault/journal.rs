//! The write-ahead journal of faults: an undo is on disk before its fault is injected.
//!
//! One JSON record per line, appended and synced one at a time, so that whoever comes after a
//! killed run can tell what is still to be undone. Decides nothing and undoes nothing itself.

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

/// A journal that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be opened or created.
    #[error("could not open the fault journal")]
    Open(#[source] io::Error),
    /// The file could not be read back.
    #[error("could not read the fault journal")]
    Read(#[source] io::Error),
    /// A whole line is no record: someone else wrote to the file.
    #[error("line {line} of the fault journal {path} is no record")]
    Parse {
        /// The journal.
        path: Utf8PathBuf,
        /// Line number; 1 is the first.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A record could not be appended and synced.
    #[error("could not write the fault journal")]
    Append(#[source] io::Error),
}

/// Number of an injection within its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entry(u64);

/// An injection that was at least intended and is not known to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealed {
    /// Its number.
    pub entry: Entry,
    /// What was injected, or was about to be.
    pub occurrence: Occurrence,
    /// How it is undone.
    pub remedy: Remedy,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    entry: Entry,
    at: Timestamp,
    state: State,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is about to be injected.
    Intent {
        occurrence: Occurrence,
        remedy: Box<Remedy>,
    },
    /// Its levers are pulled.
    Pulled,
    /// What it was seen to do.
    Looked { proof: Proof },
    /// The levers of its remedy are pulled.
    Undone,
    /// It was seen that it is undone.
    Verified,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: Utf8PathBuf,
    file: File,
    /// What was seen to be undone although there was no room to record it.
    unrecorded: Mutex<BTreeSet<Entry>>,
}

impl Journal {
    /// What is still to be undone by the journal at `path`, which need not be there and is left as it
    /// is.
    pub fn look(path: &Utf8Path) -> Result<Vec<Unhealed>, Error> {
        let bytes = present(fs_err::read(path)).map_err(Error::Read)?;
        bytes.map_or(Ok(Vec::new()), |bytes| Ok(open_ones(read(path, &bytes)?)))
    }

    /// Opens the journal at `path`, creating it in an existing folder. A last line cut short by a
    /// crash is dropped: its write never returned, so nothing was done upon it.
    pub fn open(path: &Utf8Path) -> Result<Self, Error> {
        let mut file = fs_err::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)
            .map_err(Error::Open)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::Read)?;
        // What is no journal of ours is not to be cut.
        read(path, &bytes)?;
        let whole = whole_lines(&bytes).len();
        if whole < bytes.len() {
            let length = u64::try_from(whole).expect("a file's length fits 64 bits");
            file.set_len(length).map_err(Error::Append)?;
        }
        // The name must survive a crash as well as what is in the file.
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

    /// Records that a fault is about to be injected and how it is undone.
    pub fn intend(&self, occurrence: &Occurrence, remedy: &Remedy) -> Result<Entry, Error> {
        let highest = self.records()?.iter().map(|record| record.entry.0).max();
        let entry = Entry(highest.unwrap_or(0) + 1);
        self.append(
            entry,
            State::Intent {
                occurrence: occurrence.clone(),
                remedy: Box::new(remedy.clone()),
            },
        )?;
        Ok(entry)
    }

    /// Records that the levers of the fault are pulled.
    pub fn pulled(&self, entry: Entry) -> Result<(), Error> {
        self.append(entry, State::Pulled)
    }

    /// Records what the fault was seen to do.
    pub fn looked(&self, entry: Entry, proof: &Proof) -> Result<(), Error> {
        let proof = proof.clone();
        self.append(entry, State::Looked { proof })
    }

    /// Records that the levers of its remedy are pulled. A disk without room for that keeps nobody
    /// from healing.
    pub fn undone(&self, entry: Entry) -> Result<(), Error> {
        match self.append(entry, State::Undone) {
            Err(Error::Append(error)) if no_room(&error) => Ok(()),
            recorded => recorded,
        }
    }

    /// Records that the fault was seen to be undone. Where the disk has no room for that, this run
    /// remembers it, and once nothing is to be undone any more the journal is emptied, which takes no
    /// room: until then whoever comes after a killed run undoes it again, which is harmless.
    pub fn verified(&self, entry: Entry) -> Result<(), Error> {
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

    /// The injections that are still to be undone, latest first: the order in which to undo them.
    pub fn unhealed(&self) -> Result<Vec<Unhealed>, Error> {
        let mut open = open_ones(self.records()?);
        let unrecorded = self.unrecorded();
        open.retain(|open| !unrecorded.contains(&open.entry));
        Ok(open)
    }

    fn unrecorded(&self) -> MutexGuard<'_, BTreeSet<Entry>> {
        self.unrecorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, entry: Entry, state: State) -> Result<(), Error> {
        let record = Record {
            entry,
            at: Timestamp::now(),
            state,
        };
        let mut line = serde_json::to_vec(&record).expect("a record always becomes JSON");
        line.push(b'\n');
        let mut file = &self.file;
        cut_point::reached();
        let before = file.metadata().map_err(Error::Append)?.len();
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if written.is_err() {
            // Where the disk is full, what did fit of the line is no record.
            let _ = file.set_len(before);
        }
        written.map_err(Error::Append)?;
        cut_point::reached();
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>, Error> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_to_end(&mut bytes))
            .map_err(Error::Read)?;
        read(&self.path, &bytes)
    }
}

/// The records of a journal. What a crash left of a last one is none; anything else that is no record
/// is somebody else's, and what is to be undone is not known.
fn read(path: &Utf8Path, bytes: &[u8]) -> Result<Vec<Record>, Error> {
    let (whole, torn) = bytes.split_at(whole_lines(bytes).len());
    let failed = |line, source| Error::Parse {
        path: path.to_owned(),
        line,
        source,
    };
    let mut records: Vec<Record> = Vec::new();
    for (number, line) in (1..).zip(whole.split_inclusive(|byte| *byte == b'\n')) {
        let record = serde_json::from_slice(line).map_err(|source| failed(number, source))?;
        records.push(record);
    }
    // After a power cut a file may end in zeros that nobody wrote.
    if torn.iter().any(|byte| *byte != 0)
        && let Err(source) = serde_json::from_slice::<Record>(torn)
        && !source.is_eof()
    {
        return Err(failed(records.len() + 1, source));
    }
    Ok(records)
}

/// Those that were not seen to be undone, latest first.
fn open_ones(records: Vec<Record>) -> Vec<Unhealed> {
    let mut open = BTreeMap::new();
    for Record { entry, state, .. } in records {
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

    struct Place {
        _folder: TempDir,
        path: Utf8PathBuf,
    }

    fn place() -> Place {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("faults.ndjson");
        let path = Utf8PathBuf::from_path_buf(path).expect("a path in UTF-8");
        Place {
            _folder: folder,
            path,
        }
    }

    fn intend(journal: &Journal, id: &str) -> Entry {
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
    fn what_is_not_healed_is_known_to_whoever_opens_the_journal_next() {
        let place = place();
        let journal = Journal::open(&place.path).expect("a journal");
        let first = intend(&journal, "first");
        intend(&journal, "second");
        let third = intend(&journal, "third");
        let seen = Proof::Seen("it is gone".to_owned());
        for entry in [first, third] {
            journal.pulled(entry).expect("a record");
            journal.looked(entry, &seen).expect("a record");
            // That it was undone is to be seen yet.
            journal.undone(entry).expect("a record");
        }
        journal.verified(first).expect("a record");
        drop(journal);

        let journal = Journal::open(&place.path).expect("a journal");
        assert_eq!(open_ids(&journal), ["third", "second"], "latest first");
        assert!(intend(&journal, "fourth") > third);
    }

    #[test]
    fn one_id_may_be_injected_again_in_a_later_run() {
        let place = place();
        let journal = Journal::open(&place.path).expect("a journal");
        let first = intend(&journal, "crash");
        journal.verified(first).expect("a record");
        intend(&journal, "crash");
        journal.verified(first).expect("healing twice is harmless");
        assert_eq!(open_ids(&journal), ["crash"]);
    }

    #[test]
    fn a_line_that_is_no_record_is_an_error_with_its_number() {
        let place = place();
        fs_err::write(&place.path, "{\"a\": 1}\n").expect("a file");
        let error = Journal::open(&place.path).expect_err("the line is no record");
        assert!(
            error.to_string().starts_with("line 1 of the fault journal"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_journal_is_refused_and_left_as_it_is() {
        for garbage in [&b"garbage"[..], b"\x00\xff\n", b"\xff\xfe"] {
            let place = place();
            fs_err::write(&place.path, garbage).expect("a file");
            let error = Journal::open(&place.path).expect_err("it is no journal");
            assert!(error.to_string().starts_with("line 1 of "), "{error}");
            Journal::look(&place.path).expect_err("it is no journal");
            assert_eq!(fs_err::read(&place.path).expect("a file"), garbage);
        }
    }

    #[test]
    fn looking_at_a_journal_makes_and_changes_nothing() {
        let place = place();
        assert_eq!(Journal::look(&place.path).expect("nothing is there"), []);
        assert!(!place.path.exists());
        let journal = Journal::open(&place.path).expect("a journal");
        intend(&journal, "first");
        let open = Journal::look(&place.path).expect("a good journal");
        assert_eq!(open, journal.unhealed().expect("a good journal"));
    }

    proptest! {
        #[test]
        fn a_journal_cut_anywhere_knows_every_whole_record(cut in 0..1600_usize) {
            let place = place();
            let journal = Journal::open(&place.path).expect("a journal");
            intend(&journal, "first");
            intend(&journal, "second");
            let whole = fs_err::read(&place.path).expect("a file");
            let cut = cut.min(whole.len());
            fs_err::write(&place.path, &whole[..cut]).expect("a file");

            let journal = Journal::open(&place.path).expect("a journal");
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
