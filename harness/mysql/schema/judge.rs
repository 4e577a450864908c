//! Derives the state of a schema from the content of a database. Pure.

use std::collections::BTreeSet;

use super::manifest::{Change, Delta, Manifest, Step};
use super::object::Object;
use super::state::State;
use super::version::Version;

/// The content of a database.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The version that the tool recorded, if any.
    pub(super) version: Option<Version>,
    /// Every table, column and index, including foreign ones.
    pub(super) objects: BTreeSet<Object>,
}

/// The state of the schema in `database`, for a server that expects a version.
pub(super) fn judge(
    manifest: &Manifest,
    database: &str,
    found: &Found,
    expected: Option<Version>,
) -> State {
    let version = found.version.unwrap_or(Version::NONE);
    let mut after = manifest.after(version);
    let next = after.next();
    let mut before = manifest.objects(version);
    // The steps do not list the columns that a table is created with, but they list the columns
    // that are dropped.
    before.extend(next.into_iter().flat_map(Delta::drops));
    let between = Between {
        database,
        found: &found.objects,
        before,
    };
    // An interrupted update leaves no table, column or index of a version after the next. If there
    // is one, the recorded version is wrong or missing.
    let unexplained = match found.version {
        Some(_) => between.latest(after),
        None => between.latest(manifest.after(version)),
    };
    if let Some((towards, applied)) = unexplained {
        return State::HalfApplied {
            version,
            towards,
            applied,
            remedy: Vec::new(),
        };
    }
    match next {
        _ if found.version.is_none() => State::Empty,
        Some(next) if between.is_stuck(next) => State::HalfApplied {
            version,
            towards: next.version,
            applied: between.applied(next),
            remedy: between.remedy(next),
        },
        _ => by_version(version, expected),
    }
}

/// The state of a complete schema.
fn by_version(version: Version, expected: Option<Version>) -> State {
    match expected {
        _ if version == Version::NONE => State::Older(version),
        Some(expected) if version < expected => State::Older(version),
        Some(expected) if version > expected => State::Newer(version),
        _ => State::Current(version),
    }
}

/// A database between its recorded version and a later one.
struct Between<'a> {
    database: &'a str,
    found: &'a BTreeSet<Object>,
    /// The objects of the recorded version.
    before: BTreeSet<&'a Object>,
}

impl Between<'_> {
    /// The latest of some versions that has left changes, and these changes.
    fn latest<'d>(
        &self,
        deltas: impl Iterator<Item = &'d Delta>,
    ) -> Option<(Version, Vec<String>)> {
        let added = deltas.map(|delta| (delta.version, self.added(delta)));
        let mut added: Vec<_> = added.filter(|(_, added)| !added.is_empty()).collect();
        added.pop()
    }

    /// What a version has added, without what it drops and creates again.
    fn added(&self, delta: &Delta) -> Vec<String> {
        let drops = delta.drops();
        let steps = delta.steps.iter();
        let added = steps.filter(|step| !drops.contains(&step.object) && self.is_new(&step.object));
        added.map(|step| format!("added {}", step.object)).collect()
    }

    /// Whether an object exists that the version does not have.
    fn is_new(&self, object: &Object) -> bool {
        self.found.contains(object) && !self.before.contains(object)
    }

    /// Whether an object of the version is missing.
    fn is_gone(&self, object: &Object) -> bool {
        !self.found.contains(object) && self.before.contains(object)
    }

    /// Whether the tool would fail if it ran the steps of an update again. The tool continues only
    /// after an error with the words `already exist` or `not found`. Of MySQL's errors, that is
    /// only the one for an existing table (`tools/common/schema/updatetask.go`).
    fn is_stuck(&self, delta: &Delta) -> bool {
        delta
            .steps
            .iter()
            .any(|step| match (&step.change, &step.object) {
                (Change::Add, Object::Table(_)) => false,
                (Change::Add | Change::AddFilled, object) => self.is_new(object),
                (Change::Drop(_), object) => self.is_gone(object),
            })
    }

    /// The visible changes of an update.
    fn applied(&self, delta: &Delta) -> Vec<String> {
        let applied = delta.steps.iter().filter_map(|step| match step.change {
            Change::Add | Change::AddFilled if self.is_new(&step.object) => {
                Some(format!("added {}", step.object))
            }
            Change::Drop(_) if self.is_gone(&step.object) => {
                Some(format!("dropped {}", step.object))
            }
            _ => None,
        });
        applied.collect()
    }

    /// The statements that undo an update, the last step first.
    fn remedy(&self, delta: &Delta) -> Vec<String> {
        let steps = delta.steps.iter().rev();
        steps.filter_map(|step| self.undo(step)).collect()
    }

    /// The statement that undoes a step, if the step was done and dropping its table does not undo
    /// it.
    fn undo(&self, step: &Step) -> Option<String> {
        let object = &step.object;
        let goes_with = object.within().is_some_and(|table| self.is_new(&table));
        match &step.change {
            _ if goes_with => None,
            Change::Add | Change::AddFilled if self.is_new(object) => {
                Some(object.drop(self.database))
            }
            Change::Drop(definition) if self.is_gone(object) => {
                Some(object.create(self.database, definition))
            }
            _ => None,
        }
    }
}
