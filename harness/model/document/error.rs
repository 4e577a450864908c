//! Errors in documents, with their position.

use std::fmt;

use serde_saphyr::Location;

use super::position::Position;
use super::{message, snippet};

/// An error in a document. Displays as `name:line:column: message`, followed by the line with the
/// error underlined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    name: String,
    position: Option<Position>,
    message: String,
    snippet: Option<String>,
}

impl Error {
    /// An error at the position of a value, usually the `referenced` location of a
    /// [`serde_saphyr::Spanned`]. `text` is the whole document. `message` is a lowercase fragment.
    pub fn at(
        name: impl Into<String>,
        text: &str,
        position: impl Into<Position>,
        message: impl Into<String>,
    ) -> Self {
        let position = position.into();
        Self {
            name: name.into(),
            position: Some(position),
            message: message.into(),
            snippet: snippet::render(text, position),
        }
    }

    /// An error in a command line argument that contains a YAML value. Displays as
    /// `option argument: message`, followed by the argument with the error underlined.
    pub fn in_argument(
        option: &str,
        argument: &str,
        position: Position,
        message: impl Into<String>,
    ) -> Self {
        Self {
            name: format!("{option} {argument}"),
            position: None,
            message: message.into(),
            snippet: snippet::render(argument, position),
        }
    }

    /// An error of the whole document, without a position.
    pub fn of_whole(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            position: None,
            message: message.into(),
            snippet: None,
        }
    }

    /// An error of the whole document, such as a missing key, shown at the first key.
    pub fn at_top(name: impl Into<String>, text: &str, message: impl Into<String>) -> Self {
        match snippet::top(text) {
            Some(position) => Self::at(name, text, position, message),
            None => Self::of_whole(name, message),
        }
    }

    pub(super) fn of_parser(name: &str, text: &str, source: &serde_saphyr::Error) -> Self {
        let position = source
            .location()
            .filter(|location| *location != Location::UNKNOWN)
            .map(|location| snippet::locate(source, text, location.into()));
        let message = message::of(
            source,
            position.and_then(|position| snippet::cut(text, position)),
        );
        match position {
            Some(position) => Self::at(name, text, position, message),
            None => Self::of_whole(name, message),
        }
    }

    /// The name of the document, usually its path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `None` for an error of the whole document or of an argument.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The message, without the position and the line.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if let Some(Position { line, column, .. }) = self.position {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": {}", self.message)?;
        match &self.snippet {
            Some(snippet) => write!(out, "\n{snippet}"),
            None => Ok(()),
        }
    }
}
