//! Why the built-in Azure does not run.

use std::io;

use camino::Utf8PathBuf;

/// Why the built-in Azure does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No port could be listened on.
    #[error("cannot listen on 127.0.0.1{}", .port.map(|port| format!(":{port}")).unwrap_or_default())]
    Listen {
        /// The one that was wanted, if no other would do.
        port: Option<u16>,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no certificate for it.
    #[error("cannot make the built-in Azure's certificate")]
    Certificate(#[source] rcgen::Error),
    /// The certificate is not accepted.
    #[error("cannot use the built-in Azure's certificate")]
    Tls(#[source] rustls::Error),
    /// The state cannot be read.
    #[error("cannot use the state of the built-in Azure in {path}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
