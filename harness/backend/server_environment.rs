//! The environment of the Temporal server. The names of the variables are those of the
//! configuration template in its executable (`common/config/config_template_embedded.yaml` in its
//! source).

use model::topology::{DEFAULT_STORE_POOL, Topology, VISIBILITY_STORE_POOL};
use mysql::schema::Store;

/// The settings that differ between places and are the same for every role.
pub struct ServerEnvironment<'a> {
    pub topology: &'a Topology,
    /// MySQL's host, as in its certificate.
    pub mysql_host: &'a str,
    pub mysql_port: u16,
    pub mysql_user: &'a str,
    /// The file with the CA certificates for MySQL. Without it, the connection is not encrypted.
    pub roots: Option<String>,
    pub dynamic_config: String,
    /// Where the frontend serves gRPC.
    pub grpc: String,
    /// Where the frontend serves HTTP.
    pub http: String,
}

impl ServerEnvironment<'_> {
    /// The variables. The visibility store inherits from the default store what is not set for it.
    pub fn variables(self) -> Vec<(&'static str, String)> {
        let host = self.mysql_host.to_owned();
        let mut variables = vec![
            ("DB", "mysql8".to_owned()),
            ("MYSQL_SEEDS", host.clone()),
            ("DB_PORT", self.mysql_port.to_string()),
            ("MYSQL_USER", self.mysql_user.to_owned()),
            ("DBNAME", Store::Default.database().to_owned()),
            ("VISIBILITY_DBNAME", Store::Visibility.database().to_owned()),
            ("SQL_MAX_CONNS", DEFAULT_STORE_POOL.to_string()),
            ("SQL_MAX_IDLE_CONNS", DEFAULT_STORE_POOL.to_string()),
            ("SQL_VIS_MAX_CONNS", VISIBILITY_STORE_POOL.to_string()),
            ("SQL_VIS_MAX_IDLE_CONNS", VISIBILITY_STORE_POOL.to_string()),
            (
                "NUM_HISTORY_SHARDS",
                self.topology.temporal.history_shards.to_string(),
            ),
            ("DYNAMIC_CONFIG_FILE_PATH", self.dynamic_config),
            // Stored with the cluster. Without these, the server stores the address of the process
            // that started first.
            ("CLUSTER_RPC_ADDRESS", self.grpc.clone()),
            ("CLUSTER_HTTP_ADDRESS", self.http),
            // Where the server's own workers find the frontend, which may run elsewhere.
            ("PUBLIC_FRONTEND_ADDRESS", self.grpc),
            ("TEMPORAL_VERSION_CHECK_DISABLED", "1".to_owned()),
            ("LOG_LEVEL", "warn".to_owned()),
        ];
        if let Some(roots) = self.roots {
            variables.extend([
                ("SQL_TLS_ENABLED", "true".to_owned()),
                ("SQL_CA", roots),
                // Off by default, so the server's certificate would not be checked.
                ("SQL_HOST_VERIFICATION", "true".to_owned()),
                ("SQL_HOST_NAME", host),
            ]);
        }
        variables
    }
}
