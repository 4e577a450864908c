//! The write-ahead journal: what is about to happen, before it does.
//!
//! One JSON object a line, appended and synced. After a crash the last line may be torn; whoever
//! opens the journal next drops it, since its side effect had not begun.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, PoisonError};

use base::cut_point;
use base::file::{present, whole_lines};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::plan::{Action, ResourceId};
use serde::{Deserialize, Serialize};

/// Where in its life a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// About to be applied.
    Intent,
    /// Applied, not known to be ready.
    Applied,
    /// Done: ready, or gone.
    Done,
    /// Given up with an error.
    Failed,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Which resource.
    pub id: ResourceId,
    /// What happens to it.
    pub action: Action,
    /// How far it is.
    pub moment: Moment,
}

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    path: Utf8PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal for appending, and creates it if need be.
    pub fn open(path: &Utf8Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        drop_torn_line(&file)?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        })
    }

    /// Appends one record and makes it durable.
    pub fn append(&self, id: &ResourceId, action: Action, moment: Moment) -> io::Result<()> {
        let record = Record {
            at: Timestamp::now(),
            id: id.clone(),
            action,
            moment,
        };
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        cut_point::reached();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = file.metadata()?.len();
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if written.is_err() {
            // Where the disk is full, what did fit of the line is no record.
            let _ = file.set_len(whole);
        }
        written?;
        cut_point::reached();
        Ok(())
    }

    /// Every resource that something was ever done to, or was about to be, and that is not known
    /// to be gone.
    pub fn named(&self) -> io::Result<Vec<ResourceId>> {
        Self::named_in(&self.path)
    }

    /// The same of a journal that is not ours to open.
    pub(super) fn named_in(path: &Utf8Path) -> io::Result<Vec<ResourceId>> {
        Ok(named(&records(path)?))
    }

    /// Every resource that was perhaps told to end by a command that did not live to see it: it
    /// may be alive now and gone in a moment.
    pub fn doomed(&self) -> io::Result<Vec<ResourceId>> {
        Self::doomed_in(&self.path)
    }

    /// The same of a journal that is not ours to open.
    pub(super) fn doomed_in(path: &Utf8Path) -> io::Result<Vec<ResourceId>> {
        Ok(doomed(&records(path)?))
    }

    /// The first line that is neither a record nor what a crash left of one, and what is wrong with
    /// it.
    pub(super) fn broken_in(path: &Utf8Path) -> io::Result<Option<String>> {
        let lines = lines(path)?;
        let mut broken = lines.iter().filter_map(|(number, line)| {
            let error = serde_json::from_slice::<Record>(line).err()?;
            (!error.is_eof()).then(|| format!("line {number} is no record: {error}"))
        });
        Ok(broken.next())
    }

    /// Whether a command was killed while it made something.
    pub fn cut_short(&self) -> io::Result<bool> {
        Ok(cut_short(&records(&self.path)?))
    }

    /// Forgets everything: for when nothing is left.
    pub fn clear(&self) -> io::Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(0)?;
        file.sync_data()
    }
}

/// Every record so far; what is none is left out.
fn records(path: &Utf8Path) -> io::Result<Vec<Record>> {
    let lines = lines(path)?;
    let records = lines.iter().map(|(_, line)| serde_json::from_slice(line));
    Ok(records.filter_map(Result::ok).collect())
}

/// The lines of a journal with their numbers, 1 being the first; none where there is no journal.
/// After a power cut a file may end in zeros that nobody wrote.
fn lines(path: &Utf8Path) -> io::Result<Vec<(usize, Vec<u8>)>> {
    let Some(bytes) = present(fs_err::read(path))? else {
        return Ok(Vec::new());
    };
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
    let written = lines.filter(|(_, line)| line.iter().any(|byte| *byte != 0));
    Ok(written
        .map(|(number, line)| (number, line.to_vec()))
        .collect())
}

/// Drops a line that a crash has torn, so that the next record has a line of its own. That takes no
/// room on a disk that is full.
fn drop_torn_line(mut file: &File) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let whole = whole_lines(&bytes).len();
    if whole < bytes.len() {
        file.set_len(u64::try_from(whole).expect("a file's length fits 64 bits"))?;
    }
    Ok(())
}

/// The resources whose last record is anything but a finished removal.
fn named(records: &[Record]) -> Vec<ResourceId> {
    last_is(records, |action, moment| {
        (action, moment) != (Action::Delete, Moment::Done)
    })
}

/// The resources whose last record is a removal that was not finished, or a replacement of which
/// it is not known how far it came.
fn doomed(records: &[Record]) -> Vec<ResourceId> {
    last_is(records, |action, moment| match action {
        Action::Delete => moment != Moment::Done,
        Action::Update => moment == Moment::Intent,
        Action::Create | Action::Keep => false,
    })
}

/// Whether something was about to be made, and it is not known how far that came.
fn cut_short(records: &[Record]) -> bool {
    let making = |action, moment| moment == Moment::Intent && action != Action::Delete;
    !last_is(records, making).is_empty()
}

fn last_is(records: &[Record], wanted: impl Fn(Action, Moment) -> bool) -> Vec<ResourceId> {
    let last: BTreeMap<&ResourceId, &Record> =
        records.iter().map(|record| (&record.id, record)).collect();
    last.into_iter()
        .filter(|(_, record)| wanted(record.action, record.moment))
        .map(|(id, _)| id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use model::plan::ResourceKind;

    use super::*;

    #[test]
    fn a_torn_last_line_is_dropped_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().join("journal.ndjson")).expect("UTF-8");
        let journal = Journal::open(&path).expect("opens");
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        journal
            .append(&id, Action::Create, Moment::Intent)
            .expect("appends");
        let whole = fs_err::read(&path).expect("reads");
        let torn = [whole.clone(), whole[..whole.len() / 2].to_vec()].concat();
        fs_err::write(&path, torn).expect("writes");
        assert_eq!(records(&journal.path).expect("reads").len(), 1);
        assert_eq!(journal.named().expect("reads"), std::slice::from_ref(&id));
        let other = ResourceId::new(ResourceKind::Process, "worker-1");
        let journal = Journal::open(&path).expect("opens again");
        journal
            .append(&other, Action::Create, Moment::Intent)
            .expect("appends");
        assert_eq!(journal.named().expect("reads"), [id, other]);
        journal.clear().expect("clears");
        assert_eq!(journal.named().expect("reads"), []);
    }

    #[test]
    fn what_a_crash_left_is_told_from_what_nobody_wrote() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().join("journal.ndjson")).expect("UTF-8");
        let journal = Journal::open(&path).expect("opens");
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        let append = || journal.append(&id, Action::Create, Moment::Intent);
        append().expect("appends");
        append().expect("appends");
        let whole = fs_err::read(&path).expect("reads");
        for cut in 0..whole.len() {
            fs_err::write(&path, &whole[..cut]).expect("writes");
            assert_eq!(Journal::broken_in(&path).expect("reads"), None, "{cut}");
        }
        // A power cut leaves zeros where the file had grown already.
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
            let broken = broken.expect("nobody wrote that");
            assert!(broken.starts_with("line 3 is no record: "), "{broken}");
        }
    }

    #[test]
    fn a_resource_is_named_until_its_removal_is_done() {
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        let record = |action, moment| Record {
            at: Timestamp::UNIX_EPOCH,
            id: id.clone(),
            action,
            moment,
        };
        let created = [
            record(Action::Create, Moment::Intent),
            record(Action::Create, Moment::Done),
        ];
        let only = std::slice::from_ref(&id);
        assert_eq!((named(&created), doomed(&created)), (only.to_vec(), vec![]));
        let going = [&created[..], &[record(Action::Delete, Moment::Applied)]].concat();
        assert_eq!(
            (named(&going), doomed(&going)),
            (only.to_vec(), only.to_vec())
        );
        let gone = [&going[..], &[record(Action::Delete, Moment::Done)]].concat();
        assert_eq!((named(&gone), doomed(&gone)), (vec![], vec![]));
        let back = [&gone[..], &created[..1]].concat();
        assert_eq!((named(&back), doomed(&back)), (only.to_vec(), vec![]));
        assert!(cut_short(&back) && !cut_short(&gone) && !cut_short(&going));
        let replaced = [&created[..], &[record(Action::Update, Moment::Intent)]].concat();
        assert_eq!(doomed(&replaced), only);
        let again = [&replaced[..], &[record(Action::Update, Moment::Applied)]].concat();
        assert_eq!(doomed(&again), []);
    }
}
