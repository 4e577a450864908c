//! Where a document comes from: a file, or the program itself.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

/// The origin of a document. Its text is the document's name in errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// This file.
    File(Utf8PathBuf),
    /// The built-in document with this name.
    BuiltIn(&'static str),
}

impl Origin {
    /// The path of the file.
    pub fn file(&self) -> Option<&Utf8Path> {
        match self {
            Self::File(path) => Some(path),
            Self::BuiltIn(_) => None,
        }
    }

    /// The document on a command line: the path of the file, or the name.
    pub fn word(&self) -> &str {
        match self {
            Self::File(path) => path.as_str(),
            Self::BuiltIn(name) => name,
        }
    }

    /// The name of the document: the file's name without its extension.
    pub fn stem(&self) -> Option<&str> {
        match self {
            Self::File(path) => path.file_stem(),
            Self::BuiltIn(name) => Some(name),
        }
    }
}

impl From<&str> for Origin {
    fn from(path: &str) -> Self {
        Self::File(path.into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(out),
            Self::BuiltIn(name) => write!(out, "built-in {name}.yaml"),
        }
    }
}

/// Documents that are part of the program, by name.
///
/// ```
/// use model::document::BuiltIn;
///
/// const GREETINGS: BuiltIn = BuiltIn::new(&[("hello", "text: hello\n")]);
/// assert_eq!(GREETINGS.find("hello"), Some(("hello", "text: hello\n")));
/// assert_eq!(GREETINGS.find("bye"), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn(&'static [(&'static str, &'static str)]);

impl BuiltIn {
    /// Documents, each with its name and its text.
    pub const fn new(documents: &'static [(&'static str, &'static str)]) -> Self {
        Self(documents)
    }

    /// A document with its name and its text.
    pub fn find(self, name: &str) -> Option<(&'static str, &'static str)> {
        self.documents().find(|(own, _)| *own == name)
    }

    /// Every document with its name and its text.
    pub fn documents(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().copied()
    }

    /// The names of the documents.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.documents().map(|(name, _)| name)
    }
}
