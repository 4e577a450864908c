//! Removes objects and waits until they are gone.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::DeleteParams;
use model::plan::ResourceId;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::Cluster;
use super::apply::{kind_of, name_of, selecting};
use super::cluster::{call, call_unless_gone};
use super::error::Error;
use super::group::reference;
use super::readiness::{Finding, finding};

/// How long removing objects may take, in addition to the grace period of their pods.
const REMOVAL: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(100);

/// How long a Job that must be replaced may keep running.
const MIGRATION: Duration = Duration::from_mins(2);
const MIGRATION_POLL: Duration = Duration::from_millis(500);

impl Cluster {
    /// Waits while the namespace is terminating, because it then accepts no objects.
    pub(super) async fn until_not_terminating(&self) -> Result<(), Error> {
        let started = Instant::now();
        let deadline = self.removal().await?;
        let namespaces = self.namespaces();
        loop {
            let found = namespaces.get_opt(&self.namespace);
            let found = call("read the namespace", found).await?;
            let goes = found.is_some_and(|found| found.metadata.deletion_timestamp.is_some());
            if !goes {
                return Ok(());
            }
            let act = || format!("wait until the namespace {} is gone", self.namespace);
            wait(started, deadline, act).await?;
        }
    }

    /// Removes the Jobs that `job` replaces, before any object that they use is changed, so that no
    /// two migrations run at a time. Waits for a running Job. A Job whose pod cannot start is
    /// removed at once.
    pub(super) async fn remove_jobs_before(
        &self,
        job: &Value,
        id: &ResourceId,
    ) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            let mut others = self.objects(&selecting(id)).await?;
            others.retain(|found| found["kind"] == "Job" && name_of(found) != name_of(job));
            let Some(running) = others.iter().find(|other| !has_ended(other)) else {
                return self.remove(&others).await;
            };
            let snapshot = self.snapshot().await?;
            if let Finding::Never { .. } = finding(&snapshot, id) {
                return self.remove(&others).await;
            }
            if started.elapsed() > MIGRATION {
                return Err(Error::StillRuns {
                    job: name_of(running).to_owned(),
                    component: id.name().to_owned(),
                    deadline: MIGRATION,
                });
            }
            sleep(MIGRATION_POLL).await;
        }
    }

    pub(super) async fn remove_if_ended(&self, manifest: &Value) -> Result<(), Error> {
        let jobs = self.of_kind(&kind_of(manifest));
        let found = call("read the Job", jobs.get_opt(name_of(manifest))).await?;
        let Some(found) = found else {
            return Ok(());
        };
        if !has_ended(&found.data) && found.metadata.deletion_timestamp.is_none() {
            return Ok(());
        }
        self.remove(std::slice::from_ref(manifest)).await
    }

    /// Deletes objects and waits until they are gone. Their dependents, such as pods, go first.
    pub(super) async fn remove(&self, objects: &[Value]) -> Result<(), Error> {
        if objects.is_empty() {
            return Ok(());
        }
        let deadline = self.removal().await?;
        // In the reverse order of applying: pods go before the objects that they use.
        for object in objects.iter().rev() {
            let api = self.of_kind(&kind_of(object));
            let act = format!("remove {}", reference(object));
            let how = DeleteParams::foreground();
            call_unless_gone(act, api.delete(name_of(object), &how)).await?;
        }
        let started = Instant::now();
        for object in objects {
            let api = self.of_kind(&kind_of(object));
            let name = reference(object);
            loop {
                let found = call(format!("read {name}"), api.get_opt(name_of(object)));
                if found.await?.is_none() {
                    break;
                }
                wait(started, deadline, || format!("remove {name}")).await?;
            }
        }
        Ok(())
    }

    /// How long removing may take: the longest grace period of the pods in the namespace is added.
    async fn removal(&self) -> Result<Duration, Error> {
        Ok(REMOVAL + longest_grace(&self.pods_of(None).await?))
    }
}

/// The longest grace period of these pods.
fn longest_grace(pods: &[Pod]) -> Duration {
    let specs = pods.iter().filter_map(|pod| pod.spec.as_ref());
    let graces = specs.filter_map(|spec| spec.termination_grace_period_seconds);
    let seconds = graces.filter_map(|seconds| u64::try_from(seconds).ok());
    Duration::from_secs(seconds.max().unwrap_or_default())
}

/// Whether a Job has ended, with success or failure.
fn has_ended(job: &Value) -> bool {
    let conditions = job["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|condition| {
        let kind = condition["type"].as_str().unwrap_or_default();
        ["Complete", "Failed"].contains(&kind) && condition["status"] == "True"
    })
}

async fn wait(started: Instant, deadline: Duration, act: impl Fn() -> String) -> Result<(), Error> {
    if started.elapsed() > deadline {
        return Err(Error::TimedOut {
            act: act(),
            deadline,
        });
    }
    sleep(POLL).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_may_take_the_longest_grace_period_of_the_pods() {
        let pod = |grace: i64| {
            let mut pod = Pod::default();
            let spec = pod.spec.get_or_insert_default();
            spec.termination_grace_period_seconds = Some(grace);
            pod
        };
        let pods = [pod(30), Pod::default(), pod(600)];
        assert_eq!(longest_grace(&pods), Duration::from_mins(10));
        assert_eq!(longest_grace(&[]), Duration::ZERO);
    }
}
