//! The one place that opens a connection to a Temporal frontend.
//!
//! A crate of its own so that the SDK's enormous connect future is compiled once, here, and every
//! other crate sees a boxed one. Does not retry and knows nothing of workflows: how long to keep
//! trying is the caller's policy.

mod error;
mod options;

pub use error::Error;
pub use options::{DEFAULT_ADDRESS, DEFAULT_NAMESPACE, Options};

use futures_util::future::BoxFuture;
use temporalio_client::Connection;

/// Opens a connection, checked by one call that the frontend answered.
///
/// The connection multiplexes, is cheap to clone, and reconnects by itself when it breaks.
///
/// # Errors
/// One of [`Error`]'s kinds, within the options' connect timeout.
pub fn connect(options: Options) -> BoxFuture<'static, Result<Connection, Error>> {
    Box::pin(async move {
        let address = options.address().to_owned();
        let limit = options.connect_timeout();
        // The SDK's own timeout covers the TCP and TLS handshakes only; a frontend that accepts
        // and then stays silent would hold the first call forever.
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
    async fn a_closed_port_is_an_unreachable_frontend() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        drop(listener);

        let error = connect(Options::plaintext(&address))
            .await
            .expect_err("nothing listens");

        assert_eq!(
            error.to_string(),
            format!("connect to Temporal at {address}")
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
    async fn a_frontend_that_never_answers_is_given_up_at_the_timeout() {
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
    async fn an_address_that_is_none_is_a_configuration_error() {
        let error = connect(Options::plaintext("::::"))
            .await
            .expect_err("no such address");

        assert!(matches!(error, Error::Configuration { .. }), "{error:?}");
    }
}
