//! What the iterations of a workload do, in the scenario file.

use std::collections::BTreeMap;

use model::profile::TaskQueueName;
use model::quantity::Duration;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;
use temporal::Status;

use super::model::{nowhere, present};

/// One of the things that the iterations of a workload do.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Flow {
    /// Its name in the report: lowercase letters, digits and dashes. Default: the workflow type.
    #[schemars(with = "Option<String>", extend("pattern" = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    pub name: Option<Spanned<String>>,
    /// How many of the iterations it gets, in proportion to the weights of the others: a whole number,
    /// 0 for none. Default: 1.
    #[serde(default = "one")]
    #[schemars(with = "u32")]
    pub weight: Spanned<u32>,
    /// The workflow to start.
    #[schemars(with = "Workflow")]
    pub workflow: Spanned<Workflow>,
    /// What the client does while the workflow runs, one after another.
    #[serde(default)]
    #[schemars(with = "Vec<Step>")]
    pub steps: Vec<Spanned<Step>>,
}

/// A workflow to start, of any type.
///
/// Strings anywhere in `input`, `memo`, `search-attributes` and `result` are templates over `name` (a
/// word), `id` (the workflow id), `n` (the number of the workflow in its workload) and the `variables`.
/// `{$value: EXPRESSION}` is the value of an expression. Expressions can draw random values:
/// `choice([...])`, `uniform(LOW, HIGH)`, `normal(MEAN, DEVIATION)`, `exponential(MEAN)` and
/// `text(SIZE)`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workflow {
    /// Workflow type, 1 to 1000 bytes.
    #[schemars(with = "String", length(min = 1))]
    pub r#type: Spanned<String>,
    /// Task queue. Default: the task queue of the topology's workers. Required if they poll
    /// several.
    #[schemars(with = "Option<TaskQueueName>")]
    pub task_queue: Option<Spanned<TaskQueueName>>,
    /// Variables of the templates: an expression by name. Each workflow has its own values.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub variables: BTreeMap<String, Spanned<String>>,
    /// Arguments, each a JSON value. Default: none.
    #[serde(default)]
    #[schemars(with = "Vec<Value>")]
    pub input: Vec<Spanned<Value>>,
    /// Values that are shown with the workflow.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub memo: BTreeMap<String, Spanned<Value>>,
    /// Values by which workflows can be found. The namespace must know their names.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub search_attributes: BTreeMap<String, Spanned<Value>>,
    /// A signal that is sent with the start.
    #[schemars(with = "Option<Message>")]
    pub signal_with_start: Option<Spanned<Message>>,
    /// How the workflow must close. Default: `terminated` with a step `terminate`, else `canceled` with a step
    /// `cancel`. Without it, a workflow that does not complete is an error and violates nothing.
    #[schemars(with = "Option<Ending>")]
    pub status: Option<Spanned<Ending>>,
    /// The result that every workflow must have; `null` is a result. Without it, results are not
    /// checked.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub result: Option<Spanned<Value>>,
}

/// How a workflow ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// With a result.
    Completed,
    /// With a failure.
    Failed,
    /// After a request for its cancellation.
    Canceled,
    /// From outside, at once.
    Terminated,
    /// By a timeout.
    TimedOut,
}

/// A signal, a query or an update.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Message {
    /// The name of the signal or the update, or the query type.
    #[schemars(with = "String", length(min = 1))]
    pub name: Spanned<String>,
    /// Arguments, each a JSON value. Default: none.
    #[serde(default)]
    #[schemars(with = "Vec<Value>")]
    pub input: Vec<Spanned<Value>>,
}

/// Something that the client does while the workflow runs. If the server does not carry it out, the
/// client terminates the workflow, and the iteration counts as an error.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Sends a signal.
    Signal(Signal),
    /// Asks a question that changes nothing.
    Query(Request),
    /// Sends an update, and waits until its handler has ended.
    Update(Request),
    /// Asks the workflow to cancel itself.
    Cancel,
    /// Closes the workflow at once.
    Terminate,
    /// Makes no call for a while.
    Wait(#[schemars(with = "Duration")] Spanned<Duration>),
}

/// A signal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signal {
    /// Its name.
    #[schemars(with = "String", length(min = 1))]
    pub name: Spanned<String>,
    /// Arguments, each a JSON value. `i` is the number of the repetition, from 0. Default: none.
    #[serde(default)]
    #[schemars(with = "Vec<Value>")]
    pub input: Vec<Spanned<Value>>,
    /// How often it is sent, one after another, 1 to 1000. Default: 1.
    #[serde(default = "one")]
    #[schemars(with = "u32", range(min = 1, max = 1000))]
    pub times: Spanned<u32>,
}

/// A query or an update.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Request {
    /// The query type, or the name of the update.
    #[schemars(with = "String", length(min = 1))]
    pub name: Spanned<String>,
    /// Arguments, each a JSON value. `i` is the number of the repetition, from 0. Default: none.
    #[serde(default)]
    #[schemars(with = "Vec<Value>")]
    pub input: Vec<Spanned<Value>>,
    /// The result that it must have; `null` is a result. Without it, results are not checked.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub result: Option<Spanned<Value>>,
    /// How often it is sent, one after another, 1 to 1000. Default: 1.
    #[serde(default = "one")]
    #[schemars(with = "u32", range(min = 1, max = 1000))]
    pub times: Spanned<u32>,
}

fn one() -> Spanned<u32> {
    nowhere(1)
}

impl Flow {
    /// Its name in the report.
    pub fn name(&self) -> &str {
        let name = self.name.as_ref().unwrap_or(&self.workflow.value.r#type);
        &name.value
    }

    /// Whether it says what must come out: a result, of the workflow or a step, or a status.
    pub(super) fn has_result(&self) -> bool {
        let mut steps = self.steps.iter();
        self.workflow.value.result.is_some()
            || self.status().is_some()
            || steps.any(|step| {
                matches!(&step.value, Step::Query(it) | Step::Update(it) if it.result.is_some())
            })
    }

    /// The flow as load offers it, on this task queue unless it has one.
    pub(super) fn planned(&self, task_queue: Option<&str>) -> load::Flow {
        let workflow = &self.workflow.value;
        let own = workflow.task_queue.as_ref();
        let own = own.map(|queue| queue.value.as_str());
        let task_queue = own.or(task_queue);
        let task_queue = task_queue.expect("a validated workload has a task queue");
        let signal = workflow.signal_with_start.as_ref();
        load::Flow {
            name: self.name().to_owned(),
            weight: self.weight.value,
            workflow_type: workflow.r#type.value.clone(),
            task_queue: task_queue.to_owned(),
            variables: workflow
                .variables
                .iter()
                .map(|(name, expression)| (name.clone(), expression.value.clone()))
                .collect(),
            input: values(&workflow.input),
            memo: fields(&workflow.memo),
            search_attributes: fields(&workflow.search_attributes),
            signal: signal.map(|signal| message(&signal.value.name, &signal.value.input)),
            steps: self.steps.iter().map(|step| step.value.planned()).collect(),
            status: self.status(),
            result: workflow.result.as_ref().map(|result| result.value.clone()),
        }
    }

    /// How the workflow must close; `None` if the scenario does not say.
    pub(super) fn status(&self) -> Option<Status> {
        let said = self.workflow.value.status.as_ref();
        let mut last_first = self.steps.iter().rev();
        said.map(|ending| ending.value.into()).or_else(|| {
            last_first.find_map(|step| match step.value {
                Step::Cancel => Some(Status::Canceled),
                Step::Terminate => Some(Status::Terminated),
                _ => None,
            })
        })
    }
}

impl From<Ending> for Status {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Completed => Self::Completed,
            Ending::Failed => Self::Failed,
            Ending::Canceled => Self::Canceled,
            Ending::Terminated => Self::Terminated,
            Ending::TimedOut => Self::TimedOut,
        }
    }
}

impl Step {
    fn planned(&self) -> load::Step {
        match self {
            Self::Signal(signal) => load::Step::Signal {
                message: message(&signal.name, &signal.input),
                times: signal.times.value,
            },
            Self::Query(request) => load::Step::Query(request.planned()),
            Self::Update(request) => load::Step::Update(request.planned()),
            Self::Cancel => load::Step::Cancel,
            Self::Terminate => load::Step::Terminate {
                reason: "a step of the scenario".to_owned(),
            },
            Self::Wait(length) => load::Step::Wait {
                length: length.value,
            },
        }
    }
}

impl Request {
    fn planned(&self) -> load::MessageWithReply {
        load::MessageWithReply {
            message: message(&self.name, &self.input),
            result: self.result.as_ref().map(|result| result.value.clone()),
            times: self.times.value,
        }
    }
}

fn message(name: &Spanned<String>, input: &[Spanned<Value>]) -> load::Message {
    load::Message {
        name: name.value.clone(),
        input: values(input),
    }
}

fn values(values: &[Spanned<Value>]) -> Vec<Value> {
    values.iter().map(|value| value.value.clone()).collect()
}

fn fields(fields: &BTreeMap<String, Spanned<Value>>) -> BTreeMap<String, Value> {
    let each = fields.iter();
    each.map(|(name, value)| (name.clone(), value.value.clone()))
        .collect()
}
