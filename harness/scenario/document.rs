//! A scenario with the text of its file, so that errors can show the line.

use model::document;
use serde_saphyr::Location;

use super::model::Scenario;

#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    pub scenario: Scenario,
}

impl Document {
    /// Reads a scenario. Errors call the file `name`.
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

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn error(&self, location: Location, message: impl Into<String>) -> document::Error {
        document::Error::at(&*self.name, &self.text, location, message)
    }
}
