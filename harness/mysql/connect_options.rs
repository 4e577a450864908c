//! The address and credentials of a MySQL connection.

use base::secret::Secret;

/// The address and credentials of a MySQL connection.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Secret,
    /// The authority's certificates (PEM) that the server's certificate is checked against. Without
    /// any, the connection is not encrypted.
    pub roots: Option<String>,
}
