//! The gRPC client of a real frontend.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use base::secret::Secret;
use temporalio_client::Connection;
use temporalio_client::grpc::{HealthService, WorkflowService};
use tokio::time::{Instant, timeout};
use tonic::{Code, Request, Response, Status as Refusal};

use super::{Answer, Cluster, Error, Execution, ExecutionKey, Frontend, Op, Reply};

/// How long after a call's deadline the client waits for the transport to report it.
const GRACE: Duration = Duration::from_millis(250);

/// A client of one namespace. It uses the raw gRPC services, which retry nothing.
#[derive(Clone)]
pub struct Client {
    pub(super) workflows: Box<dyn WorkflowService>,
    pub(super) health: Box<dyn HealthService>,
    pub(super) namespace: String,
    /// The identity of the client, which the server records.
    pub(super) identity: String,
    /// The server may repeat it in an error.
    api_key: Option<Secret>,
    /// Keeps the connection's background tasks alive, such as name resolution.
    _connection: Option<Connection>,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a frontend, for the namespace in `options`. The namespace need not exist yet.
    pub async fn connect(options: connect::Options) -> Result<Self, connect::Error> {
        let namespace = options.namespace().to_owned();
        let api_key = options.api_key().map(Secret::new);
        let connection = connect::connect(options).await?;
        Ok(Self {
            workflows: connection.workflow_service(),
            health: connection.health_service(),
            namespace,
            identity: connection.identity().to_owned(),
            api_key,
            _connection: Some(connection),
        })
    }

    /// A client of the given services.
    #[cfg(test)]
    pub(super) fn over(
        workflows: Box<dyn WorkflowService>,
        health: Box<dyn HealthService>,
    ) -> Self {
        Self {
            workflows,
            health,
            namespace: "default".to_owned(),
            identity: "test".to_owned(),
            api_key: None,
            _connection: None,
        }
    }

    /// Like the function [`answer`]. The error does not have the API key.
    pub(super) async fn answer<R>(
        &self,
        operation: &'static str,
        deadline: Duration,
        call: impl Future<Output = Result<Response<R>, Refusal>>,
    ) -> Result<R, Error> {
        let answered = answer(operation, deadline, call).await;
        answered.map_err(|error| match &self.api_key {
            Some(key) => error.without(key),
            None => error,
        })
    }
}

impl Frontend for Client {
    async fn call(&self, op: Op, deadline: Duration) -> Answer {
        let replied = match op {
            Op::Start(start) => self.start_workflow(start, deadline).await,
            Op::AwaitResult(key) => {
                let closed = self.poll_until_closed(key, deadline).await;
                closed.map(Reply::Closed)
            }
            Op::SignalWithStart(start, signal) => {
                self.signal_with_start(start, signal, deadline).await
            }
            Op::Signal(key, message) => self.signal(&key, message, deadline).await,
            Op::Query(key, message) => self.query(&key, message, deadline).await,
            Op::Update(key, message) => return self.update(&key, message, deadline).await,
            Op::Cancel {
                execution,
                request_id,
            } => {
                let asked = self.cancel(&execution, request_id, deadline).await;
                asked.map(|()| Reply::Done)
            }
            Op::Terminate { execution, reason } => {
                let ended = self.terminate_run(&execution, reason, deadline).await;
                ended.map(|()| Reply::Done)
            }
        };
        replied.into()
    }

    async fn execution(
        &self,
        key: ExecutionKey,
        deadline: Duration,
    ) -> Result<Option<Execution>, Error> {
        self.read_execution(key, deadline).await
    }

    async fn cluster(&self, deadline: Duration) -> Result<Cluster, Error> {
        self.describe_cluster(deadline).await
    }

    async fn retention(
        &self,
        namespace: String,
        deadline: Duration,
    ) -> Result<Option<Duration>, Error> {
        self.namespace_retention(&namespace, deadline).await
    }
}

/// A request whose deadline is also sent to the server.
pub(super) fn request<M>(message: M, deadline: Duration) -> Request<M> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// Waits for the answer to a call, until its deadline and [`GRACE`] are over.
pub(super) async fn answer<R>(
    operation: &'static str,
    deadline: Duration,
    call: impl Future<Output = Result<Response<R>, Refusal>>,
) -> Result<R, Error> {
    let asked = Instant::now();
    match timeout(deadline + GRACE, call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        // So tonic ends a call at its deadline.
        Ok(Err(refusal)) if refusal.code() == Code::Cancelled && asked.elapsed() >= deadline => {
            Err(Error::no_answer(operation, deadline))
        }
        Ok(Err(refusal)) => Err(Error::from_status(operation, &refusal)),
        Err(_) => Err(Error::no_answer(operation, deadline)),
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::fake::Scripted;

    #[tokio::test]
    async fn an_error_of_the_server_does_not_have_the_api_key() {
        let client = Client {
            api_key: Some(Secret::new("c2VjcmV0")),
            ..Scripted::default().client()
        };
        let refusal: Result<Response<()>, _> =
            Err(Refusal::permission_denied("c2VjcmV0 was revoked"));
        let answer = client.answer("start workflow", GRACE, ready(refusal)).await;
        let error = answer.expect_err("it is refused").to_string();
        insta::assert_snapshot!(error, @"start workflow: PermissionDenied: [secret] was revoked");
    }
}
