//! Waits at the start until Temporal runs and has the namespace.

use std::time::Duration;

use temporalio_client::errors::ClientNewError;
use temporalio_client::tonic::{self, Code, IntoRequest};
use temporalio_client::{Client, ClientOptions};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeNamespaceRequest;

use super::causes;
use super::retry::{self, Failure, GaveUp};

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Connect(#[from] connect::Error),
    #[error("could not describe the namespace `{namespace}`")]
    DescribeNamespace {
        namespace: String,
        source: tonic::Status,
    },
    #[error("could not make the client")]
    MakeClient(#[from] ClientNewError),
    #[error("Temporal was not ready within {limit:?}")]
    NotReady {
        limit: Duration,
        source: Option<Box<Error>>,
    },
}

/// A client for a namespace that exists. Tries for up to `limit`.
pub(super) async fn client_within(
    limit: Duration,
    options: connect::Options,
) -> Result<Client, Error> {
    let attempt = async || {
        let outcome = client(options.clone()).await;
        outcome.map_err(|error| {
            if is_permanent(&error) {
                Failure::Permanent(error)
            } else {
                Failure::Transient(error)
            }
        })
    };
    let mut last = String::new();
    let on_transient = |error: &Error| {
        let reason = causes::one_line(error);
        if reason != last {
            tracing::warn!("Temporal is not ready yet: {reason}");
            last = reason;
        }
    };
    retry::until(limit, attempt, on_transient)
        .await
        .map_err(|gave_up| match gave_up {
            GaveUp::Permanent(error) => error,
            GaveUp::Deadline(last) => Error::NotReady {
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

/// An invalid configuration and wrong credentials are permanent errors. A server or a namespace may
/// still come up.
fn is_permanent(error: &Error) -> bool {
    match error {
        Error::Connect(connect::Error::Configuration { .. }) | Error::MakeClient(_) => true,
        Error::Connect(connect::Error::FirstCall { source, .. })
        | Error::DescribeNamespace { source, .. } => matches!(
            source.code(),
            Code::Unauthenticated | Code::PermissionDenied | Code::InvalidArgument
        ),
        Error::Connect(_) | Error::NotReady { .. } => false,
    }
}
