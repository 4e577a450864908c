//! Containers and commands that run to their end.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error as ApiError;
use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::query_parameters::{LogsOptionsBuilder, WaitContainerOptionsBuilder};
use futures_util::stream::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{ContainerSpec, Engine, Error};

/// How long a command in a container may take.
const EXEC: Duration = Duration::from_mins(1);

impl Engine {
    /// Runs a container to its end, removes it, and returns its exit code and output.
    pub async fn run_container(
        &self,
        spec: &ContainerSpec,
        deadline: Duration,
        cancel: &CancellationToken,
    ) -> Result<(i64, String), Error> {
        let ended = tokio::select! {
            ended = timeout(deadline, self.run_to_end(spec)) => ended.unwrap_or_else(|_| {
                Err(Error::Deadline { name: spec.name.clone(), deadline })
            }),
            () = cancel.cancelled() => Err(Error::Interrupted),
        };
        // After a refusal the container was not made here, so it must not be removed.
        if !matches!(ended, Err(Error::Foreign { .. })) {
            self.remove_container(&spec.name).await?;
        }
        ended
    }

    async fn run_to_end(&self, spec: &ContainerSpec) -> Result<(i64, String), Error> {
        let name = &spec.name;
        self.start_container(spec).await?;
        let options = WaitContainerOptionsBuilder::default().condition("not-running");
        let mut ended = Box::pin(self.api.wait_container(name, Some(options.build())));
        let code = match ended.next().await {
            Some(Ok(answer)) => answer.status_code,
            // The client reports a non-zero exit code as an error.
            Some(Err(ApiError::DockerContainerWaitError { code, error })) if error.is_empty() => {
                code
            }
            Some(Err(error)) => {
                return Err(Error::api(format!("wait for the container {name}"))(error));
            }
            None => return Err(broken(name)),
        };
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true);
        let log = self.api.logs(name, Some(options.build()));
        let written = text(log).await;
        let written =
            written.map_err(Error::api(format!("read the log of the container {name}")))?;
        Ok((code, written))
    }

    /// Runs a command in a container and returns its exit code and output.
    pub async fn exec(&self, name: &str, command: &[&str]) -> Result<(i64, String), Error> {
        let program = command.first().copied().unwrap_or_default();
        let failed = || Error::api(format!("run {program} in the container {name}"));
        let options = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.to_vec()),
            ..CreateExecOptions::default()
        };
        let created = self.api.create_exec(name, options).await;
        let id = created.map_err(failed())?.id;
        let started = self.api.start_exec(&id, None).await.map_err(failed())?;
        let mut written = String::new();
        if let StartExecResults::Attached { output, .. } = started {
            let read = timeout(EXEC, text(output)).await;
            let read = read.map_err(|_| Error::Deadline {
                name: name.to_owned(),
                deadline: EXEC,
            })?;
            written = read.map_err(failed())?;
        }
        let ended = self.api.inspect_exec(&id).await.map_err(failed())?;
        let code = ended.exit_code.ok_or_else(|| broken(name))?;
        Ok((code, written))
    }
}

/// All of an output stream as text.
async fn text(output: impl Stream<Item = Result<LogOutput, ApiError>>) -> Result<String, ApiError> {
    output
        .try_fold(String::new(), |mut text, part| async move {
            text.push_str(&String::from_utf8_lossy(part.as_ref()));
            Ok(text)
        })
        .await
}

/// The error for a connection that ended during the wait.
fn broken(name: &str) -> Error {
    Error::Api {
        act: format!("wait for the container {name}"),
        source: ApiError::RequestTimeoutError,
    }
}
