//! The steps from each version of a schema to the next, recorded from Temporal's SQL tool.
//!
//! The files beside this one have a line for each step, below a line with the version:
//!
//! ```text
//! 1.16
//! - column current_executions.data_encoding `data_encoding` varchar(16) DEFAULT NULL
//! + column current_executions.data_encoding
//! ```
//!
//! `-` drops an object with the given definition, and `+` adds one. A table that gets rows at once
//! is `filled`. Steps that only change a column in place are left out, since the tool can repeat
//! them. To record the steps again after a new release of Temporal:
//! `UPDATE_SCHEMA_MANIFEST=1 cargo test --lib the_recorded_steps_are_those_of_the_tool`.

use std::collections::BTreeSet;

use super::object::Object;
use super::store::Store;
use super::version::Version;

/// All versions of a store's schema, the oldest first.
#[derive(Debug)]
pub(super) struct Manifest {
    versions: Vec<Delta>,
}

/// The steps of one version.
#[derive(Debug)]
pub(super) struct Delta {
    /// The version after the steps.
    pub(super) version: Version,
    /// In the order of the tool.
    pub(super) steps: Vec<Step>,
}

/// One step of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) change: Change,
    pub(super) object: Object,
}

/// The kind of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    /// Adds a table and inserts rows.
    AddFilled,
    /// Drops an object with this definition.
    Drop(String),
}

impl Manifest {
    /// The recorded manifest of a store.
    pub(super) fn of(store: Store) -> Self {
        Self::parse(match store {
            Store::Default => include_str!("temporal.txt"),
            Store::Visibility => include_str!("visibility.txt"),
        })
        .expect("a test reads the recorded steps")
    }

    /// Parses a file. The error is the first invalid line.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut versions: Vec<Delta> = Vec::new();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for line in lines.filter(|line| !line.is_empty()) {
            if let Ok(version) = line.parse() {
                let steps = Vec::new();
                versions.push(Delta { version, steps });
            } else {
                let step = Step::parse(line).zip(versions.last_mut());
                let (step, delta) = step.ok_or_else(|| line.to_owned())?;
                delta.steps.push(step);
            }
        }
        Ok(Self { versions })
    }

    /// All objects of a version.
    pub(super) fn objects(&self, version: Version) -> BTreeSet<&Object> {
        let mut objects = BTreeSet::new();
        let upto = self.versions.iter().take_while(|d| d.version <= version);
        for step in upto.flat_map(|delta| &delta.steps) {
            if matches!(step.change, Change::Drop(_)) {
                objects.remove(&step.object);
            } else {
                objects.insert(&step.object);
            }
        }
        objects
    }

    /// The versions after a version, the next one first.
    pub(super) fn after(&self, version: Version) -> impl Iterator<Item = &Delta> {
        let after = move |delta: &&Delta| delta.version > version;
        self.versions.iter().filter(after)
    }
}

impl Delta {
    /// The objects that it drops, including those that it adds again.
    pub(super) fn drops(&self) -> BTreeSet<&Object> {
        let steps = self.steps.iter();
        let drops = steps.filter(|step| matches!(step.change, Change::Drop(_)));
        drops.map(|step| &step.object).collect()
    }
}

impl Step {
    /// Parses a line.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(4, ' ');
        let sign = words.next()?;
        let object = Object::parse(words.next()?, words.next()?)?;
        let change = match (sign, words.next()) {
            ("+", None) => Change::Add,
            ("+", Some("filled")) => Change::AddFilled,
            ("-", Some(definition)) => Change::Drop(definition.to_owned()),
            _ => return None,
        };
        Some(Self { change, object })
    }
}
