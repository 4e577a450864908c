//! The values that `init` needs: their questions, their rules, and what they become.

use base::shell;
use model::profile::TaskQueueName;

use super::Args;
use super::question::{Found, Otherwise, Question};
use crate::error::{CommandError, Exit};
use crate::init::{
    Answers, Argument, BASE, Findings, Load, SMOKE, Suggestion, Worker, Workflow, split_command,
};

/// Which files are to be created, and so need values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wants {
    /// The profile.
    pub(super) worker: bool,
    /// The scenario.
    pub(super) load: bool,
}

/// A question for each value that is wanted, and a notice for each flag whose value is not. A flag
/// that is no value is an error in both cases.
pub(super) fn questions(
    args: &Args,
    wants: Wants,
    found: &Findings,
) -> Result<(Vec<Question>, Vec<String>), CommandError> {
    let input = match &args.workflow_input[..] {
        [] => None,
        inputs => Some(input_list(inputs)?),
    };
    let commands = found.commands.iter().map(|it| Found {
        text: shell::line(&it.value.words),
        evidence: it.evidence.clone(),
        after: None,
    });
    let preparations = found.commands.iter().filter_map(|it| {
        Some(Found {
            text: shell::line(it.value.prepare.as_ref()?),
            evidence: it.evidence.clone(),
            after: Some(shell::line(&it.value.words)),
        })
    });
    let of_worker = [
        Question {
            what: "worker command",
            flag: "--worker-command 'WORDS'",
            given: args.worker_command.clone(),
            found: commands.collect(),
            otherwise: None,
            check: check_command,
        },
        Question {
            what: "command that prepares it",
            flag: "--worker-prepare 'WORDS'",
            given: args.worker_prepare.clone(),
            found: preparations.collect(),
            otherwise: Some(NOTHING),
            check: |text| preparation(text).map(drop),
        },
        Question {
            what: "task queue",
            flag: "--task-queue NAME",
            given: args.task_queue.clone(),
            found: texts(found.task_queues.iter().cloned(), check_queue),
            otherwise: None,
            check: check_queue,
        },
    ];
    let of_load = [
        Question {
            what: "workflow type",
            flag: "--workflow-type NAME",
            given: args.workflow_type.clone(),
            found: texts(found.workflows.iter().map(workflow_type), check_type),
            otherwise: None,
            check: check_type,
        },
        Question {
            what: "workflow arguments, a JSON list",
            flag: "--workflow-input JSON",
            given: input,
            found: found.workflows.iter().filter_map(sample).collect(),
            otherwise: Some(NO_ARGUMENTS),
            check: |text| arguments(text).map(drop),
        },
    ];
    for question in of_worker.iter().chain(&of_load) {
        if let Some(given) = &question.given {
            (question.check)(given).map_err(|why| wrong(question.flag, why))?;
        }
    }
    let of_worker = of_worker.map(|it| (it, wants.worker, BASE));
    let of_load = of_load.map(|it| (it, wants.load, SMOKE));
    let (mut wanted, mut notices) = (Vec::new(), Vec::new());
    for (question, is_wanted, path) in of_worker.into_iter().chain(of_load) {
        if is_wanted {
            wanted.push(question);
        } else if question.given.is_some() {
            let flag = without_placeholder(question.flag);
            notices.push(format!("! {flag} has no effect: {path} exists"));
        }
    }
    Ok((wanted, notices))
}

/// What the texts of the questions stand for, in the same order.
pub(super) fn answers(wants: Wants, texts: &[String]) -> Result<Answers, CommandError> {
    let mut texts = texts.iter();
    let mut next = || texts.next().map(String::as_str).unwrap_or_default();
    let mut answers = Answers::default();
    if wants.worker {
        let (command, prepare, queue) = (next(), next(), next());
        let command = self::command(command).map_err(|why| wrong("--worker-command", why))?;
        answers.worker = Some(Worker {
            command,
            prepare: preparation(prepare).map_err(|why| wrong("--worker-prepare", why))?,
            task_queue: queue.to_owned(),
        });
    }
    if wants.load {
        let (kind, input) = (next(), next());
        answers.load = Some(Load {
            workflow_type: kind.to_owned(),
            input: arguments(input).map_err(|why| wrong("--workflow-input", why))?,
            result: None,
        });
    }
    Ok(answers)
}

const NO_ARGUMENTS: Otherwise = Otherwise {
    text: "[]",
    shown: "none",
};

const NOTHING: Otherwise = Otherwise {
    text: "",
    shown: "none",
};

/// Words that only a shell understands.
const SHELL: [&str; 8] = ["&", "&&", "|", "||", ";", "<", ">", ">>"];

const UNSPLIT: &str = "not a command: a quote is not closed, or there is no program";

fn check_command(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("a command is required".to_owned());
    }
    command(text).map(drop)
}

/// The words of a command, which no shell interprets.
fn command(text: &str) -> Result<Vec<String>, String> {
    let words = split_command(text).ok_or_else(|| UNSPLIT.to_owned())?;
    if words[0].contains('=') {
        return Err(format!(
            "`{}` is not a program: set variables in `worker.environment` of the profile",
            words[0]
        ));
    }
    let mut syntax = words.iter().filter(|word| SHELL.contains(&word.as_str()));
    match syntax.next() {
        Some(word) => Err(format!("`{word}` needs a shell: use `sh -c '...'`")),
        None => Ok(words),
    }
}

/// The words of a command that may be missing.
fn preparation(text: &str) -> Result<Option<Vec<String>>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    command(text).map(Some)
}

pub(super) fn check_queue(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("a task queue is required".to_owned());
    }
    let name = text.parse::<TaskQueueName>();
    name.map(drop).map_err(|error| error.to_string())
}

fn check_type(text: &str) -> Result<(), String> {
    // What is longer, the scenario refuses.
    if text.trim().is_empty() {
        return Err("a workflow type is required".to_owned());
    }
    Ok(())
}

/// The arguments in a JSON list.
fn arguments(text: &str) -> Result<Vec<Argument>, String> {
    serde_json::from_str(text).map_err(|error| format!("not a JSON list: {error}"))
}

/// The list of the arguments that flags give one by one.
fn input_list(inputs: &[String]) -> Result<String, CommandError> {
    for input in inputs {
        serde_json::from_str::<Argument>(input).map_err(|error| {
            let why = format!("`{input}` is not JSON: {error}");
            wrong("--workflow-input", why)
                .hint("Write a string with its quotes, such as `'\"Ada\"'`.")
        })?;
    }
    Ok(format!("[{}]", inputs.join(",")))
}

/// The name of a flag that is written with a placeholder.
fn without_placeholder(flag: &str) -> &str {
    flag.split(' ').next().unwrap_or(flag)
}

/// The error of a flag.
pub(super) fn wrong(flag: &str, why: impl AsRef<str>) -> CommandError {
    let flag = without_placeholder(flag);
    CommandError::new(Exit::Usage, format!("{flag}: {}", why.as_ref()))
}

/// The suggestions that are values.
fn texts(
    found: impl Iterator<Item = Suggestion<String>>,
    check: fn(&str) -> Result<(), String>,
) -> Vec<Found> {
    let found = found.filter(|it| check(&it.value).is_ok());
    found
        .map(|it| Found {
            text: it.value,
            evidence: it.evidence,
            after: None,
        })
        .collect()
}

fn workflow_type(found: &Suggestion<Workflow>) -> Suggestion<String> {
    Suggestion {
        value: found.value.name.clone(),
        evidence: found.evidence.clone(),
    }
}

/// Arguments for one workflow type.
fn sample(found: &Suggestion<Workflow>) -> Option<Found> {
    Some(Found {
        text: found.value.sample()?,
        evidence: found.evidence.clone(),
        after: Some(found.value.name.clone()),
    })
}
