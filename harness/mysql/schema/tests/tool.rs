//! What the real tool does, statement by statement, as MySQL's own log tells.

use super::super::{Store, Version};
use crate::Client;
use crate::fixture::{Server, SqlTool};

/// A server with the tool beside it.
pub(super) struct Bench {
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) tool: SqlTool,
}

impl Bench {
    /// Starts both; `None` means that the test is skipped.
    pub(super) async fn start() -> Option<Self> {
        let server = Server::start(&["--log-output=TABLE"]).await?;
        let client = server.client().await;
        let tool = SqlTool::beside(&server).await;
        Some(Self {
            server,
            client,
            tool,
        })
    }

    /// A new database with the tool's own tables in it.
    pub(super) async fn set_up(&self, database: &str) {
        for step in [&["create"] as &[_], &["setup-schema", "-v", "0.0"]] {
            self.tool.run(database, step).await.expect("it is set up");
        }
    }

    /// Has the tool update to a version.
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

    /// The same, and what the tool asked MySQL to do, but for its own tables.
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

    /// Does one thing.
    pub(super) async fn execute(&mut self, statement: &str) {
        let done = self.client.rows(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }

    /// Does what the tool does with a statement: it goes on if a table exists already.
    pub(super) async fn execute_as_the_tool(&mut self, statement: &str) {
        let done = self.client.rows(statement).await;
        if let Err(error) = done {
            let text = format!("{error:?}");
            assert!(text.contains("already exist"), "{statement}: {text}");
        }
    }
}

/// Whether a statement changes a schema, and not the tool's own tables.
fn changes_schema(statement: &str) -> bool {
    let words = ["CREATE", "ALTER", "DROP", "INSERT"];
    words.iter().any(|word| statement.starts_with(word)) && !statement.contains("schema_")
}

/// The versions that a store's schema has, up to the one of the tests' release.
pub(super) fn versions(store: Store) -> impl Iterator<Item = Version> {
    let last = store.expected(crate::fixture::RELEASE);
    let last = last.expect("a release that is known").minor;
    (0..=last).map(|minor| Version { major: 1, minor })
}
