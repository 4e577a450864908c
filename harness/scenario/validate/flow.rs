//! Checks what the iterations of a workload do.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use load::{Definitions, Expression, Template, TemplateError, Variables, is_reserved};
use model::document;
use model::quantity::Bytes;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};
use temporal::Status;

use super::{Checked, span};
use crate::document::Document;
use crate::exact::inexact;
use crate::flow::{Flow, Step};
use crate::resolve::Roots;

/// The longest name that Temporal accepts (`limit.maxIDLength`), in bytes.
const LONGEST_NAME: usize = 1000;

/// How often one step may be repeated.
const TIMES: RangeInclusive<u32> = 1..=1000;

/// For how many iterations the templates are filled in advance. One that fails only later is recorded.
const SAMPLES: u64 = 2_000;

/// How much the templates may make in advance, in bytes.
const MOST_SAMPLED: u64 = 4 << 20;

/// The most that one iteration may send, in bytes of JSON. Each iteration in flight holds what it will
/// send.
const MOST_SENT: u64 = 16 << 20;

/// The first error of a flow.
pub(super) fn check(document: &Document, flow: &Flow, roots: &Roots) -> Checked {
    let workflow = &flow.workflow.value;
    if let Some(name) = &flow.name {
        super::name(document, name, "flow")?;
    }
    text(document, &workflow.r#type, "a workflow type")?;
    let mut sampled = Sampled::new(document, &workflow.variables)?;
    sampled.add(&workflow.input, None)?;
    sampled.add(workflow.memo.values(), None)?;
    sampled.add(workflow.search_attributes.values(), None)?;
    if let Some(signal) = &workflow.signal_with_start {
        text(document, &signal.value.name, "the name of a signal")?;
        sampled.add(&signal.value.input, None)?;
    }
    result_and_status(document, flow)?;
    sampled.add(&workflow.result, None)?;
    nothing_after_terminate(document, &flow.steps)?;
    for step in &flow.steps {
        match &step.value {
            Step::Signal(signal) => {
                text(document, &signal.name, "the name of a signal")?;
                times(document, &signal.times)?;
                sampled.add(&signal.input, Some(signal.times.value))?;
            }
            Step::Query(request) | Step::Update(request) => {
                text(
                    document,
                    &request.name,
                    "a query type or the name of an update",
                )?;
                times(document, &request.times)?;
                sampled.add(&request.input, Some(request.times.value))?;
                sampled.add(&request.result, Some(request.times.value))?;
            }
            Step::Wait(length) => span(document, length, "`wait`")?,
            Step::Cancel | Step::Terminate => {}
        }
    }
    sampled.fill(flow, roots)
}

/// Checks that a workflow that must end so can have a result.
fn result_and_status(document: &Document, flow: &Flow) -> Checked {
    let workflow = &flow.workflow.value;
    let (Some(result), Some(status)) = (&workflow.result, flow.status()) else {
        return Ok(());
    };
    if status == Status::Completed {
        return Ok(());
    }
    let message = format!(
        "a workflow that must close as {status} has no result; remove `result`, or say `status: completed`"
    );
    Err(document.error(result.referenced, message))
}

/// Checks that no call is made on a workflow that is closed.
fn nothing_after_terminate(document: &Document, steps: &[Spanned<Step>]) -> Checked {
    let mut rest = steps.iter();
    rest.find(|step| matches!(step.value, Step::Terminate));
    match rest.next() {
        None => Ok(()),
        Some(step) => {
            let message = "the workflow is closed after `terminate`; make that the last step";
            Err(document.error(step.referenced, message))
        }
    }
}

fn text(document: &Document, text: &Spanned<String>, what: &str) -> Checked {
    let value = &text.value;
    if !value.is_empty() && value.len() <= LONGEST_NAME && !value.contains('\0') {
        return Ok(());
    }
    let message = format!("{what} must have 1 to {LONGEST_NAME} bytes and no NUL");
    Err(document.error(text.referenced, message))
}

fn times(document: &Document, times: &Spanned<u32>) -> Checked {
    if TIMES.contains(&times.value) {
        return Ok(());
    }
    let (least, most, found) = (TIMES.start(), TIMES.end(), times.value);
    let message = format!("`times` must be from {least} to {most}, found `{found}`");
    Err(document.error(times.referenced, message))
}

/// Checks that templates can name a variable.
fn identifier(document: &Document, name: &str, expression: &Spanned<String>) -> Checked {
    let message = if is_reserved(name) {
        format!("`{name}` already means something in templates; use another name")
    } else if name.starts_with('_')
        || !Expression::compile(name).is_ok_and(|it| it.is_variable(name))
    {
        format!(
            "`{name}` is not a valid variable: use letters, digits and underscores, and begin with a letter"
        )
    } else {
        return Ok(());
    };
    Err(document.error(expression.referenced, message))
}

/// The templates of a flow, which are filled to see whether they can be.
struct Sampled<'a> {
    document: &'a Document,
    expressions: &'a BTreeMap<String, Spanned<String>>,
    variables: Definitions,
    templates: Vec<SampledTemplate>,
}

struct SampledTemplate {
    location: Location,
    template: Template,
    /// How often it is filled; `None` outside of steps.
    times: Option<u32>,
}

impl<'a> Sampled<'a> {
    fn new(
        document: &'a Document,
        expressions: &'a BTreeMap<String, Spanned<String>>,
    ) -> Result<Self, document::Error> {
        let mut compiled = BTreeMap::new();
        for (variable, expression) in expressions {
            identifier(document, variable, expression)?;
            let template = Expression::compile(&expression.value);
            let wrong =
                |error: TemplateError| document.error(expression.referenced, error.to_string());
            compiled.insert(variable.clone(), template.map_err(wrong)?);
        }
        let wrong = |(name, error): (String, TemplateError)| {
            document.error(expressions[&name].referenced, error.to_string())
        };
        Ok(Self {
            document,
            expressions,
            variables: Definitions::new(compiled).map_err(wrong)?,
            templates: Vec::new(),
        })
    }

    fn add<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Spanned<Value>>,
        times: Option<u32>,
    ) -> Checked {
        let document = self.document;
        for value in values {
            let location = value.referenced;
            let template = Template::compile(&value.value);
            self.templates.push(SampledTemplate {
                location,
                template: template.map_err(|error| document.error(location, error.to_string()))?,
                times,
            });
            if let Some(number) = inexact(&value.value, document.text()) {
                let message = format!(
                    "`{number}` does not fit 64 bits and would be sent as another number; write it as \
                     a text, `\"{number}\"`, or as a float"
                );
                return Err(document.error(location, message));
            }
        }
        Ok(())
    }

    /// Fills the templates as the load will, except that random values in them can be others.
    fn fill(&self, flow: &Flow, roots: &Roots) -> Checked {
        let mut all = 0;
        for n in 0..SAMPLES {
            let bytes = self.fill_one(n, roots)?;
            if bytes > MOST_SENT {
                let size = Bytes::new(bytes.next_multiple_of(1 << 20));
                let most = Bytes::new(MOST_SENT);
                let message =
                    format!("iteration {n} would send {size}; at most {most} are possible");
                return Err(self.document.error(flow.workflow.referenced, message));
            }
            all += bytes;
            if all > MOST_SAMPLED {
                break;
            }
        }
        Ok(())
    }

    /// Fills the templates for one iteration, those of a step for its first and its last repetition.
    /// Returns about how many bytes it sends.
    fn fill_one(&self, n: u64, roots: &Roots) -> Result<u64, document::Error> {
        let wrong = |location: Location, error: &TemplateError| {
            let message = match n {
                0 => error.to_string(),
                _ => format!("{error}, for iteration {n}"),
            };
            self.document.error(location, message)
        };
        let variables = Variables::of(roots.seed, n, format!("{}{n}", roots.prefix));
        let variables = self.variables.add_to(variables);
        let variables =
            variables.map_err(|(name, error)| wrong(self.expressions[&name].referenced, &error))?;
        let mut bytes = 0;
        for sampled in &self.templates {
            let fill = |variables: &Variables| match sampled.template.fill(variables) {
                Ok(filled) => Ok(filled.to_string().len() as u64),
                Err(error) => Err(wrong(sampled.location, &error)),
            };
            bytes += match sampled.times {
                None => fill(&variables)?,
                Some(times) => {
                    let first = fill(&variables.repeated(0))?;
                    let last = fill(&variables.repeated(times - 1))?;
                    first.max(last) * u64::from(times)
                }
            };
        }
        Ok(bytes)
    }
}
