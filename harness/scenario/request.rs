//! From a plan to what each operation starts.

use std::sync::Arc;

use backend::run_id::RunId;
use load::{Patience, Request, Workload};
use serde_json::Value;
use temporal::Start;

use super::plan::{PlannedWorkload, RunPlan};
use super::template::{Variables, fill};

impl RunPlan {
    /// The workloads in the terms of the generator.
    pub fn workloads(&self) -> Vec<Workload> {
        self.workloads
            .iter()
            .map(|workload| workload.to_load(&self.scenario, &self.run))
            .collect()
    }
}

impl PlannedWorkload {
    fn to_load(&self, scenario: &str, run: &RunId) -> Workload {
        let prefix = workflow_id_prefix(scenario, run, &self.name);
        let planned = self.clone();
        Workload {
            name: self.name.clone(),
            executor: self.executor,
            seed: self.seed,
            request: Arc::new(move |n| planned.request(&prefix, n)),
            patience: Patience {
                start: self.start_timeout.as_std(),
                close: self.timeout.as_std(),
            },
        }
    }

    /// The request of workflow number `n`: a pure function of the plan and of `n`.
    fn request(&self, prefix: &str, n: u64) -> Request {
        let workflow_id = format!("{prefix}{n}");
        let variables = Variables::of(self.seed, n, workflow_id.clone());
        // A template that only fails for some numbers gives its error as the value, which no
        // workflow returns: the results of those workflows are wrong, and say why.
        let filled = |value| {
            fill(value, &variables).unwrap_or_else(|error| Value::String(error.to_string()))
        };
        Request {
            start: Start {
                request_id: workflow_id.clone(),
                workflow_id,
                workflow_type: self.workflow_type.clone(),
                task_queue: self.task_queue.clone(),
                input: self.input.iter().map(filled).collect(),
            },
            expected: self.result.as_ref().map(filled),
        }
    }
}

fn workflow_id_prefix(scenario: &str, run: &RunId, workload: &str) -> String {
    format!("{scenario}/{run}/{workload}/")
}
