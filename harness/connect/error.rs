//! Errors of a connection attempt.

use std::time::Duration;

use temporalio_client::errors::ClientConnectError;
use temporalio_client::tonic;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address, Temporal's profile file or a certificate is wrong. Trying again does not help.
    #[error("invalid Temporal client configuration: {message}")]
    Configuration {
        /// The SDK's message. The SDK's error is not `Send`, so it cannot be a source.
        message: String,
    },
    /// Nothing at the address speaks gRPC, or TLS failed.
    #[error("could not connect to Temporal at {address}")]
    Transport {
        /// The configured address.
        address: String,
        #[source]
        source: tonic::transport::Error,
    },
    /// The server answered, but did not accept the first call.
    #[error("the first call to Temporal at {address} failed")]
    FirstCall {
        /// The configured address.
        address: String,
        /// The gRPC status of the call.
        #[source]
        source: tonic::Status,
    },
    #[error("could not resolve the host name of {address}")]
    Resolve {
        /// The configured address.
        address: String,
        #[source]
        source: std::io::Error,
    },
    #[error("no answer from Temporal at {address} within {limit:?}")]
    TimedOut {
        /// The configured address.
        address: String,
        /// The connect timeout.
        limit: Duration,
    },
}

impl Error {
    /// The server's answer if it did not accept the first call. `None` if the transport failed.
    pub fn refusal(&self) -> Option<&tonic::Status> {
        match self {
            Self::FirstCall { source, .. } if std::error::Error::source(source).is_none() => {
                Some(source)
            }
            _ => None,
        }
    }

    /// Converts the SDK's error, whose text would contain the debug form of its source.
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
