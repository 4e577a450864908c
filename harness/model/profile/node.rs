//! A document as a tree: maps keep the order of their keys.

use serde::Serialize;
use serde_json::{Value, json};

/// A map, or a value that is written on one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Map(Vec<(String, Self)>),
    Leaf(Value),
}

impl Node {
    /// A map whose values are written on one line each.
    pub(super) fn of<'a, V: Serialize + 'a>(
        entries: impl IntoIterator<Item = (&'a String, &'a V)>,
    ) -> Self {
        let entries = entries.into_iter();
        Self::Map(
            entries
                .map(|(key, value)| (key.clone(), leaf(value)))
                .collect(),
        )
    }
}

/// A value that is written on one line.
pub(super) fn leaf(value: impl Serialize) -> Node {
    Node::Leaf(json!(value))
}

/// A map without the keys that have no value.
pub(super) fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
    let entries = entries.into_iter();
    let present = entries.filter(|(_, node)| *node != Node::Leaf(Value::Null));
    Node::Map(present.map(|(key, node)| (key.to_owned(), node)).collect())
}
