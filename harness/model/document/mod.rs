//! YAML documents that people write: parsed straight into types, and when one is wrong, one error
//! with file, line, column, the offending line and, for a misspelt word, a suggestion.
//!
//! Pure: takes a text and the name to cite it by, never opens a file.
//!
//! What a type can say, [`parse`] checks: unknown and repeated keys, unknown choices, quantities.
//! What needs a comparison of values is checked afterwards, with the same kind of error: declare
//! the value as [`serde_saphyr::Spanned`] and hand its location to [`Error::at`].
//!
//! ```
//! use model::document::{self, Error};
//! use serde_saphyr::Spanned;
//!
//! #[derive(Debug, serde::Deserialize)]
//! #[serde(rename_all = "kebab-case", deny_unknown_fields)]
//! struct Window {
//!     open: u16,
//!     close: Spanned<u16>,
//! }
//!
//! let (name, text) = ("window.yaml", "open: 9\nclose: 5\n");
//! let window: Window = document::parse(name, text)?;
//! assert!(window.close.value < window.open);
//! let error = Error::at(name, text, window.close.referenced, "`close` comes before `open`");
//! assert_eq!(
//!     error.to_string(),
//!     "window.yaml:2:8: `close` comes before `open`\n  |\n2 | close: 5\n  |        ^"
//! );
//! # Ok::<(), Error>(())
//! ```

mod choice;
mod error;
mod message;
mod place;
mod snippet;
mod suggest;

pub use choice::choice;
pub use error::Error;
pub use place::Place;
pub use suggest::{did_you_mean, instead};

use serde::de::DeserializeOwned;

/// Reads one YAML document into `T`; `name` is what errors call the document, usually its path.
///
/// A type meant for this has `#[serde(rename_all = "kebab-case", deny_unknown_fields)]` and
/// externally tagged enums, each behind [`choice`]; `flatten`, `untagged` and `tag` lose the place of an error.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    // As YAML 1.2 has it, and as editors do that go by the schemas: `no` and `010` are texts.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|source| Error::of_parser(name, text, &source))
}
