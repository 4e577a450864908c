//! Values that merge.

use std::collections::BTreeMap;

use super::word::{EnvironmentName, Text};

/// Values that merge rather than replace each other.
pub(super) trait Overlay: Sized {
    /// Lays `over` over these values.
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
