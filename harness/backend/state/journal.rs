//! The write-ahead journal of steps: each step is recorded before it happens.

use std::collections::BTreeMap;
use std::io;

use base::journal_file::{self, JournalFile};
use camino::Utf8Path;
use jiff::Timestamp;
use model::plan::{Action, ResourceId};
use serde::{Deserialize, Serialize};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStage {
    /// About to be applied.
    Intent,
    /// Applied, not known to be ready.
    Applied,
    /// Done: the resource is ready, or removed.
    Done,
    /// Failed with an error.
    Failed,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    pub at: Timestamp,
    pub id: ResourceId,
    pub action: Action,
    #[serde(rename = "moment")]
    pub stage: StepStage,
}

#[derive(Debug)]
pub struct Journal(JournalFile);

impl Journal {
    /// Opens the journal for appending, or creates it.
    pub fn open(path: &Utf8Path) -> io::Result<Self> {
        JournalFile::open(path).map(Self)
    }

    /// Appends one entry and syncs it to disk.
    pub fn append(&self, id: &ResourceId, action: Action, stage: StepStage) -> io::Result<()> {
        self.0.append(&JournalEntry {
            at: Timestamp::now(),
            id: id.clone(),
            action,
            stage,
        })
    }

    /// Every resource that a step was planned for or applied to, except those that are known to be
    /// removed.
    pub fn named(&self) -> io::Result<Vec<ResourceId>> {
        Self::named_in(self.0.path())
    }

    /// The same without opening the journal for writing.
    pub(super) fn named_in(path: &Utf8Path) -> io::Result<Vec<ResourceId>> {
        Ok(named(&entries(path)?))
    }

    /// Every resource that a killed command was perhaps removing: it may be alive now and gone in a
    /// moment.
    pub fn being_removed(&self) -> io::Result<Vec<ResourceId>> {
        Self::being_removed_in(self.0.path())
    }

    /// The same without opening the journal for writing.
    pub(super) fn being_removed_in(path: &Utf8Path) -> io::Result<Vec<ResourceId>> {
        Ok(being_removed(&entries(path)?))
    }

    /// The first line that is neither an entry nor the torn rest of one, and what is wrong with it.
    pub(super) fn broken_in(path: &Utf8Path) -> io::Result<Option<String>> {
        let lines = journal_file::read::<JournalEntry>(path)?;
        Ok(lines.broken.map(|broken| broken.to_string()))
    }

    /// Whether a command was killed while it created or replaced something.
    pub fn cut_short(&self) -> io::Result<bool> {
        Ok(cut_short(&entries(self.0.path())?))
    }

    /// Removes all entries. Call it when no resource is left.
    pub fn clear(&self) -> io::Result<()> {
        self.0.clear()
    }
}

/// All entries; other lines are left out.
fn entries(path: &Utf8Path) -> io::Result<Vec<JournalEntry>> {
    Ok(journal_file::read(path)?.records)
}

/// The resources whose last entry is not a finished removal.
fn named(entries: &[JournalEntry]) -> Vec<ResourceId> {
    last_is(entries, |action, stage| {
        (action, stage) != (Action::Delete, StepStage::Done)
    })
}

/// The resources whose last entry is an unfinished removal, or a replacement that may or may not
/// have begun.
fn being_removed(entries: &[JournalEntry]) -> Vec<ResourceId> {
    last_is(entries, |action, stage| match action {
        Action::Delete => stage != StepStage::Done,
        Action::Update => stage == StepStage::Intent,
        Action::Create | Action::Keep => false,
    })
}

/// Whether a creation or a replacement was planned and may or may not have begun.
fn cut_short(entries: &[JournalEntry]) -> bool {
    let making = |action, stage| stage == StepStage::Intent && action != Action::Delete;
    !last_is(entries, making).is_empty()
}

fn last_is(
    entries: &[JournalEntry],
    wanted: impl Fn(Action, StepStage) -> bool,
) -> Vec<ResourceId> {
    let last: BTreeMap<&ResourceId, &JournalEntry> =
        entries.iter().map(|entry| (&entry.id, entry)).collect();
    last.into_iter()
        .filter(|(_, entry)| wanted(entry.action, entry.stage))
        .map(|(id, _)| id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use model::plan::ResourceKind;

    use super::*;

    #[test]
    fn a_torn_last_line_is_dropped_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().join("journal.ndjson")).expect("UTF-8");
        let journal = Journal::open(&path).expect("opens");
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        journal
            .append(&id, Action::Create, StepStage::Intent)
            .expect("appends");
        let whole = fs_err::read(&path).expect("reads");
        let torn = [whole.clone(), whole[..whole.len() / 2].to_vec()].concat();
        fs_err::write(&path, torn).expect("writes");
        assert_eq!(entries(&path).expect("reads").len(), 1);
        assert_eq!(journal.named().expect("reads"), std::slice::from_ref(&id));
        let other = ResourceId::new(ResourceKind::Process, "worker-1");
        let journal = Journal::open(&path).expect("opens again");
        journal
            .append(&other, Action::Create, StepStage::Intent)
            .expect("appends");
        assert_eq!(journal.named().expect("reads"), [id, other]);
        journal.clear().expect("clears");
        assert_eq!(journal.named().expect("reads"), []);
    }

    #[test]
    fn the_rest_of_a_crash_is_accepted_and_anything_else_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().join("journal.ndjson")).expect("UTF-8");
        let journal = Journal::open(&path).expect("opens");
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        let append = || journal.append(&id, Action::Create, StepStage::Intent);
        append().expect("appends");
        append().expect("appends");
        let whole = fs_err::read(&path).expect("reads");
        for cut in 0..whole.len() {
            fs_err::write(&path, &whole[..cut]).expect("writes");
            assert_eq!(Journal::broken_in(&path).expect("reads"), None, "{cut}");
        }
        // A power cut leaves zeros where the file had already grown.
        fs_err::write(&path, [&whole[..], &[0; 40]].concat()).expect("writes");
        assert_eq!(Journal::broken_in(&path).expect("reads"), None);
        for garbage in [
            &b"garbage\n"[..],
            b"\xff\xfe",
            b"[1, 2]\n",
            b"{\"at\": 1}\n",
        ] {
            fs_err::write(&path, [&whole[..], garbage].concat()).expect("writes");
            let broken = Journal::broken_in(&path).expect("reads");
            let broken = broken.expect("the harness did not write that");
            assert!(broken.starts_with("line 3 is not an entry: "), "{broken}");
        }
    }

    #[test]
    fn a_resource_is_named_until_its_removal_is_done() {
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        let entry = |action, stage| JournalEntry {
            at: Timestamp::UNIX_EPOCH,
            id: id.clone(),
            action,
            stage,
        };
        let created = [
            entry(Action::Create, StepStage::Intent),
            entry(Action::Create, StepStage::Done),
        ];
        let only = std::slice::from_ref(&id);
        assert_eq!(
            (named(&created), being_removed(&created)),
            (only.to_vec(), vec![])
        );
        let going = [&created[..], &[entry(Action::Delete, StepStage::Applied)]].concat();
        assert_eq!(
            (named(&going), being_removed(&going)),
            (only.to_vec(), only.to_vec())
        );
        let gone = [&going[..], &[entry(Action::Delete, StepStage::Done)]].concat();
        assert_eq!((named(&gone), being_removed(&gone)), (vec![], vec![]));
        let back = [&gone[..], &created[..1]].concat();
        assert_eq!(
            (named(&back), being_removed(&back)),
            (only.to_vec(), vec![])
        );
        assert!(cut_short(&back) && !cut_short(&gone) && !cut_short(&going));
        let replaced = [&created[..], &[entry(Action::Update, StepStage::Intent)]].concat();
        assert_eq!(being_removed(&replaced), only);
        let again = [&replaced[..], &[entry(Action::Update, StepStage::Applied)]].concat();
        assert_eq!(being_removed(&again), []);
    }
}
