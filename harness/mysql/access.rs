//! How a database is reached.

use base::secret::Secret;

/// Where a MySQL server is and who asks.
#[derive(Debug, Clone)]
pub struct Access {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// The certificates (PEM) that the server's must come from; without any, the connection is not
    /// encrypted.
    pub roots: Option<String>,
}
