//! What the Temporal server is told wherever it runs, by the names that the configuration template
//! in its executable knows (`common/config/config_template_embedded.yaml` in its source).

use model::topology::{DEFAULT_STORE_POOL, Topology, VISIBILITY_STORE_POOL};
use mysql::schema::Store;

/// What differs from place to place of that which every role is told.
pub struct ServerEnvironment<'a> {
    /// The topology.
    pub topology: &'a Topology,
    /// MySQL's host, also as its certificate has it.
    pub mysql_host: &'a str,
    /// MySQL's port.
    pub mysql_port: u16,
    /// MySQL's user.
    pub mysql_user: &'a str,
    /// The file with the certificates that MySQL's is checked by; without it, nothing is encrypted.
    pub roots: Option<String>,
    /// The file with the dynamic configuration.
    pub dynamic_config: String,
    /// Where the frontend answers gRPC.
    pub grpc: String,
    /// Where the frontend answers HTTP.
    pub http: String,
}

impl ServerEnvironment<'_> {
    /// The variables. What the visibility store is not told it takes from the default store.
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
            // Stored with the cluster: without these, the address of whichever process was first.
            ("CLUSTER_RPC_ADDRESS", self.grpc.clone()),
            ("CLUSTER_HTTP_ADDRESS", self.http),
            // Where the server's own workers find the frontend, which need not be beside them.
            ("PUBLIC_FRONTEND_ADDRESS", self.grpc),
            ("TEMPORAL_VERSION_CHECK_DISABLED", "1".to_owned()),
            ("LOG_LEVEL", "warn".to_owned()),
        ];
        if let Some(roots) = self.roots {
            variables.extend([
                ("SQL_TLS_ENABLED", "true".to_owned()),
                ("SQL_CA", roots),
                // Off by default, which would leave the server's certificate unchecked.
                ("SQL_HOST_VERIFICATION", "true".to_owned()),
                ("SQL_HOST_NAME", host),
            ]);
        }
        variables
    }
}
