//! The statements of the real tool, read from MySQL's general log.

use super::super::{Store, Version};
use crate::Client;
use crate::fixture::{Server, SqlTool};

/// A server with the tool.
pub(super) struct Bench {
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) tool: SqlTool,
}

impl Bench {
    /// Starts both.
    pub(super) async fn start() -> Self {
        let server = Server::start(&["--log-output=TABLE"]).await;
        let client = server.client().await;
        let tool = SqlTool::beside(&server).await;
        Self {
            server,
            client,
            tool,
        }
    }

    /// A new database with the tool's own tables.
    pub(super) async fn set_up(&self, database: &str) {
        for step in [&["create"] as &[_], &["setup-schema", "-v", "0.0"]] {
            self.tool.run(database, step).await.expect("it is set up");
        }
    }

    /// Lets the tool update to a version.
    pub(super) async fn update(
        &self,
        store: Store,
        database: &str,
        version: Version,
    ) -> Result<(), String> {
        let version = version.to_string();
        let schema = ["--schema-name", store.schema_name()];
        let update = ["update-schema", schema[0], schema[1], "-v", &version];
        self.tool.run(database, &update).await
    }

    /// Updates as well, and returns the tool's statements, without those on its own tables.
    pub(super) async fn statements(
        &mut self,
        store: Store,
        database: &str,
        version: Version,
    ) -> Vec<String> {
        self.execute("TRUNCATE mysql.general_log").await;
        self.execute("SET GLOBAL general_log = ON").await;
        let updated = self.update(store, database, version).await;
        self.execute("SET GLOBAL general_log = OFF").await;
        updated.expect("it is updated");
        let question = "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log \
                        WHERE command_type = 'Query'";
        let log = self.client.rows(question).await.expect("the log");
        let log = log.into_iter().flatten().flatten();
        log.filter(|statement| changes_schema(statement)).collect()
    }

    /// Runs a statement.
    pub(super) async fn execute(&mut self, statement: &str) {
        let done = self.client.rows(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }

    /// Runs a statement as the tool does: an existing table is not an error.
    pub(super) async fn execute_as_the_tool(&mut self, statement: &str) {
        let done = self.client.rows(statement).await;
        if let Err(error) = done {
            let text = format!("{error:?}");
            assert!(text.contains("already exist"), "{statement}: {text}");
        }
    }
}

/// Whether a statement changes the schema outside the tool's own tables.
fn changes_schema(statement: &str) -> bool {
    let words = ["CREATE", "ALTER", "DROP", "INSERT"];
    words.iter().any(|word| statement.starts_with(word)) && !statement.contains("schema_")
}

/// The versions of a store's schema, up to that of the tests' release.
pub(super) fn versions(store: Store) -> impl Iterator<Item = Version> {
    let last = store.expected(crate::fixture::RELEASE);
    let last = last.expect("a release that is known").minor;
    (0..=last).map(|minor| Version { major: 1, minor })
}
