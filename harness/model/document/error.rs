//! What is wrong with a document, and where.

use std::fmt;

use serde_saphyr::Location;

use super::place::Place;
use super::{message, snippet};

/// A document that does not say what it should. Displays as `name:line:column: message`, followed
/// by the offending line with the offence underlined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    name: String,
    place: Option<Place>,
    message: String,
    snippet: Option<String>,
}

impl Error {
    /// An error found by looking at values, at the place of one of them: usually the `referenced`
    /// location of a [`serde_saphyr::Spanned`]. `text` is the whole document; `message` is a
    /// lowercase fragment.
    pub fn at(
        name: impl Into<String>,
        text: &str,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Self {
        let place = place.into();
        Self {
            name: name.into(),
            place: Some(place),
            message: message.into(),
            snippet: snippet::render(text, place),
        }
    }

    /// An error at a place of a command line argument that holds a value such as a document has.
    /// Displays as `option argument: message`, followed by the argument with the offence
    /// underlined.
    pub fn in_argument(
        option: &str,
        argument: &str,
        place: Place,
        message: impl Into<String>,
    ) -> Self {
        Self {
            name: format!("{option} {argument}"),
            place: None,
            message: message.into(),
            snippet: snippet::render(argument, place),
        }
    }

    /// An error of the document as a whole, such as a key that it lacks.
    pub fn of_whole(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            place: None,
            message: message.into(),
            snippet: None,
        }
    }

    /// An error of the document as a whole, shown at its top.
    pub fn at_top(name: impl Into<String>, text: &str, message: impl Into<String>) -> Self {
        match snippet::top(text) {
            Some(place) => Self::at(name, text, place, message),
            None => Self::of_whole(name, message),
        }
    }

    pub(super) fn of_parser(name: &str, text: &str, source: &serde_saphyr::Error) -> Self {
        let place = source
            .location()
            .filter(|location| *location != Location::UNKNOWN)
            .map(|location| snippet::offence(source, text, location.into()));
        let message = message::of(source, place.and_then(|place| snippet::cut(text, place)));
        match place {
            Some(place) => Self::at(name, text, place, message),
            None => Self::of_whole(name, message),
        }
    }

    /// The name of the document, usually its path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where in the document, if at a place of it.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// What is wrong, without the place and the offending line.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if let Some(Place { line, column, .. }) = self.place {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": {}", self.message)?;
        match &self.snippet {
            Some(snippet) => write!(out, "\n{snippet}"),
            None => Ok(()),
        }
    }
}
