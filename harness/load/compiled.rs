//! A workload ready to make requests: its templates are compiled. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use temporal::{ExecutionKey, Op, Start, Status};

use super::flow::{Flow, MessageWithReply, Step};
use super::template::{Error, Template};
use super::{Definitions, Expression, Message, Variables, Workload};

/// A workload whose request with number `n` is a pure function of the workload and `n`, and so the same
/// on every machine.
#[derive(Debug)]
pub struct CompiledWorkload {
    pub workload: Workload,
    flows: Vec<CompiledFlow>,
}

#[derive(Debug)]
struct CompiledFlow {
    variables: Definitions,
    input: Vec<Template>,
    memo: Fields,
    search_attributes: Fields,
    signal: Option<CompiledMessage>,
    steps: Vec<CompiledStep>,
    result: Option<Template>,
}

type Fields = Vec<(String, Template)>;

#[derive(Debug)]
struct CompiledMessage {
    name: String,
    input: Vec<Template>,
}

#[derive(Debug)]
enum CompiledStep {
    Message {
        kind: MessageKind,
        message: CompiledMessage,
        result: Option<Template>,
        times: u32,
    },
    Cancel,
    Terminate {
        reason: String,
    },
    Wait(Duration),
}

#[derive(Debug, Clone, Copy)]
enum MessageKind {
    Signal,
    Query,
    Update,
}

/// One iteration: the workflow to start, what follows, and how it must end.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The name of the flow.
    pub flow: String,
    pub start: Start,
    /// The signal that is sent with the start.
    pub signal: Option<temporal::Message>,
    pub actions: Vec<Action>,
    /// How the workflow must close; `None` if it should complete, and nobody insists.
    pub status: Option<Status>,
    /// `None` if the workload expects no result.
    pub expected: Option<Value>,
}

/// What a client does after the start.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Wait(Duration),
    Call {
        call: ActionCall,
        /// The result that the reply must have.
        expected: Option<Value>,
    },
}

/// A call on the workflow, whose run is known only after the start.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionCall {
    Signal(temporal::Message),
    Query(temporal::Message),
    Update(temporal::Message),
    Cancel { request_id: String },
    Terminate { reason: String },
}

impl ActionCall {
    fn expecting(self, expected: Option<Value>) -> Action {
        Action::Call {
            call: self,
            expected,
        }
    }

    pub(super) fn on(self, execution: ExecutionKey) -> Op {
        match self {
            Self::Signal(message) => Op::Signal(execution, message),
            Self::Query(message) => Op::Query(execution, message),
            Self::Update(message) => Op::Update(execution, message),
            Self::Cancel { request_id } => Op::Cancel {
                execution,
                request_id,
            },
            Self::Terminate { reason } => Op::Terminate { execution, reason },
        }
    }

    /// The name of its signal, query or update.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Signal(message) | Self::Query(message) | Self::Update(message) => {
                Some(&message.name)
            }
            Self::Cancel { .. } | Self::Terminate { .. } => None,
        }
    }
}

impl CompiledWorkload {
    pub fn new(workload: Workload) -> Result<Self, Error> {
        let flows = workload.mix.iter().map(CompiledFlow::new);
        Ok(Self {
            flows: flows.collect::<Result<_, _>>()?,
            workload,
        })
    }

    /// The request with number `n`; an error if a template cannot be filled for it.
    pub fn request(&self, n: u64) -> Result<Request, Error> {
        let index = self.pick(n);
        let (flow, compiled) = (&self.workload.mix[index], &self.flows[index]);
        let workflow_id = self.workload.workflow_id(n);
        let variables = Variables::of(self.workload.seed, n, workflow_id.clone());
        compiled.request(flow, workflow_id, variables)
    }

    /// The flow of an iteration, drawn by the weights.
    fn pick(&self, n: u64) -> usize {
        let flows = &self.workload.mix;
        if flows.len() == 1 {
            return 0;
        }
        let all = flows.iter().map(|flow| u64::from(flow.weight)).sum();
        let mut random = ChaCha8Rng::seed_from_u64(self.workload.seed);
        // The variables of the workflows use the streams from 1 on.
        random.set_stream(u64::MAX - n);
        let mut drawn = random.random_range(0..all);
        let index = flows.iter().position(|flow| {
            let weight = u64::from(flow.weight);
            let is_it = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            is_it
        });
        index.unwrap_or(0)
    }
}

impl CompiledFlow {
    fn new(flow: &Flow) -> Result<Self, Error> {
        let variables = flow.variables.iter();
        let variables =
            variables.map(|(name, source)| Ok((name.clone(), Expression::compile(source)?)));
        let variables = Definitions::new(variables.collect::<Result<_, Error>>()?);
        let steps = flow.steps.iter().map(CompiledStep::new);
        Ok(Self {
            variables: variables.map_err(|(_, error)| error)?,
            input: compile_all(&flow.input)?,
            memo: compile_fields(&flow.memo)?,
            search_attributes: compile_fields(&flow.search_attributes)?,
            signal: flow.signal.as_ref().map(CompiledMessage::new).transpose()?,
            steps: steps.collect::<Result<_, Error>>()?,
            result: compile_optional(flow.result.as_ref())?,
        })
    }

    fn request(
        &self,
        flow: &Flow,
        workflow_id: String,
        variables: Variables,
    ) -> Result<Request, Error> {
        let variables = self
            .variables
            .add_to(variables)
            .map_err(|(_, error)| error)?;
        let signal = self.signal.as_ref();
        let signal = signal.map(|signal| signal.fill(format!("{workflow_id}/0"), &variables));
        Ok(Request {
            flow: flow.name.clone(),
            signal: signal.transpose()?,
            actions: self.actions(&workflow_id, &variables)?,
            status: flow.status,
            expected: fill_optional(self.result.as_ref(), &variables)?,
            start: Start {
                request_id: workflow_id.clone(),
                workflow_id,
                workflow_type: flow.workflow_type.clone(),
                task_queue: flow.task_queue.clone(),
                input: fill_all(&self.input, &variables)?,
                memo: fill_fields(&self.memo, &variables)?,
                search_attributes: fill_fields(&self.search_attributes, &variables)?,
            },
        })
    }

    fn actions(&self, workflow_id: &str, variables: &Variables) -> Result<Vec<Action>, Error> {
        let mut actions = Vec::new();
        // The ids of the calls are unique in the workflow, so that a repeated call is carried out once.
        let id = |actions: &Vec<Action>| format!("{workflow_id}/{}", actions.len() + 1);
        for step in &self.steps {
            match step {
                CompiledStep::Wait(length) => actions.push(Action::Wait(*length)),
                CompiledStep::Cancel => {
                    let request_id = id(&actions);
                    actions.push(ActionCall::Cancel { request_id }.expecting(None));
                }
                CompiledStep::Terminate { reason } => {
                    let reason = reason.clone();
                    actions.push(ActionCall::Terminate { reason }.expecting(None));
                }
                CompiledStep::Message {
                    kind,
                    message,
                    result,
                    times,
                } => {
                    for i in 0..*times {
                        let variables = variables.repeated(i);
                        let message = message.fill(id(&actions), &variables)?;
                        let expected = fill_optional(result.as_ref(), &variables)?;
                        actions.push(kind.call(message).expecting(expected));
                    }
                }
            }
        }
        Ok(actions)
    }
}

impl CompiledStep {
    fn new(step: &Step) -> Result<Self, Error> {
        let with_reply = |kind, request: &MessageWithReply| {
            Ok(Self::Message {
                kind,
                message: CompiledMessage::new(&request.message)?,
                result: compile_optional(request.result.as_ref())?,
                times: request.times,
            })
        };
        Ok(match step {
            Step::Signal { message, times } => Self::Message {
                kind: MessageKind::Signal,
                message: CompiledMessage::new(message)?,
                result: None,
                times: *times,
            },
            Step::Query(request) => return with_reply(MessageKind::Query, request),
            Step::Update(request) => return with_reply(MessageKind::Update, request),
            Step::Cancel => Self::Cancel,
            Step::Terminate { reason } => Self::Terminate {
                reason: reason.clone(),
            },
            Step::Wait { length } => Self::Wait(length.as_std()),
        })
    }
}

impl MessageKind {
    fn call(self, message: temporal::Message) -> ActionCall {
        match self {
            Self::Signal => ActionCall::Signal(message),
            Self::Query => ActionCall::Query(message),
            Self::Update => ActionCall::Update(message),
        }
    }
}

impl CompiledMessage {
    fn new(message: &Message) -> Result<Self, Error> {
        Ok(Self {
            name: message.name.clone(),
            input: compile_all(&message.input)?,
        })
    }

    fn fill(&self, id: String, variables: &Variables) -> Result<temporal::Message, Error> {
        Ok(temporal::Message {
            id,
            name: self.name.clone(),
            input: fill_all(&self.input, variables)?,
        })
    }
}

fn compile_all(values: &[Value]) -> Result<Vec<Template>, Error> {
    values.iter().map(Template::compile).collect()
}

fn fill_all(templates: &[Template], variables: &Variables) -> Result<Vec<Value>, Error> {
    templates.iter().map(|it| it.fill(variables)).collect()
}

fn compile_optional(value: Option<&Value>) -> Result<Option<Template>, Error> {
    value.map(Template::compile).transpose()
}

fn fill_optional(
    template: Option<&Template>,
    variables: &Variables,
) -> Result<Option<Value>, Error> {
    template.map(|it| it.fill(variables)).transpose()
}

fn compile_fields(fields: &BTreeMap<String, Value>) -> Result<Fields, Error> {
    let fields = fields.iter();
    let compiled = fields.map(|(name, value)| Ok((name.clone(), Template::compile(value)?)));
    compiled.collect()
}

fn fill_fields(fields: &Fields, variables: &Variables) -> Result<BTreeMap<String, Value>, Error> {
    let fields = fields.iter();
    let filled = fields.map(|(name, template)| Ok((name.clone(), template.fill(variables)?)));
    filled.collect()
}
