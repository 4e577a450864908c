//! A connection to MySQL.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, OptsBuilder, Row, SslOpts, Value};

use super::{Access, Error};

/// An open connection.
pub struct Client {
    connection: Conn,
    address: String,
    user: String,
    deadline: Duration,
}

impl Client {
    /// Connects, to a database if one is named. `deadline` bounds this and each question after it.
    pub async fn connect(
        access: &Access,
        database: Option<&str>,
        deadline: Duration,
    ) -> Result<Self, Error> {
        let address = format!("{}:{}", access.host, access.port);
        let connection = Conn::new(options(access, database));
        let connection = within(&address, &access.user, deadline, connection).await?;
        Ok(Self {
            connection,
            address,
            user: access.user.clone(),
            deadline,
        })
    }

    /// Asks; each row as text, `None` for NULL. After [`Error::Deadline`] the connection is of no
    /// more use, since the answer may still come.
    pub async fn rows(&mut self, query: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
        let rows = self.connection.query::<Row, _>(query);
        let rows = within(&self.address, &self.user, self.deadline, rows).await?;
        let texts = |row: Row| row.unwrap().into_iter().map(text).collect();
        Ok(rows.into_iter().map(texts).collect())
    }

    /// An answer that is not what its question asks for.
    pub(super) fn unusable(&self, question: &str, answer: &str) -> Error {
        Error::Answer {
            address: self.address.clone(),
            question: question.to_owned(),
            answer: answer.to_owned(),
        }
    }
}

impl fmt::Debug for Client {
    /// Without the connection, whose own `Debug` shows the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Client");
        out.field("address", &self.address)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What the driver is to do.
fn options(access: &Access, database: Option<&str>) -> OptsBuilder {
    let roots = access.roots.as_ref();
    let tls = roots.map(|pem| {
        SslOpts::default()
            .with_root_certs(vec![pem.clone().into_bytes().into()])
            .with_disable_built_in_roots(true)
    });
    OptsBuilder::default()
        .ip_or_hostname(access.host.clone())
        .tcp_port(access.port)
        .user(Some(access.user.clone()))
        .pass(Some(access.password.reveal().to_owned()))
        .db_name(database.map(str::to_owned))
        .ssl_opts(tls)
        // The driver would go on through the server's own socket file where the host is this
        // machine: to another server, if that runs in a container.
        .prefer_socket(false)
}

/// Bounds what the driver does, and names what went wrong.
async fn within<T>(
    address: &str,
    user: &str,
    deadline: Duration,
    act: impl Future<Output = Result<T, mysql_async::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(deadline, act).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(source)) => Err(Error::of_driver(address, user, source)),
        Err(_) => Err(Error::Deadline {
            address: address.to_owned(),
            seconds: deadline.as_secs(),
        }),
    }
}

/// A value of the text protocol, which is text whatever the column's type.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}
