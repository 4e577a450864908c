//! Namespaces of the running frontend, as resources.

use std::time::Duration;

use super::backend::ProcessBackend;
use super::dev_server::TEMPORAL;
use super::error::Error;
use crate::backend::Readiness;
use crate::plan::{Observed, ResourceId, State};
use crate::temporal::TaskKind;
use crate::topology::{Digest, Namespace};

/// How long one call to the frontend may take.
const CALL: Duration = Duration::from_secs(5);

/// How long a look at a frontend that may be gone may take.
const GLANCE: Duration = Duration::from_secs(1);

/// A task queue that nobody polls: describing it shows whether the namespace is known.
const UNUSED_QUEUE: &str = "harness-readiness";

impl ProcessBackend {
    /// Namespaces as the running frontend has them; none if it does not answer.
    pub(super) async fn observed_namespaces(&self) -> Vec<Observed> {
        let Ok(client) = self.client("default", GLANCE).await else {
            return Vec::new();
        };
        let mut observed = Vec::new();
        for (id, namespace) in self.namespaces() {
            let retention = client.namespace_retention(&namespace.name, GLANCE).await;
            if let Ok(Some(retention)) = retention {
                let found = Namespace {
                    name: namespace.name.clone(),
                    retention: retention.into(),
                };
                observed.push(Observed {
                    id: id.clone(),
                    state: State::Live(Digest::of(&found)),
                    needs: vec![ResourceId::new("process", TEMPORAL)],
                });
            }
        }
        observed
    }

    /// Makes a namespace what it should be, whether or not it is there.
    pub(super) async fn apply_namespace(&self, id: &ResourceId) -> Result<(), Error> {
        let Some(Namespace { name, retention }) = self.namespaces().get(id) else {
            return Err(Error::Unknown { id: id.clone() });
        };
        let client = self.client(name, CALL).await?;
        let done = match client.namespace_retention(name, CALL).await {
            Ok(Some(found)) if found == retention.as_std() => Ok(()),
            Ok(Some(_)) => {
                client
                    .update_retention(name, retention.as_std(), CALL)
                    .await
            }
            Ok(None) => {
                client
                    .register_namespace(name, retention.as_std(), CALL)
                    .await
            }
            Err(error) => Err(error),
        };
        done.map_err(|source| Error::Frontend {
            act: format!("make namespace `{name}`"),
            source,
        })
    }

    /// Whether the services of the server know a namespace: they refresh what they know of it
    /// some seconds after it was made.
    pub(super) async fn namespace_ready(&self, name: &str) -> Readiness {
        let client = match self.client(name, GLANCE).await {
            Ok(client) => client,
            Err(error) => return Readiness::NotYet(error.to_string()),
        };
        match client
            .pollers(UNUSED_QUEUE, TaskKind::Workflow, GLANCE)
            .await
        {
            Ok(_) => Readiness::Ready,
            Err(error) => Readiness::NotYet(error.to_string()),
        }
    }
}
