//! A connection to MySQL.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, OptsBuilder, Row, SslOpts, Value};

use super::{ConnectOptions, Error};

pub struct Client {
    connection: Conn,
    address: String,
    user: String,
    deadline: Duration,
}

impl Client {
    /// Connects, and selects a database if one is given. `deadline` applies to this and to each
    /// query.
    pub async fn connect(
        access: &ConnectOptions,
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

    /// Runs a query. Each value of a row is text, or `None` for NULL. Do not use the connection
    /// after [`Error::Deadline`], because the late answer may still arrive.
    pub async fn rows(&mut self, query: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
        let rows = self.connection.query::<Row, _>(query);
        let rows = within(&self.address, &self.user, self.deadline, rows).await?;
        let texts = |row: Row| row.unwrap().into_iter().map(text).collect();
        Ok(rows.into_iter().map(texts).collect())
    }

    /// The error for an answer of an unexpected form.
    pub(super) fn unusable(&self, question: &str, answer: &str) -> Error {
        Error::Answer {
            address: self.address.clone(),
            question: question.to_owned(),
            answer: answer.to_owned(),
        }
    }
}

impl fmt::Debug for Client {
    /// Leaves out the connection, because its own `Debug` shows the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Client");
        out.field("address", &self.address)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// The options of the driver.
fn options(access: &ConnectOptions, database: Option<&str>) -> OptsBuilder {
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
        // If the host is this machine, the driver would switch to the server's local socket file.
        // If MySQL runs in a container, that socket belongs to another server.
        .prefer_socket(false)
}

/// Applies the deadline to a call of the driver, and converts its error.
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

/// A value of the text protocol, where every column type is text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}
