//! Compares two sides, aspect by aspect. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::aspect::{self, Aspect};
use super::facts::{Cell, Facts, Probe};

/// The comparison of two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// Every aspect, in display order.
    pub rows: Vec<Row>,
}

/// One aspect of both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The name, such as `running.mysql.sync-binlog`.
    pub aspect: String,
    pub left: Cell,
    pub right: Cell,
    pub verdict: Verdict,
}

/// The result of comparing one aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Both sides have the same value.
    Same,
    /// The sides differ, as their backends explain.
    Expected,
    /// At least one side could not be read.
    Unknown,
    /// The sides differ.
    Differs,
}

impl Verdict {
    /// All verdicts, the most harmless first.
    pub const ALL: [Self; 4] = [Self::Same, Self::Expected, Self::Unknown, Self::Differs];

    fn of(left: &Cell, right: &Cell) -> Self {
        match (left, right) {
            (Cell::Unknown(_), _) | (_, Cell::Unknown(_)) => Self::Unknown,
            _ if left.to_string() == right.to_string() => Self::Same,
            (Cell::Given(_), _) | (_, Cell::Given(_)) => Self::Expected,
            (Cell::Known(_), Cell::Known(_)) => Self::Differs,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Same => "same",
            Self::Expected => "expected",
            Self::Unknown => "unknown",
            Self::Differs => "differs",
        })
    }
}

impl Comparison {
    pub fn count(&self, verdict: Verdict) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.verdict == verdict).count()
    }

    /// Whether a difference exists that the backends do not explain.
    pub fn differs(&self) -> bool {
        self.count(Verdict::Differs) > 0
    }
}

pub fn compare(left: &Facts, right: &Facts) -> Comparison {
    let mut rows = pair(aspect::place(left), aspect::place(right));
    rows.extend(pair(aspect::rendered(left), aspect::rendered(right)));
    rows.extend(match (&left.running, &right.running) {
        // If neither side is up, one row says so instead of twenty.
        (Probe::Unknown(left), Probe::Unknown(right)) => {
            let why = |why: &String| ("running".to_owned(), Cell::Unknown(why.clone()));
            pair(vec![why(left)], vec![why(right)])
        }
        _ => pair(aspect::running(left), aspect::running(right)),
    });
    Comparison { rows }
}

/// Pairs the aspects of both sides by name. An aspect that one side lacks, such as a namespace, is
/// `none`.
fn pair(left: Vec<Aspect>, right: Vec<Aspect>) -> Vec<Row> {
    let names = merged(&left, &right);
    let mut left: BTreeMap<_, _> = left.into_iter().collect();
    let mut right: BTreeMap<_, _> = right.into_iter().collect();
    let row = |aspect: String| {
        let none = || Cell::Known(aspect::NONE.to_owned());
        let left = left.remove(&aspect).unwrap_or_else(none);
        let right = right.remove(&aspect).unwrap_or_else(none);
        let verdict = Verdict::of(&left, &right);
        Row {
            aspect,
            left,
            right,
            verdict,
        }
    };
    names.into_iter().map(row).collect()
}

/// The names of both sides. A name of the right side only stands behind its predecessor there.
fn merged(left: &[Aspect], right: &[Aspect]) -> Vec<String> {
    let mut names: Vec<String> = left.iter().map(|(name, _)| name.clone()).collect();
    let mut next = 0;
    for (name, _) in right {
        if let Some(place) = names.iter().position(|other| other == name) {
            next = place + 1;
        } else {
            names.insert(next, name.clone());
            next += 1;
        }
    }
    names
}
