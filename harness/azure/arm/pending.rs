//! An operation that goes on in Azure, as data.

use serde::{Deserialize, Serialize};

/// An operation that goes on in Azure, whoever waits for it. Belongs into a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// Where to ask for it.
    pub url: String,
    /// How the answer tells its state.
    pub via: Via,
    /// Where to find what came of it, if that is not in the last answer.
    pub result: Option<String>,
}

/// How an operation tells its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// `Azure-AsyncOperation`: by the `status` of what is at the address.
    Status,
    /// `Location`: 202 until it is done, and then the result.
    Location,
    /// No header: by the `provisioningState` of the resource itself.
    Resource,
    /// No header to a `DELETE`: by the resource, until it is gone.
    Absence,
}
