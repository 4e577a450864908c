//! Where something stands in a document.

use serde_saphyr::Location;

/// A stretch of one line of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, counted from 1.
    pub line: usize,
    /// Column of its first character, counted in characters from 1.
    pub column: usize,
    /// Number of characters; 0 marks a point.
    pub length: usize,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            line: size(location.line()),
            column: size(location.column()),
            length: size(location.span().len()),
        }
    }
}
