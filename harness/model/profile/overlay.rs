//! Merging of values from several profiles.

use std::collections::BTreeMap;

use super::scalar::{EnvironmentName, Text};

/// A value that is merged with the value of an extending profile instead of being replaced by it.
pub(super) trait Overlay: Sized {
    /// Merges `over` into this value. `over` has precedence.
    fn overlay(self, over: Self) -> Self;
}

impl<T: Overlay> Overlay for Option<T> {
    fn overlay(self, over: Self) -> Self {
        match (self, over) {
            (Some(base), Some(over)) => Some(base.overlay(over)),
            (base, over) => over.or(base),
        }
    }
}

impl Overlay for BTreeMap<EnvironmentName, Text> {
    fn overlay(mut self, over: Self) -> Self {
        self.extend(over);
        self
    }
}
