//! What the scenario `mix` expects of the canary workflows is what their models say.

use std::collections::BTreeSet;

use camino::Utf8Path;
use load::{Action, ActionCall, CompiledWorkload, Request};
use scenario::Resolution;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use temporal::{Message, Status};
use workflow::canaries::{chain, counter, fan_out, local, payload, register, saga, timers};
use workflow::{NAP_TYPE, WORKFLOW_TYPE};

use crate::resolve;

/// Iterations that are compared, for each seed.
const ITERATIONS: u64 = 300;

#[expect(clippy::needless_pass_by_value, reason = "the signature is datatest's")]
pub(super) fn mix(path: &Utf8Path, text: String) -> datatest_stable::Result<()> {
    let mut seen = BTreeSet::new();
    for seed in 1..=3 {
        let Resolution::Runnable(plan) = resolve(path, text.clone(), seed)? else {
            panic!("it runs everywhere");
        };
        for workload in plan.workloads {
            let compiled = CompiledWorkload::new(workload)?;
            for n in 0..ITERATIONS {
                let request = compiled.request(n)?;
                seen.insert(request.start.workflow_type.clone());
                assert_eq!(
                    scenario_says(&request),
                    model_says(&request),
                    "{request:#?}"
                );
            }
        }
    }
    let all = [
        WORKFLOW_TYPE,
        NAP_TYPE,
        saga::TYPE,
        timers::TYPE,
        counter::TYPE,
        register::TYPE,
        fan_out::TYPE,
        chain::TYPE,
        payload::TYPE,
        local::TYPE,
    ];
    assert_eq!(
        seen,
        all.map(str::to_owned).into(),
        "all canaries and no others"
    );
    Ok(())
}

/// How a workflow ends, and what it replies to its client.
#[derive(Debug, PartialEq)]
struct Right {
    status: Status,
    result: Option<Value>,
    /// The replies to queries and updates.
    replies: Vec<Value>,
}

fn scenario_says(request: &Request) -> Right {
    let replies = request.actions.iter().filter_map(|action| match action {
        Action::Call { expected, .. } => expected.clone(),
        Action::Wait(_) => None,
    });
    Right {
        status: request.status.unwrap_or(Status::Completed),
        result: request.expected.clone(),
        replies: replies.collect(),
    }
}

/// Carries the calls out on the model of the workflow.
fn model_says(request: &Request) -> Right {
    let start = &request.start;
    let input = start.input[0].clone();
    let mut signals: Vec<u64> = request.signal.iter().map(argument).collect();
    let mut updates: Vec<i64> = Vec::new();
    let (mut status, mut replies) = (Status::Completed, Vec::new());
    for action in &request.actions {
        let Action::Call { call, .. } = action else {
            continue;
        };
        match call {
            ActionCall::Signal(message) if message.name == "add" => signals.push(argument(message)),
            ActionCall::Signal(_) => {}
            ActionCall::Query(message) if message.name == "total" => {
                replies.push(json!(counter::model(&signals)));
            }
            ActionCall::Query(_) => {
                replies.push(json!(register::model(parsed(&input), &updates).1));
            }
            ActionCall::Update(message) => {
                updates.push(argument(message));
                let (previous, _) = register::model(parsed(&input), &updates);
                replies.push(json!(previous.last()));
            }
            ActionCall::Cancel { .. } => status = Status::Canceled,
            ActionCall::Terminate { .. } => status = Status::Terminated,
        }
    }
    if start.workflow_type == counter::TYPE {
        assert_eq!(input, json!(signals.len()), "it waits for all signals");
    }
    let result = result(&start.workflow_type, &input, &signals, &updates);
    Right {
        status,
        result: (status == Status::Completed).then_some(result),
        replies,
    }
}

fn result(workflow_type: &str, input: &Value, signals: &[u64], updates: &[i64]) -> Value {
    match workflow_type {
        WORKFLOW_TYPE => {
            let name = parsed::<String>(input).parse().expect("a valid name");
            json!(workflow::greeting(&name))
        }
        NAP_TYPE => Value::Null,
        saga::TYPE => json!(saga::model(&parsed(input))),
        timers::TYPE => json!(timers::model(&parsed(input))),
        counter::TYPE => json!(counter::model(signals)),
        register::TYPE => json!(register::model(parsed(input), updates).1),
        fan_out::TYPE => json!(fan_out::model(&parsed(input))),
        chain::TYPE => json!(chain::model(&parsed(input))),
        payload::TYPE => json!(payload::model(&parsed::<String>(input))),
        local::TYPE => json!(local::model(&parsed::<Vec<String>>(input))),
        other => panic!("`{other}` has no model"),
    }
}

/// The only argument of a message.
fn argument<T: DeserializeOwned>(message: &Message) -> T {
    assert_eq!(message.input.len(), 1, "{message:?}");
    parsed(&message.input[0])
}

fn parsed<T: DeserializeOwned>(value: &Value) -> T {
    T::deserialize(value).expect("an input of the workflow")
}
