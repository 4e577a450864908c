//! A scenario with the text it was read from, so that what is wrong with it can be shown.

use model::document;
use serde_saphyr::Location;

use super::model::Scenario;

/// A scenario file.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    /// What it says.
    pub scenario: Scenario,
}

impl Document {
    /// Reads a scenario; `name` is what errors call the file.
    pub fn parse(
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<Self, document::Error> {
        let (name, text) = (name.into(), text.into());
        let scenario = document::parse(&name, &text)?;
        Ok(Self {
            name,
            text,
            scenario,
        })
    }

    /// What errors call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the file says.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn error(&self, place: Location, message: impl Into<String>) -> document::Error {
        document::Error::at(&*self.name, &self.text, place, message)
    }
}
