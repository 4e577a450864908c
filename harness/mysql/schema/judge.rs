//! What the things found in a database say about the state of a schema. Pure.

use std::collections::BTreeSet;

use super::manifest::{Change, Delta, Manifest, Step};
use super::object::Object;
use super::state::State;
use super::version::Version;

/// What was found in a database.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The version that the tool wrote down, if it did.
    pub(super) version: Option<Version>,
    /// Every table, column and index, whoever made it.
    pub(super) objects: BTreeSet<Object>,
}

/// Judges what was found in `database`, for a server that expects a version.
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
    // The steps do not name the columns that come with their table; those that are dropped did.
    before.extend(next.into_iter().flat_map(Delta::drops));
    let between = Between {
        database,
        found: &found.objects,
        before,
    };
    // A table, column or index of a version after the next is nothing that an interrupted update
    // leaves: the recorded version is wrong, or, where none is recorded, missing.
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

/// The state of a schema that is whole.
fn by_version(version: Version, expected: Option<Version>) -> State {
    match expected {
        _ if version == Version::NONE => State::Older(version),
        Some(expected) if version < expected => State::Older(version),
        Some(expected) if version > expected => State::Newer(version),
        _ => State::Current(version),
    }
}

/// A database between the version that it has and a later one.
struct Between<'a> {
    database: &'a str,
    found: &'a BTreeSet<Object>,
    /// What its version consists of.
    before: BTreeSet<&'a Object>,
}

impl Between<'_> {
    /// The latest of some versions that has left something, and what.
    fn latest<'d>(
        &self,
        deltas: impl Iterator<Item = &'d Delta>,
    ) -> Option<(Version, Vec<String>)> {
        let added = deltas.map(|delta| (delta.version, self.added(delta)));
        let mut added: Vec<_> = added.filter(|(_, added)| !added.is_empty()).collect();
        added.pop()
    }

    /// What a version has added, but for what it makes anew.
    fn added(&self, delta: &Delta) -> Vec<String> {
        let drops = delta.drops();
        let steps = delta.steps.iter();
        let added = steps.filter(|step| !drops.contains(&step.object) && self.is_new(&step.object));
        added.map(|step| format!("added {}", step.object)).collect()
    }

    /// Whether something is there that the version does not have.
    fn is_new(&self, object: &Object) -> bool {
        self.found.contains(object) && !self.before.contains(object)
    }

    /// Whether something is not there that the version has.
    fn is_gone(&self, object: &Object) -> bool {
        !self.found.contains(object) && self.before.contains(object)
    }

    /// Whether the tool would stop if it did the steps of an update again. It goes on only after an
    /// error with the words `already exist` or `not found` in it, and of MySQL's errors that is
    /// only the one about a table that exists (`tools/common/schema/updatetask.go`).
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

    /// What an update has done, as far as it can be seen.
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

    /// The statements that take it back, the last step first.
    fn remedy(&self, delta: &Delta) -> Vec<String> {
        let steps = delta.steps.iter().rev();
        steps.filter_map(|step| self.take_back(step)).collect()
    }

    /// The statement that takes a step back, if it was done and does not go with its table.
    fn take_back(&self, step: &Step) -> Option<String> {
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
