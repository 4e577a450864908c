//! What went wrong between us and MySQL.

use mysql_async::{DriverError, IoError, ServerError, TlsError};

/// What the driver reports, without its wrappers, each of which repeats what it wraps.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong between us and MySQL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers there.
    #[error("MySQL does not answer at {address}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// It refuses the user or the password.
    #[error("MySQL at {address} refuses user `{user}`: {reason}")]
    Denied {
        /// Where.
        address: String,
        /// Who.
        user: String,
        /// What it says.
        reason: String,
    },
    /// It has no connection left.
    #[error("MySQL at {address} has no connection left: {reason}")]
    TooManyConnections {
        /// Where.
        address: String,
        /// What it says.
        reason: String,
    },
    /// It refuses connections that are not encrypted.
    #[error("MySQL at {address} refuses a connection without TLS: {reason}")]
    TlsRequired {
        /// Where.
        address: String,
        /// What it says.
        reason: String,
    },
    /// No encrypted connection, or none to the server that is meant: its certificate comes from
    /// someone else, or it has no TLS at all.
    #[error("no trusted TLS connection to MySQL at {address}")]
    Tls {
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// It did not answer in time.
    #[error("MySQL at {address} took longer than {seconds}s to answer")]
    Deadline {
        /// Where.
        address: String,
        /// How long it had.
        seconds: u64,
    },
    /// It refused a question.
    #[error("MySQL at {address} could not answer")]
    Query {
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Its answer is not what the question asks for.
    #[error("MySQL at {address} gave no usable answer for {question}: `{answer}`")]
    Answer {
        /// Where.
        address: String,
        /// What was asked.
        question: String,
        /// What came.
        answer: String,
    },
}

/// MySQL's numbers of errors, by its list of server error messages.
mod number {
    /// `ER_CON_COUNT_ERROR`, `ER_TOO_MANY_USER_CONNECTIONS`, `ER_USER_LIMIT_REACHED`.
    pub(super) const CONNECTIONS: [u16; 3] = [1040, 1203, 1226];
    /// `ER_DBACCESS_DENIED_ERROR`, `ER_ACCESS_DENIED_ERROR`, `ER_ACCESS_DENIED_NO_PASSWORD_ERROR`.
    pub(super) const DENIED: [u16; 3] = [1044, 1045, 1698];
    /// `ER_SECURE_TRANSPORT_REQUIRED`.
    pub(super) const TLS_REQUIRED: u16 = 3159;
}

impl Error {
    /// Names an error of the driver.
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

    /// Names an error that the server itself reports.
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

/// What is in an error of TLS.
fn of_tls(error: TlsError) -> Cause {
    match error {
        TlsError::Tls(error) => error.into(),
        TlsError::InvalidDnsName(error) => error.into(),
        TlsError::Pem(error) => error.into(),
        TlsError::VerifierBuilderError(error) => error.into(),
    }
}

/// Whether an error of the connection is one of the handshake, which travels inside it.
fn is_of_tls(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some()
}
