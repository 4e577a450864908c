//! Waiting at the start until Temporal is there and has the namespace.

use std::time::Duration;

use temporalio_client::errors::ClientNewError;
use temporalio_client::tonic::{self, Code, IntoRequest};
use temporalio_client::{Client, ClientOptions};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeNamespaceRequest;

use crate::causes;
use crate::retry::{self, Failure, Given};

/// No client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Connect(#[from] connect::Error),
    #[error("describe namespace `{namespace}`")]
    DescribeNamespace {
        namespace: String,
        source: tonic::Status,
    },
    #[error("make the client")]
    MakeClient(#[from] ClientNewError),
    #[error("Temporal was not ready within {limit:?}")]
    GaveUp {
        limit: Duration,
        source: Option<Box<Error>>,
    },
}

/// A client whose namespace was there a moment ago; tries for as long as `limit`.
pub(crate) async fn client_within(
    limit: Duration,
    options: connect::Options,
) -> Result<Client, Error> {
    let attempt = async || {
        let outcome = client(options.clone()).await;
        outcome.map_err(|error| {
            if is_lasting(&error) {
                Failure::Lasting(error)
            } else {
                Failure::Passing(error)
            }
        })
    };
    let mut last = String::new();
    let passing = |error: &Error| {
        let reason = causes::one_line(error);
        if reason != last {
            tracing::warn!("not yet: {reason}");
            last = reason;
        }
    };
    retry::until(limit, attempt, passing)
        .await
        .map_err(|given| match given {
            Given::Up(error) => error,
            Given::Out(last) => Error::GaveUp {
                limit,
                source: last.map(Box::new),
            },
        })
}

async fn client(options: connect::Options) -> Result<Client, Error> {
    let namespace = options.namespace().to_owned();
    let limit = options.connect_timeout();
    let connection = connect::connect(options).await?;
    let mut request = DescribeNamespaceRequest {
        namespace: namespace.clone(),
        ..Default::default()
    }
    .into_request();
    request.set_timeout(limit);
    connection
        .workflow_service()
        .describe_namespace(request)
        .await
        .map_err(|status| Error::DescribeNamespace {
            namespace: namespace.clone(),
            source: status,
        })?;
    Ok(Client::new(
        connection,
        ClientOptions::new(namespace).build(),
    )?)
}

/// A wrong configuration stays wrong, and so do wrong credentials; a server or a namespace may
/// still be on its way.
fn is_lasting(error: &Error) -> bool {
    match error {
        Error::Connect(connect::Error::Configuration { .. }) | Error::MakeClient(_) => true,
        Error::Connect(connect::Error::FirstCall { source, .. })
        | Error::DescribeNamespace { source, .. } => matches!(
            source.code(),
            Code::Unauthenticated | Code::PermissionDenied | Code::InvalidArgument
        ),
        Error::Connect(_) | Error::GaveUp { .. } => false,
    }
}
