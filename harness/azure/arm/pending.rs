//! An operation that runs in Azure, as data.

use serde::{Deserialize, Serialize};

/// An operation that runs in Azure. A journal keeps it, so that a later command can resume the
/// wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// The URL to poll.
    pub url: String,
    /// How an answer contains the state.
    pub via: PollMethod,
    /// The URL of the result, if the last answer does not contain it.
    pub result: Option<String>,
}

/// How an operation reports its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PollMethod {
    /// `Azure-AsyncOperation`: the `status` in the body.
    Status,
    /// `Location`: 202 while it runs, then the result.
    Location,
    /// No header: the `provisioningState` of the resource.
    Resource,
    /// No header after a `DELETE`: 404 once the resource is gone.
    Absence,
}
