//! The layers of a profile: files and `--set` assignments. Errors name the layer with the error.

use camino::Utf8Path;
use serde_saphyr::Spanned;

use super::assignment::Assignment;
use super::model::Profile;
use super::overlay::Overlay;
use crate::document::{self, Error, Position};

/// One file or one `--set`, parsed separately.
#[derive(Debug)]
pub(super) struct Layer {
    source: Source,
    pub(super) written: Profile,
}

#[derive(Debug)]
enum Source {
    File { name: String, text: String },
    Set(Assignment),
}

impl Layer {
    pub(super) fn of_file(path: &Utf8Path, text: String) -> Result<Self, Error> {
        let written = document::parse(path.as_str(), &text)?;
        let name = path.to_string();
        Ok(Self {
            source: Source::File { name, text },
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
            Source::File { name, text } => Error::at(name, text, position, message),
            Source::Set(assignment) => assignment.error_at(position, message),
        }
    }

    /// An error of the whole layer, such as a missing key.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        match &self.source {
            Source::File { name, text } => Error::at_top(name, text, message),
            Source::Set(assignment) => assignment.error(message),
        }
    }

    fn name(&self) -> &str {
        match &self.source {
            Source::File { name, .. } => name,
            Source::Set(_) => "--set",
        }
    }
}

/// All layers of one profile.
#[derive(Debug)]
pub(super) struct Layers {
    /// The requested file.
    pub(super) leaf: Layer,
    /// The files that it extends, the direct one first.
    pub(super) extended: Vec<Layer>,
    /// The assignments, in the order of the command line.
    pub(super) sets: Vec<Layer>,
}

impl Layers {
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

    /// The value, or an error with its key and the files in which it is missing.
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

    /// The layer with the highest precedence for which `find` returns a value, and that value.
    pub(super) fn last<'a, T>(
        &'a self,
        find: impl Fn(&'a Profile) -> Option<T>,
    ) -> Option<(&'a Layer, T)> {
        let last_first = self
            .sets
            .iter()
            .rev()
            .chain([&self.leaf])
            .chain(&self.extended);
        let mut seen = last_first.filter_map(|layer| Some((layer, find(&layer.written)?)));
        seen.next()
    }
}

/// The position of a value in its layer.
pub(super) fn position<T>(value: &Spanned<T>) -> Position {
    Position::from(value.referenced)
}
