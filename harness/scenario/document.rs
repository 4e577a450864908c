//! A scenario with the text of its document, so that errors can show the line.

use model::document::{self, Origin};
use serde_saphyr::Location;

use super::built_in::BUILT_IN;
use super::model::Scenario;

#[derive(Debug, Clone)]
pub struct Document {
    origin: Origin,
    text: String,
    pub scenario: Scenario,
}

impl Document {
    /// Reads a scenario. Errors name its origin.
    pub fn parse(
        origin: impl Into<Origin>,
        text: impl Into<String>,
    ) -> Result<Self, document::Error> {
        let (origin, text) = (origin.into(), text.into());
        let scenario = document::parse(&origin.to_string(), &text)?;
        Ok(Self {
            origin,
            text,
            scenario,
        })
    }

    /// The built-in scenario of a name.
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.find(name)?;
        let document = Self::parse(Origin::BuiltIn(name), text);
        Some(document.expect("the built-in scenarios are valid"))
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn error(&self, location: Location, message: impl Into<String>) -> document::Error {
        document::Error::at(self.origin.to_string(), &self.text, location, message)
    }
}
