//! The only place that opens a connection to a Temporal frontend.
//!
//! This is a separate crate so that the SDK's very large connect future is compiled once. Other
//! crates see a boxed future. The crate does not retry and knows nothing of workflows: the caller
//! decides how long to keep trying.

mod error;
mod options;

pub use error::Error;
pub use options::{DEFAULT_ADDRESS, DEFAULT_NAMESPACE, Options, Tls};

use futures_util::future::BoxFuture;
use temporalio_client::Connection;

/// Opens a connection and checks it with one call to the frontend.
///
/// The connection multiplexes calls, is cheap to clone, and reconnects by itself.
///
/// # Errors
/// An [`Error`], within the connect timeout of the options.
pub fn connect(options: Options) -> BoxFuture<'static, Result<Connection, Error>> {
    Box::pin(async move {
        let address = options.address().to_owned();
        let limit = options.connect_timeout();
        // The SDK's own timeout covers only the TCP and TLS handshakes. A frontend that accepts the
        // connection and then stays silent would block the first call forever.
        let attempt = Box::pin(Connection::connect(options.resolve()?));
        match tokio::time::timeout(limit, attempt).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(source)) => Err(Error::from_sdk(address, source)),
            Err(_) => Err(Error::TimedOut { address, limit }),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_closed_port_is_a_transport_error() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        drop(listener);

        let error = connect(Options::plaintext(&address))
            .await
            .expect_err("nothing listens");

        assert_eq!(
            error.to_string(),
            format!("could not connect to Temporal at {address}")
        );
        let mut chain = error
            .source()
            .map(ToString::to_string)
            .into_iter()
            .collect::<Vec<_>>();
        let mut cause = error.source().and_then(|source| source.source());
        while let Some(error) = cause {
            chain.push(error.to_string());
            cause = error.source();
        }
        assert!(chain.join(": ").contains("Connection refused"), "{chain:?}");
    }

    #[tokio::test]
    async fn a_silent_frontend_is_a_timeout_error() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let options = Options::plaintext(&address).with_connect_timeout(Duration::from_millis(50));

        let error = connect(options).await.expect_err("nothing answers");

        assert_eq!(
            error.to_string(),
            format!("no answer from Temporal at {address} within 50ms")
        );
    }

    #[tokio::test]
    async fn an_invalid_address_is_a_configuration_error() {
        let error = connect(Options::plaintext("::::"))
            .await
            .expect_err("no such address");

        assert!(matches!(error, Error::Configuration { .. }), "{error:?}");
    }
}
