//! Merging of values from several profiles.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::model::Worker;
use super::scalar::{EnvironmentName, WorkerName};
use super::variable::Variable;

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

impl Overlay for Spanned<BTreeMap<WorkerName, Worker>> {
    /// Merges each worker with the worker of the same name. The position is that of the last layer.
    fn overlay(self, mut over: Self) -> Self {
        for (name, base) in self.value {
            let own = over.value.remove(&name).unwrap_or_default();
            over.value.insert(name, base.overlay(own));
        }
        over
    }
}

impl Overlay for BTreeMap<EnvironmentName, Variable> {
    fn overlay(mut self, over: Self) -> Self {
        self.extend(over);
        self
    }
}
