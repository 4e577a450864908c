//! What every script by hand needs.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};

use artifact;
use base::tool::Environment;
use database;
use model::topology::{Component, Topology, Worker};

use crate::error::{CommandError, Exit};

/// The roles of the server, each with the variable for its number of replicas.
pub(super) const ROLES: [(&str, &str); 4] = [
    ("FRONTEND_REPLICAS", "frontend"),
    ("HISTORY_REPLICAS", "history"),
    ("MATCHING_REPLICAS", "matching"),
    ("WORKER_REPLICAS", "worker"),
];

/// The name of everything that a script creates.
const NAME: &str = "h-bench-by-hand";

/// The ports that scripts may use. The server stores its port in a column whose maximum is 32767.
const PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;

/// The variables of every script.
pub(super) fn common(topology: &Topology) -> BTreeMap<&'static str, String> {
    let replicas = ROLES.map(|(variable, role)| (variable, replicas(topology, role).to_string()));
    let worker = worker(topology);
    let (task_queue, workers) = (worker.task_queue, worker.service.replicas);
    let mut variables = BTreeMap::from(replicas);
    variables.extend([
        ("NAME", NAME.to_owned()),
        ("MYSQL_IMAGE", database::image(&topology.database)),
        (
            "MAX_CONNECTIONS",
            topology.database.max_connections.to_string(),
        ),
        ("SHARDS", topology.temporal.history_shards.to_string()),
        ("NAMESPACE", topology.main_namespace().to_owned()),
        ("RETENTION", "72h".to_owned()),
        ("TASK_QUEUE", task_queue.to_owned()),
        ("WORKERS", workers.to_string()),
    ]);
    variables
}

/// The only worker. The scripts exist for profiles with one.
pub(super) fn worker(topology: &Topology) -> Worker<'_> {
    topology.workers().next().expect("a topology has a worker")
}

/// The number of replicas of a server role.
pub(super) fn replicas(topology: &Topology, role: &str) -> u16 {
    let mut services = topology.services.iter();
    let service = services.find(|service| match &service.component {
        Component::Temporal(name) => name == role,
        _ => false,
    });
    service.map_or(1, |service| service.replicas)
}

/// The error for a program or image that could not be provided.
pub(super) fn artifact_error(error: artifact::Error) -> CommandError {
    let hints = error.hints();
    let error = CommandError::new(Exit::Unavailable, error);
    error.with_hints(hints)
}

/// A message that names the missing programs, if any are missing.
pub(super) fn missing(environment: &Environment, tools: &[&str]) -> Option<String> {
    let missing: Vec<&str> = tools
        .iter()
        .copied()
        .filter(|tool| environment.find(tool).is_none())
        .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "skipped the steps by hand: not on PATH: {}",
            missing.join(", ")
        )
    })
}

/// Free ports, as a text.
pub(super) fn ports(count: usize) -> Result<String, CommandError> {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let ports: Vec<String> = PORTS
        .filter(free)
        .take(count)
        .map(|port| port.to_string())
        .collect();
    if ports.len() < count {
        return Err(CommandError::new(
            Exit::Unavailable,
            format!("fewer than {count} ports are free in {PORTS:?}"),
        ));
    }
    Ok(ports.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_programs_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
        let environment = Environment::default().with("PATH", folder.join("bin").as_str());
        testing::machine::tool(folder, "bash", "true");
        assert_eq!(missing(&environment, &["bash"]), None);
        assert_eq!(
            missing(&environment, &["bash", "kubectl", "curl"]).as_deref(),
            Some("skipped the steps by hand: not on PATH: kubectl, curl")
        );
    }

    #[test]
    fn ports_are_distinct_and_fit_the_server_s_column() {
        let ports = ports(4).expect("some are free");
        let ports: std::collections::BTreeSet<u16> = ports
            .split(' ')
            .map(|port| port.parse().expect("a number"))
            .collect();
        assert_eq!(ports.len(), 4);
        assert!(ports.iter().all(|port| PORTS.contains(port)), "{ports:?}");
    }
}
