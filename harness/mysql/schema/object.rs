//! What a schema is made of.

use std::fmt;

/// A part of a schema, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    /// A table, with all that is made together with it.
    Table(String),
    /// A column: table, name.
    Column(String, String),
    /// An index: table, name.
    Index(String, String),
}

impl Object {
    /// Reads what `Display` writes.
    pub(super) fn parse(kind: &str, name: &str) -> Option<Self> {
        let pair = || {
            let (table, name) = name.split_once('.')?;
            Some((table.to_owned(), name.to_owned()))
        };
        match kind {
            "table" => Some(Self::Table(name.to_owned())),
            "column" => pair().map(|(table, name)| Self::Column(table, name)),
            "index" => pair().map(|(table, name)| Self::Index(table, name)),
            _ => None,
        }
    }

    /// The table that it is a part of.
    pub(super) fn within(&self) -> Option<Self> {
        match self {
            Self::Table(_) => None,
            Self::Column(table, _) | Self::Index(table, _) => Some(Self::Table(table.clone())),
        }
    }

    /// The SQL that removes it from a database.
    pub(super) fn drop(&self, database: &str) -> String {
        match self {
            Self::Table(table) => format!("DROP TABLE `{database}`.`{table}`;"),
            Self::Column(table, name) => {
                format!("ALTER TABLE `{database}`.`{table}` DROP COLUMN `{name}`;")
            }
            Self::Index(table, name) => format!("DROP INDEX `{name}` ON `{database}`.`{table}`;"),
        }
    }

    /// The SQL that makes it again, from its part of what `SHOW CREATE TABLE` answers.
    pub(super) fn create(&self, database: &str, definition: &str) -> String {
        match self {
            Self::Table(table) => format!("CREATE TABLE `{database}`.`{table}` {definition};"),
            Self::Column(table, _) | Self::Index(table, _) => {
                format!("ALTER TABLE `{database}`.`{table}` ADD {definition};")
            }
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(out, "table {table}"),
            Self::Column(table, name) => write!(out, "column {table}.{name}"),
            Self::Index(table, name) => write!(out, "index {table}.{name}"),
        }
    }
}
