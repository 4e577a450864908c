//! What a client is made of.

use super::{Clock, Credential, Endpoints, Recorder};

/// What a client is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where Azure is.
    pub endpoints: Endpoints,
    /// Who asks.
    pub credential: Credential,
    /// The id of the command, a UUID.
    pub correlation_id: String,
    /// What waits are measured in.
    pub clock: Clock,
    /// Who is told of each exchange.
    pub recorder: Option<Recorder>,
}
