//! The options of a client.

use super::{Clock, Credential, Endpoints, Recorder};

/// The options of a client.
#[derive(Debug, Clone)]
pub struct Options {
    pub endpoints: Endpoints,
    pub credential: Credential,
    /// A UUID that identifies the command in Azure's activity log.
    pub correlation_id: String,
    /// The clock for waits and deadlines.
    pub clock: Clock,
    /// Receives each exchange, if set.
    pub recorder: Option<Recorder>,
}
