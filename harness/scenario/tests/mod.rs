//! Scenarios from the text to the verdict, over a modelled cluster in tokio's paused time.

mod documents;
mod evidence;
mod flows;
mod healing;
mod plans;
mod recorded;
mod runs;
mod settled;
mod stage;
mod truth;
mod verdicts;

use std::collections::BTreeMap;

use backend::Place;
use backend::fault::Reach;
use backend::run_id::RunId;
use jiff::Timestamp;
use model::document;
use model::quantity::Duration;
use model::topology::{
    Component, Database, Digest, Run, Service, ServiceName, TemporalSettings, Tls, Topology,
};

use super::{Document, Environment, Resolution, RunPlan, resolve};

/// A scenario that uses every part of the format.
const CRASH: &str = r#"apiVersion: harness/v1
kind: Scenario
name: crash
description: The worker is killed under load
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 100}
    workflow:
      type: Workflow
      input: ["Hello {{ name }}!"]
      result: "Hello {{ name }}!"
phases: {warmup: 1s, baseline: 4s, chaos: 6s, recovery: 4s, drain: 10s}
faults:
  - {id: crash, fault: kill, target: worker, phase: chaos, at: 1s, for: 3s}
expect:
  steady-state:
    error-rate: "< 1%"
    start-to-close: {p99: "< 1s"}
  phases:
    recovery:
      error-rate: "< 1%"
      start-to-close: {p50: "< 1s"}
      throughput: ">= 90%"
      dropped: "<= 0"
"#;

fn service(name: &str, component: Component) -> Service {
    Service {
        name: ServiceName::new(name),
        component,
        replicas: 1,
        ports: Vec::new(),
        needs: Vec::new(),
        readiness: Vec::new(),
        ready_timeout: Duration::from_secs(30),
    }
}

fn topology() -> Topology {
    let worker = Component::Worker {
        task_queue: "hello-world".to_owned(),
        run: Run::Build("workflow".into()),
        environment: BTreeMap::new(),
        termination_grace_period: Duration::from_secs(30),
    };
    Topology {
        digest: Digest::of_bytes(b"a topology"),
        temporal: TemporalSettings {
            version: "1.32.0".to_owned(),
            history_shards: 4,
            namespaces: Vec::new(),
            dynamic_config: BTreeMap::new(),
        },
        database: Database {
            version: "8.4".to_owned(),
            max_connections: 100,
            tls: Tls::Required,
        },
        services: vec![
            service(
                "temporal-frontend",
                Component::Temporal("frontend".to_owned()),
            ),
            service(
                "temporal-history",
                Component::Temporal("history".to_owned()),
            ),
            service("worker", worker),
        ],
    }
}

fn place() -> Place {
    Place {
        backend: "process".to_owned(),
        engine: "dev-server".to_owned(),
        database: "sqlite".to_owned(),
        cluster: None,
    }
}

/// How a place takes hold of these services: of one replica of each.
fn levers(services: &[&str]) -> BTreeMap<ServiceName, Reach> {
    let reach = |service: &&str| {
        let replicas = vec![format!("{service}-0")];
        (ServiceName::new(*service), Reach::Replicas(replicas))
    };
    services.iter().map(reach).collect()
}

/// Resolves a scenario for a place that can kill the worker.
fn resolution(text: &str, seed: u64) -> Result<Resolution, document::Error> {
    resolution_in(text, seed, &place())
}

fn resolution_in(text: &str, seed: u64, place: &Place) -> Result<Resolution, document::Error> {
    let environment = Environment {
        topology: &topology(),
        place,
        levers: &levers(&["worker"]),
    };
    let document = Document::parse("crash.yaml", text)?;
    resolve(
        &document,
        seed,
        RunId::new(seed, Timestamp::UNIX_EPOCH),
        environment,
    )
}

/// The request of a workload with number `n`.
fn request(workload: &load::Workload, n: u64) -> load::Request {
    let compiled = load::CompiledWorkload::new(workload.clone()).expect("the templates are good");
    compiled.request(n).expect("the templates can be filled")
}

fn plan(text: &str, seed: u64) -> RunPlan {
    match resolution(text, seed) {
        Ok(Resolution::Runnable(plan)) => *plan,
        other => panic!("the scenario can run: {other:?}"),
    }
}
