//! The application's workers in a topology.

use std::collections::BTreeMap;

use super::{Component, Run, SecretSource, Service, Topology, Variable};
use crate::quantity::Duration;

/// A worker of the application.
#[derive(Debug, Clone, Copy)]
pub struct Worker<'a> {
    pub service: &'a Service,
    /// The namespace that it polls.
    pub namespace: &'a str,
    /// The task queue that it polls.
    pub task_queue: &'a str,
    /// Where its program comes from.
    pub run: &'a Run,
    /// The time between SIGTERM and SIGKILL.
    pub termination_grace_period: Duration,
    /// The variables of the profile.
    own: &'a BTreeMap<String, Variable>,
}

impl Topology {
    /// The workers, at least one. Each comes after those that it needs.
    pub fn workers(&self) -> impl Iterator<Item = Worker<'_>> {
        self.services
            .iter()
            .filter_map(|service| self.worker(service))
    }

    /// The workers that the harness runs. Somebody else runs a worker without replicas.
    pub fn own_workers(&self) -> impl Iterator<Item = Worker<'_>> {
        self.workers().filter(|worker| worker.service.replicas > 0)
    }

    /// The worker of a service, if it is one.
    pub fn worker<'a>(&'a self, service: &'a Service) -> Option<Worker<'a>> {
        match &service.component {
            Component::Worker {
                task_queue,
                run,
                environment,
                termination_grace_period,
            } => Some(Worker {
                service,
                namespace: self.main_namespace(),
                task_queue,
                run,
                termination_grace_period: *termination_grace_period,
                own: environment,
            }),
            _ => None,
        }
    }

    /// The task queue that all workers poll; `None` if they poll several.
    pub fn task_queue(&self) -> Option<&str> {
        let mut queues = self.workers().map(|worker| worker.task_queue);
        let first = queues.next()?;
        queues.all(|other| other == first).then_some(first)
    }
}

/// The variables that tell a worker what to poll.
const ADDRESS: &str = "TEMPORAL_ADDRESS";
const NAMESPACE: &str = "TEMPORAL_NAMESPACE";
const TASK_QUEUE: &str = "TEMPORAL_TASK_QUEUE";

impl<'a> Worker<'a> {
    /// The variables of a replica that are no secrets, with the frontend at `address`. The
    /// variables that tell it what to poll replace those of the profile.
    pub fn environment(&self, address: impl Into<String>) -> BTreeMap<String, String> {
        let texts = self.own.iter().filter_map(|(name, value)| match value {
            Variable::Text(text) => Some((name.clone(), text.clone())),
            Variable::Secret(_) => None,
        });
        let mut environment: BTreeMap<String, String> = texts.collect();
        environment.extend([
            (ADDRESS.to_owned(), address.into()),
            (NAMESPACE.to_owned(), self.namespace.to_owned()),
            (TASK_QUEUE.to_owned(), self.task_queue.to_owned()),
        ]);
        environment
    }

    /// The variables that are secrets, with the place of each.
    pub fn secrets(&self) -> impl Iterator<Item = (&'a str, &'a SecretSource)> {
        self.own.iter().filter_map(|(name, value)| match value {
            Variable::Secret(source) if ![ADDRESS, NAMESPACE, TASK_QUEUE].contains(&&**name) => {
                Some((name.as_str(), source))
            }
            Variable::Secret(_) | Variable::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::tests::load;

    #[test]
    fn a_worker_gets_its_own_variables_and_the_address_and_the_queue_to_poll() {
        let sets = [
            "worker.environment={GREETING: Hi, TEMPORAL_ADDRESS: elsewhere}",
            "worker.task-queue=orders",
        ];
        let profile = load(&[], "local", &sets).expect("a valid profile");
        let topology = profile.topology();
        let worker = topology.workers().next().expect("there is one");
        assert_eq!(worker.service.name.as_str(), "worker");
        let environment = worker.environment("127.0.0.1:7233").into_iter();
        let lines = environment.map(|(name, value)| format!("{name}={value}"));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
        GREETING=Hi
        TEMPORAL_ADDRESS=127.0.0.1:7233
        TEMPORAL_NAMESPACE=default
        TEMPORAL_TASK_QUEUE=orders
        ");
    }
}
