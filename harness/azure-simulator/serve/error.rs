//! Errors of the built-in Azure's server.

use std::io;

use camino::Utf8PathBuf;

/// Why the built-in Azure does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not listen on 127.0.0.1{}", .port.map(|port| format!(":{port}")).unwrap_or_default())]
    Listen {
        /// The requested port. `None` if any port would have been accepted.
        port: Option<u16>,
        #[source]
        source: io::Error,
    },
    #[error("could not create the certificate of the built-in Azure")]
    Certificate(#[source] rcgen::Error),
    /// The TLS library does not accept the certificate.
    #[error("could not use the certificate of the built-in Azure")]
    Tls(#[source] rustls::Error),
    /// The state cannot be read, or its folder cannot be created.
    #[error("could not use the state of the built-in Azure in {path}")]
    Read {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
}
