//! A value that was found in the sources, with its evidence.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    pub path: Utf8PathBuf,
    pub line: usize,
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.path, self.line)
    }
}

/// A value that the sources suggest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion<T> {
    pub value: T,
    pub evidence: Evidence,
}

impl<T> Suggestion<T> {
    pub(super) fn new(value: T, evidence: Evidence) -> Self {
        Self { value, evidence }
    }
}

/// The suggestions without repeated values, compared by `key`; the first of each stays.
pub(super) fn distinct<T, K: PartialEq>(
    suggestions: impl IntoIterator<Item = Suggestion<T>>,
    key: impl Fn(&T) -> &K,
) -> Vec<Suggestion<T>> {
    let mut kept: Vec<Suggestion<T>> = Vec::new();
    for suggestion in suggestions {
        let is_kept = |it: &Suggestion<T>| key(&it.value) == key(&suggestion.value);
        if !kept.iter().any(is_kept) {
            kept.push(suggestion);
        }
    }
    kept
}
