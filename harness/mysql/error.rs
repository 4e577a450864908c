//! Errors of MySQL connections.

use mysql_async::{DriverError, IoError, ServerError, TlsError};

/// An error of the driver, unwrapped, because each of its wrappers repeats the text of the inner
/// error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("MySQL does not answer at {address}")]
    Unreachable {
        address: String,
        #[source]
        source: Cause,
    },
    #[error("MySQL at {address} refuses user `{user}`: {reason}")]
    Denied {
        address: String,
        user: String,
        /// MySQL's message.
        reason: String,
    },
    /// MySQL accepts no further connection.
    #[error("MySQL at {address} refuses more connections: {reason}")]
    TooManyConnections {
        address: String,
        /// MySQL's message.
        reason: String,
    },
    #[error("MySQL at {address} refuses a connection without TLS: {reason}")]
    TlsRequired {
        address: String,
        /// MySQL's message.
        reason: String,
    },
    /// The TLS handshake failed: another authority signed the server's certificate, or the server
    /// has no TLS.
    #[error("could not make a trusted TLS connection to MySQL at {address}")]
    Tls {
        address: String,
        #[source]
        source: Cause,
    },
    /// MySQL did not answer in time.
    #[error("MySQL at {address} took longer than {seconds}s to answer")]
    Deadline { address: String, seconds: u64 },
    #[error("MySQL at {address} refused a query")]
    Query {
        address: String,
        #[source]
        source: Cause,
    },
    /// The answer has an unexpected form.
    #[error("MySQL at {address} gave an unexpected answer for {question}: `{answer}`")]
    Answer {
        address: String,
        /// What the query was about.
        question: String,
        answer: String,
    },
}

/// MySQL's error numbers, from its list of server error messages.
mod number {
    /// `ER_CON_COUNT_ERROR`, `ER_TOO_MANY_USER_CONNECTIONS`, `ER_USER_LIMIT_REACHED`.
    pub(super) const CONNECTIONS: [u16; 3] = [1040, 1203, 1226];
    /// `ER_DBACCESS_DENIED_ERROR`, `ER_ACCESS_DENIED_ERROR`, `ER_ACCESS_DENIED_NO_PASSWORD_ERROR`.
    pub(super) const DENIED: [u16; 3] = [1044, 1045, 1698];
    /// `ER_SECURE_TRANSPORT_REQUIRED`.
    pub(super) const TLS_REQUIRED: u16 = 3159;
}

impl Error {
    /// Converts an error of the driver.
    pub(super) fn of_driver(address: &str, user: &str, source: mysql_async::Error) -> Self {
        use mysql_async::Error::{Driver, Io, Server};

        let address = address.to_owned();
        match source {
            Server(error) => Self::of_server(address, user, error),
            Io(IoError::Io(error)) if !is_of_tls(&error) => Self::unreachable(address, error),
            Io(IoError::Io(error)) => Self::tls(address, error),
            Io(IoError::Tls(error)) => Self::tls(address, of_tls(error)),
            Driver(error @ DriverError::ConnectionClosed) => Self::unreachable(address, error),
            Driver(error @ DriverError::NoClientSslFlagFromServer) => Self::tls(address, error),
            other => Self::Query {
                address,
                source: other.into(),
            },
        }
    }

    fn unreachable(address: String, source: impl Into<Cause>) -> Self {
        let source = source.into();
        Self::Unreachable { address, source }
    }

    fn tls(address: String, source: impl Into<Cause>) -> Self {
        let source = source.into();
        Self::Tls { address, source }
    }

    /// Converts an error that the server reports.
    fn of_server(address: String, user: &str, error: ServerError) -> Self {
        let reason = error.message.clone();
        let user = user.to_owned();
        match error.code {
            code if number::DENIED.contains(&code) => Self::Denied {
                address,
                user,
                reason,
            },
            code if number::CONNECTIONS.contains(&code) => {
                Self::TooManyConnections { address, reason }
            }
            number::TLS_REQUIRED => Self::TlsRequired { address, reason },
            _ => Self::Query {
                address,
                source: error.into(),
            },
        }
    }
}

/// The inner error of a TLS error.
fn of_tls(error: TlsError) -> Cause {
    match error {
        TlsError::Tls(error) => error.into(),
        TlsError::InvalidDnsName(error) => error.into(),
        TlsError::Pem(error) => error.into(),
        TlsError::VerifierBuilderError(error) => error.into(),
    }
}

/// Whether an I/O error wraps an error of the TLS handshake.
fn is_of_tls(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some()
}
