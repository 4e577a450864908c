//! Parses YAML documents into types. An error has the file, the line, the column, the line's text
//! and, for a misspelt word, a suggestion.
//!
//! Pure: the caller passes the text and the name of the document. This module opens no files.
//!
//! [`parse`] checks what types express: unknown and repeated keys, unknown choices, quantities.
//! Later checks that compare values report the same kind of error: declare the value as
//! [`serde_saphyr::Spanned`] and pass its location to [`Error::at`].
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
mod origin;
mod outline;
mod position;
mod snippet;
mod suggest;

pub use choice::choice;
pub use error::Error;
pub use origin::{BuiltIn, Origin};
pub use outline::outline;
pub use position::Position;
pub use suggest::{did_you_mean, suggestion};

use serde::de::DeserializeOwned;

/// Parses one YAML document into `T`. `name` is the name of the document in errors, usually its
/// path.
///
/// `T` should have `#[serde(rename_all = "kebab-case", deny_unknown_fields)]` and read externally
/// tagged enums with [`choice`]. Do not use `flatten`, `untagged` and `tag`: they lose the position
/// of an error.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    // Like YAML 1.2, and like editors that use the schemas: `no` and `010` are strings.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|source| Error::of_parser(name, text, &source))
}
