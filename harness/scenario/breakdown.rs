//! The iterations of a phase by flow, and their calls by operation. Pure.

use std::collections::BTreeMap;

use load::{Call, Iteration, Latencies, Outcome, Percentiles};
use schemars::JsonSchema;
use serde::Serialize;
use temporal::{OpKind, Reply};

/// The iterations of one flow that were due in a phase and sent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FlowStatistics {
    /// The workload.
    pub workload: String,
    /// The name of the flow: of a workload without a mix, the workflow type.
    pub flow: String,
    /// Iterations that were sent.
    pub sent: u64,
    /// Of `sent`: the workflow closed as it should.
    pub completed: u64,
    /// Of `sent`: the start or a step was not carried out, or the workflow closed otherwise.
    pub failed: u64,
    /// Of `sent`: the client stopped waiting.
    pub given_up: u64,
    /// From the intended start to the close, of iterations that completed or were given up.
    pub start_to_close: Option<Percentiles>,
}

/// The calls of one kind of the iterations that were due in a phase.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CallStatistics {
    /// The workload.
    pub workload: String,
    /// The name of the flow: of a workload without a mix, the workflow type.
    pub flow: String,
    /// The operation.
    pub operation: OpKind,
    /// The name of the signal, the query type or the update; null for other operations.
    pub name: Option<String>,
    /// Calls that were sent.
    pub sent: u64,
    /// Of `sent`: carried out.
    pub ok: u64,
    /// Of `sent`: an update or a query that the workflow rejected or failed.
    pub failed: u64,
    /// Of `sent`: refused by the server, so certainly not carried out.
    pub refused: u64,
    /// Of `sent`: without a clear answer, for example because the connection broke.
    pub unknown: u64,
    /// Of `sent`: the client stopped waiting. They took longer than what was measured.
    pub given_up: u64,
    /// Those that were not carried out, by gRPC status code; `Failed` is a failure of the workflow.
    pub failures: BTreeMap<String, CallFailures>,
    /// From when the call was due to its answer, of calls that were carried out or given up.
    pub latency: Option<Percentiles>,
    /// From when the call was sent to its answer, of the same calls.
    pub service_time: Option<Percentiles>,
}

/// The calls that failed with one code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CallFailures {
    /// Their number.
    pub count: u64,
    /// The message of the first of them.
    pub first: String,
}

impl CallStatistics {
    /// The operation, with the name of its signal, query or update.
    pub fn call(&self) -> String {
        match &self.name {
            Some(name) => format!("{} {name}", self.operation),
            None => self.operation.to_string(),
        }
    }

    /// The most frequent failure: its code, and the calls.
    pub(super) fn main_failure(&self) -> Option<(&str, &CallFailures)> {
        let most = self
            .failures
            .iter()
            .max_by_key(|(_, failures)| failures.count);
        most.map(|(code, failures)| (code.as_str(), failures))
    }
}

/// The code of an update or a query that the workflow rejected or failed.
const FAILED: &str = "Failed";

/// Counts the iterations and the calls of one phase. Its size depends on the number of different
/// calls in the scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Breakdown {
    flows: BTreeMap<FlowKey, FlowTally>,
}

/// A workload and a flow.
type FlowKey = (String, String);
type CallKey = (OpKind, Option<String>);

#[derive(Debug, Clone, Default)]
struct FlowTally {
    sent: u64,
    completed: u64,
    given_up: u64,
    start_to_close: Latencies,
    calls: BTreeMap<CallKey, CallTally>,
}

#[derive(Debug, Clone, Default)]
struct CallTally {
    sent: u64,
    ok: u64,
    failed: u64,
    refused: u64,
    unknown: u64,
    given_up: u64,
    failures: BTreeMap<String, CallFailures>,
    latency: Latencies,
    service_time: Latencies,
}

impl Breakdown {
    /// Counts an iteration and its calls, if it was sent.
    pub(super) fn add(&mut self, iteration: &Iteration) {
        if iteration.started().is_none() {
            return;
        }
        let flow = iteration.flow.clone().unwrap_or_default();
        let flow = self.flows.entry((iteration.workload.clone(), flow));
        let flow = flow.or_default();
        flow.add(iteration);
        for call in std::iter::once(&iteration.start).chain(&iteration.steps) {
            let calls = flow.calls.entry((call.op, call.name.clone()));
            calls.or_default().add(call);
        }
    }

    pub(super) fn finish(self) -> (Vec<FlowStatistics>, Vec<CallStatistics>) {
        let (mut flows, mut calls) = (Vec::new(), Vec::new());
        for ((workload, flow), tally) in self.flows {
            for ((operation, name), call) in tally.calls {
                calls.push(CallStatistics {
                    workload: workload.clone(),
                    flow: flow.clone(),
                    operation,
                    name,
                    sent: call.sent,
                    ok: call.ok,
                    failed: call.failed,
                    refused: call.refused,
                    unknown: call.unknown,
                    given_up: call.given_up,
                    failures: call.failures,
                    latency: call.latency.percentiles(),
                    service_time: call.service_time.percentiles(),
                });
            }
            flows.push(FlowStatistics {
                workload,
                flow,
                sent: tally.sent,
                completed: tally.completed,
                failed: tally.sent - tally.completed - tally.given_up,
                given_up: tally.given_up,
                start_to_close: tally.start_to_close.percentiles(),
            });
        }
        (flows, calls)
    }
}

impl FlowTally {
    fn add(&mut self, iteration: &Iteration) {
        self.sent += 1;
        if iteration.is_completed() {
            self.completed += 1;
            self.start_to_close.record(iteration.latency());
        } else if iteration.is_given_up() {
            self.given_up += 1;
            self.start_to_close.record_longer(iteration.latency(), 1);
        }
    }
}

impl CallTally {
    fn add(&mut self, call: &Call) {
        let (Some(latency), Some(service_time)) = (call.latency(), call.service_time()) else {
            return;
        };
        self.sent += 1;
        let failure = match &call.outcome {
            Outcome::Ok(Reply::Failed { failure }) => {
                self.failed += 1;
                Some((FAILED, failure))
            }
            Outcome::Ok(_) => {
                self.ok += 1;
                self.latency.record(latency);
                self.service_time.record(service_time);
                None
            }
            Outcome::Fail(failure) => {
                self.refused += 1;
                Some((&*failure.code, &failure.message))
            }
            Outcome::Info(failure) if failure.is_given_up() => {
                self.given_up += 1;
                self.latency.record_longer(latency, 1);
                self.service_time.record_longer(service_time, 1);
                Some((&*failure.code, &failure.message))
            }
            Outcome::Info(failure) => {
                self.unknown += 1;
                Some((&*failure.code, &failure.message))
            }
            Outcome::NotSent(_) => None,
        };
        if let Some((code, message)) = failure {
            let failures = self.failures.entry(code.to_owned()).or_default();
            failures.count += 1;
            if failures.count == 1 {
                failures.first.clone_from(message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
