//! The files and assignments that a profile is made of, each of which is cited by its own errors.

use camino::Utf8Path;
use serde_saphyr::Spanned;

use super::assignment::Assignment;
use super::model::Profile;
use super::overlay::Overlay;
use crate::document::{self, Error, Place};

/// One file or one `--set`, read on its own.
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

    /// An error at one of this layer's values.
    pub(super) fn error_at<T>(&self, value: &Spanned<T>, message: impl Into<String>) -> Error {
        self.error_in(place(value), message)
    }

    /// An error at a place in this layer.
    fn error_in(&self, place: Place, message: impl Into<String>) -> Error {
        match &self.source {
            Source::File { name, text } => Error::at(name, text, place, message),
            Source::Set(assignment) => assignment.error_at(place, message),
        }
    }

    /// An error of this layer as a whole, such as a key that it lacks.
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
    /// The file that was asked for.
    pub(super) leaf: Layer,
    /// The files it extends, the nearest first.
    pub(super) extended: Vec<Layer>,
    /// The assignments, in the order in which they were given.
    pub(super) sets: Vec<Layer>,
}

impl Layers {
    /// What all layers together say.
    pub(super) fn merged(&self) -> Profile {
        let extended = self.extended.iter().rev().map(|layer| Profile {
            // What a file says of itself alone is not passed on.
            name: None,
            description: None,
            ..layer.written.clone()
        });
        let own = std::iter::once(&self.leaf).chain(&self.sets);
        extended
            .chain(own.map(|layer| layer.written.clone()))
            .fold(Profile::default(), Overlay::overlay)
    }

    /// The value, or an error that names its key and the files that could have given it.
    pub(super) fn require<T>(&self, value: Option<T>, key: &str) -> Result<T, Error> {
        value.ok_or_else(|| {
            let extended: Vec<&str> = self.extended.iter().map(Layer::name).collect();
            let either = match &*extended {
                [] => String::new(),
                names => format!(", and not in what it extends ({}) either", names.join(", ")),
            };
            self.leaf.error(format!("key `{key}` is missing{either}"))
        })
    }

    /// An error at the value that `find` sees in the layer whose word was the last.
    pub(super) fn error_at<T>(
        &self,
        find: impl Fn(&Profile) -> Option<&Spanned<T>>,
        message: &str,
    ) -> Error {
        self.error_where(|written| find(written).map(place), message)
    }

    /// An error at the place that `find` sees in the layer whose word was the last.
    pub(super) fn error_where(
        &self,
        find: impl Fn(&Profile) -> Option<Place>,
        message: &str,
    ) -> Error {
        match self.last(find) {
            Some((layer, place)) => layer.error_in(place, message),
            None => self.leaf.error(message),
        }
    }

    /// What `find` sees in the layer whose word was the last, and that layer.
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

/// Where a value stands in its layer.
pub(super) fn place<T>(value: &Spanned<T>) -> Place {
    Place::from(value.referenced)
}
