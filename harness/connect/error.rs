//! Why there is no connection.

use std::time::Duration;

use temporalio_client::errors::ClientConnectError;
use temporalio_client::tonic;

/// A connection that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address, the profile file or a certificate is wrong: trying again does not help.
    #[error("Temporal client configuration: {message}")]
    Configuration {
        /// The SDK's words; its error cannot cross threads, so it is not a source.
        message: String,
    },
    /// Nothing at the address speaks gRPC, or TLS failed.
    #[error("connect to Temporal at {address}")]
    Transport {
        /// The address as configured.
        address: String,
        /// What the transport met.
        #[source]
        source: tonic::transport::Error,
    },
    /// Something answered, and did not accept the first call.
    #[error("first call to Temporal at {address}")]
    FirstCall {
        /// The address as configured.
        address: String,
        /// gRPC status of the call.
        #[source]
        source: tonic::Status,
    },
    /// The host name does not resolve.
    #[error("resolve the host of {address}")]
    Resolve {
        /// The address as configured.
        address: String,
        /// What the resolver said.
        #[source]
        source: std::io::Error,
    },
    /// Nothing answered in time.
    #[error("no answer from Temporal at {address} within {limit:?}")]
    TimedOut {
        /// The address as configured.
        address: String,
        /// The connect timeout.
        limit: Duration,
    },
}

impl Error {
    /// Sorts the SDK's error, whose text shows its source's debug form, into ours.
    pub(crate) fn from_sdk(address: String, error: ClientConnectError) -> Self {
        match error {
            ClientConnectError::TonicTransportError(source) => Self::Transport { address, source },
            ClientConnectError::SystemInfoCallError(status) => Self::FirstCall {
                address,
                source: status,
            },
            ClientConnectError::DnsResolutionError { source, .. } => {
                Self::Resolve { address, source }
            }
            other => Self::Configuration {
                message: other.to_string(),
            },
        }
    }
}
