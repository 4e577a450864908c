//! The queries that read a database.

use std::collections::BTreeSet;

use super::Version;
use super::judge::Found;
use super::object::Object;
use crate::{Client, Error};

/// The table in which the tool records the version.
const VERSIONS: &str = "schema_version";

/// The content of a database; empty if it does not exist.
pub(super) async fn found(client: &mut Client, database: &str) -> Result<Found, Error> {
    let objects = objects(client, database).await?;
    let versioned = objects.contains(&Object::Table(VERSIONS.to_owned()));
    let version = if versioned {
        version(client, database).await?
    } else {
        None
    };
    Ok(Found { version, objects })
}

/// Every table, column and index.
pub(super) async fn objects(
    client: &mut Client,
    database: &str,
) -> Result<BTreeSet<Object>, Error> {
    let select = |kind: &str, name: &str, from: &str| {
        format!(
            "SELECT DISTINCT '{kind}', {name} FROM information_schema.{from} \
             WHERE table_schema = '{database}'"
        )
    };
    let question = [
        select("table", "table_name", "tables"),
        select("column", "CONCAT(table_name, '.', column_name)", "columns"),
        select("index", "CONCAT(table_name, '.', index_name)", "statistics"),
    ];
    let rows = client.rows(&question.join(" UNION ALL ")).await?;
    let object = |row: Vec<Option<String>>| match row.as_slice() {
        [Some(kind), Some(name)] => Object::parse(kind, name),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(object).collect())
}

/// The version that the tool recorded.
async fn version(client: &mut Client, database: &str) -> Result<Option<Version>, Error> {
    let question = format!(
        "SELECT curr_version FROM `{database}`.{VERSIONS} \
         WHERE version_partition = 0 AND db_name = '{database}'"
    );
    let rows = client.rows(&question).await?;
    let Some(text) = rows.into_iter().flatten().flatten().next() else {
        return Ok(None);
    };
    let version = text.parse();
    let version = version.map_err(|_| client.unusable("the schema version", &text))?;
    Ok(Some(version))
}
