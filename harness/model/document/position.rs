//! Positions in a document.

use serde_saphyr::Location;

/// A range of characters on one line of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Column of the first character, counted in characters from 1.
    pub column: usize,
    /// Number of characters. 0 marks a point between two characters.
    pub length: usize,
}

impl From<Location> for Position {
    fn from(location: Location) -> Self {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            line: size(location.line()),
            column: size(location.column()),
            length: size(location.span().len()),
        }
    }
}
