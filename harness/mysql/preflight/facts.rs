//! The settings that a server reports.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use crate::{Client, Error};

/// The variables to read. `SHOW` skips the variables that a server does not have, whereas a
/// `SELECT` with such a variable fails.
const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
    ('version', 'version_comment', 'max_connections', 'transaction_isolation', \
     'innodb_flush_log_at_trx_commit', 'sync_binlog', 'optimizer_switch', 'time_zone', \
     'system_time_zone', 'require_secure_transport')";

/// The settings that a server reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// `VERSION()`, such as `8.4.7` or `10.11.19-MariaDB-1`.
    pub version: String,
    /// `@@version_comment`.
    pub version_comment: String,
    /// `@@max_connections`.
    pub max_connections: u32,
    /// `@@transaction_isolation`, if the server has it.
    pub transaction_isolation: Option<String>,
    /// `@@innodb_flush_log_at_trx_commit`.
    pub innodb_flush_log_at_trx_commit: u8,
    /// `@@sync_binlog`.
    pub sync_binlog: u32,
    /// `prefer_ordering_index` in `@@optimizer_switch`, if the server has it.
    pub prefer_ordering_index: Option<bool>,
    /// `@@time_zone`, or `@@system_time_zone` if that is `SYSTEM`.
    pub time_zone: String,
    /// `@@require_secure_transport`.
    pub require_secure_transport: bool,
    /// The TLS version of this connection; empty if it is not encrypted.
    pub tls_version: String,
}

impl Facts {
    /// Reads the settings of a server.
    pub async fn read(client: &mut Client) -> Result<Self, Error> {
        let variables = client.rows(VARIABLES).await?;
        let status = client
            .rows("SHOW SESSION STATUS LIKE 'Ssl_version'")
            .await?;
        let answers = variables.into_iter().chain(status);
        Self::of_answers(answers).map_err(|(question, answer)| client.unusable(&question, &answer))
    }

    /// Parses rows of name and value. The error has the variable and its value.
    pub(super) fn of_answers(
        rows: impl IntoIterator<Item = Vec<Option<String>>>,
    ) -> Result<Self, (String, String)> {
        let answers = Answers(rows.into_iter().filter_map(pair).collect());
        let isolation = answers.0.get("transaction_isolation").cloned();
        let switches = answers.text("optimizer_switch");
        let time_zone = match answers.text("time_zone").as_str() {
            "SYSTEM" => answers.text("system_time_zone"),
            zone => zone.to_owned(),
        };
        Ok(Self {
            version: answers.text("version"),
            version_comment: answers.text("version_comment"),
            max_connections: answers.number("max_connections")?,
            transaction_isolation: isolation,
            innodb_flush_log_at_trx_commit: answers.number("innodb_flush_log_at_trx_commit")?,
            sync_binlog: answers.number("sync_binlog")?,
            prefer_ordering_index: switch(&switches, "prefer_ordering_index"),
            time_zone,
            require_secure_transport: answers.text("require_secure_transport") == "ON",
            tls_version: answers.text("ssl_version"),
        })
    }
}

/// A name in lower case, and its value.
fn pair(row: Vec<Option<String>>) -> Option<(String, String)> {
    let mut row = row.into_iter().flatten();
    Some((row.next()?.to_lowercase(), row.next()?))
}

/// Whether an option in a list such as `a=on,b=off` is on.
fn switch(switches: &str, name: &str) -> Option<bool> {
    let mut switches = switches.split(',').filter_map(|item| item.split_once('='));
    let (_, value) = switches.find(|(key, _)| *key == name)?;
    Some(value == "on")
}

/// The server's values, by name.
struct Answers(BTreeMap<String, String>);

impl Answers {
    /// A variable's value; empty if the server does not have the variable.
    fn text(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn number<T: FromStr>(&self, name: &str) -> Result<T, (String, String)> {
        let text = self.text(name);
        text.parse().map_err(|_| (format!("@@{name}"), text))
    }
}
