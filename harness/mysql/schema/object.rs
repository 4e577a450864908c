//! The objects of a schema.

use std::fmt;

/// An object of a schema, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    /// A table with everything in its `CREATE TABLE` statement.
    Table(String),
    /// A column: table and name.
    Column(String, String),
    /// An index: table and name.
    Index(String, String),
}

impl Object {
    /// Parses the output of `Display`.
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

    /// The table that a column or index belongs to.
    pub(super) fn within(&self) -> Option<Self> {
        match self {
            Self::Table(_) => None,
            Self::Column(table, _) | Self::Index(table, _) => Some(Self::Table(table.clone())),
        }
    }

    /// The SQL that drops it from a database.
    pub(super) fn drop(&self, database: &str) -> String {
        match self {
            Self::Table(table) => format!("DROP TABLE `{database}`.`{table}`;"),
            Self::Column(table, name) => {
                format!("ALTER TABLE `{database}`.`{table}` DROP COLUMN `{name}`;")
            }
            Self::Index(table, name) => format!("DROP INDEX `{name}` ON `{database}`.`{table}`;"),
        }
    }

    /// The SQL that creates it again, from its part of the output of `SHOW CREATE TABLE`.
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
