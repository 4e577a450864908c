//! The application's worker in a topology.

use std::collections::BTreeMap;

use super::{Component, Run, Service, Topology};
use crate::quantity::Duration;

/// The application's worker. Every topology has exactly one service of this kind.
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
    own: &'a BTreeMap<String, String>,
}

impl Topology {
    pub fn worker(&self) -> Worker<'_> {
        let mut services = self.services.iter();
        let worker = services.find_map(|service| match &service.component {
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
        });
        worker.expect("every topology has a worker")
    }
}

impl Worker<'_> {
    /// The variables of a replica, with the frontend at `address`. The variables that tell it what
    /// to poll replace those of the profile.
    pub fn environment(&self, address: impl Into<String>) -> BTreeMap<String, String> {
        let mut environment = self.own.clone();
        environment.extend([
            ("TEMPORAL_ADDRESS".to_owned(), address.into()),
            ("TEMPORAL_NAMESPACE".to_owned(), self.namespace.to_owned()),
            ("TEMPORAL_TASK_QUEUE".to_owned(), self.task_queue.to_owned()),
        ]);
        environment
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
        let worker = topology.worker();
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
