//! The layers of a profile: documents and `--set` assignments. Errors name the layer with the error.

use serde_saphyr::Spanned;

use super::assignment::Assignment;
use super::model::Profile;
use super::overlay::Overlay;
use super::show::ValueOrigin;
use crate::document::{self, Error, Origin, Position};

/// One document or one `--set`, parsed separately.
#[derive(Debug)]
pub(super) struct Layer {
    source: Source,
    pub(super) written: Profile,
}

#[derive(Debug)]
enum Source {
    Document {
        origin: Origin,
        name: String,
        text: String,
    },
    Set(Assignment),
}

impl Layer {
    pub(super) fn of_document(origin: Origin, text: String) -> Result<Self, Error> {
        let name = origin.to_string();
        let written = document::parse(&name, &text)?;
        Ok(Self {
            source: Source::Document { origin, name, text },
            written,
        })
    }

    pub(super) fn of_set(argument: &str) -> Result<Self, Error> {
        let assignment = Assignment::read(argument)?;
        let written = assignment.parse()?;
        Ok(Self {
            source: Source::Set(assignment),
            written,
        })
    }

    /// An error at the position of a value of this layer.
    pub(super) fn error_at<T>(&self, value: &Spanned<T>, message: impl Into<String>) -> Error {
        self.error_in(position(value), message)
    }

    /// An error at a position in this layer.
    fn error_in(&self, position: Position, message: impl Into<String>) -> Error {
        match &self.source {
            Source::Document { name, text, .. } => Error::at(name, text, position, message),
            Source::Set(assignment) => assignment.error_at(position, message),
        }
    }

    /// An error of the whole layer, such as a missing key.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        match &self.source {
            Source::Document { name, text, .. } => Error::at_top(name, text, message),
            Source::Set(assignment) => assignment.error(message),
        }
    }

    /// The path of each key, and its position.
    pub(super) fn outline(&self) -> Result<Vec<(Vec<String>, Position)>, Error> {
        match &self.source {
            Source::Document { name, text, .. } => document::outline(name, text),
            Source::Set(assignment) => assignment.outline(),
        }
    }

    /// The origin of a value at a position in this layer.
    pub(super) fn value_origin(&self, position: Position) -> ValueOrigin {
        match &self.source {
            Source::Document { origin, .. } => ValueOrigin::Document {
                origin: origin.clone(),
                line: position.line,
            },
            Source::Set(assignment) => ValueOrigin::Set(assignment.argument().to_owned()),
        }
    }

    /// The origin of the document; `None` for a `--set`.
    pub(super) fn origin(&self) -> Option<&Origin> {
        match &self.source {
            Source::Document { origin, .. } => Some(origin),
            Source::Set(_) => None,
        }
    }

    fn name(&self) -> &str {
        match &self.source {
            Source::Document { name, .. } => name,
            Source::Set(_) => "--set",
        }
    }
}

/// All layers of one profile.
#[derive(Debug)]
pub(super) struct Layers {
    /// The requested document.
    pub(super) leaf: Layer,
    /// The documents that it extends, the direct one first.
    pub(super) extended: Vec<Layer>,
    /// The assignments, in the order of the command line.
    pub(super) sets: Vec<Layer>,
}

impl Layers {
    /// The documents: the requested one, then those that it extends.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.leaf).chain(&self.extended)
    }

    /// Merges all layers.
    pub(super) fn merged(&self) -> Profile {
        let extended = self.extended.iter().rev().map(|layer| Profile {
            // These values are not inherited.
            name: None,
            description: None,
            ..layer.written.clone()
        });
        let own = std::iter::once(&self.leaf).chain(&self.sets);
        extended
            .chain(own.map(|layer| layer.written.clone()))
            .fold(Profile::default(), Overlay::overlay)
    }

    /// All layers, the one with the highest precedence first.
    pub(super) fn last_first(&self) -> impl Iterator<Item = &Layer> {
        self.sets.iter().rev().chain(self.documents())
    }

    /// The value, or an error with its key and the documents in which it is missing.
    pub(super) fn require<T>(&self, value: Option<T>, key: &str) -> Result<T, Error> {
        value.ok_or_else(|| {
            let extended: Vec<&str> = self.extended.iter().map(Layer::name).collect();
            let extended = match &*extended {
                [] => String::new(),
                names => format!(" here and in the extended profiles ({})", names.join(", ")),
            };
            self.leaf.error(format!("key `{key}` is missing{extended}"))
        })
    }

    /// An error at the value that `find` returns for the layer with the highest precedence.
    pub(super) fn error_at<T>(
        &self,
        find: impl Fn(&Profile) -> Option<&Spanned<T>>,
        message: &str,
    ) -> Error {
        self.error_where(|written| find(written).map(position), message)
    }

    /// An error at the position that `find` returns for the layer with the highest precedence.
    pub(super) fn error_where(
        &self,
        find: impl Fn(&Profile) -> Option<Position>,
        message: &str,
    ) -> Error {
        match self.last(find) {
            Some((layer, position)) => layer.error_in(position, message),
            None => self.leaf.error(message),
        }
    }

    /// An error at a key of the document, in the layer with the highest precedence that has it.
    pub(super) fn error_at_key(
        &self,
        key: &str,
        has: impl Fn(&Profile) -> bool,
        message: &str,
    ) -> Error {
        let found = self.last(|written| has(written).then_some(()));
        let layer = found.map_or(&self.leaf, |(layer, ())| layer);
        let outline = layer.outline().unwrap_or_default();
        match outline.into_iter().find(|(path, _)| *path == [key]) {
            Some((_, position)) => layer.error_in(position, message),
            None => layer.error(message),
        }
    }

    /// The layer with the highest precedence for which `find` returns a value, and that value.
    pub(super) fn last<'a, T>(
        &'a self,
        find: impl Fn(&'a Profile) -> Option<T>,
    ) -> Option<(&'a Layer, T)> {
        let mut seen = self
            .last_first()
            .filter_map(|layer| Some((layer, find(&layer.written)?)));
        seen.next()
    }
}

/// The position of a value in its layer.
pub(super) fn position<T>(value: &Spanned<T>) -> Position {
    Position::from(value.referenced)
}
