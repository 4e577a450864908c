//! Resolves the application's workers and their starter.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::Spanned;

use super::layer::{Layers, position};
use super::resolve::{READY_TIMEOUT, number, value};
use super::resolved::no_replicas;
use super::scalar::{Text, WorkerName};
use super::{Backend, Starter, StarterMode, Worker, Workers, model, variable};
use crate::document::Error;
use crate::quantity::Duration;
use crate::topology::{Command, Run, SecretSource, Variable};

/// The default of Kubernetes.
const TERMINATION_GRACE_PERIOD: Duration = Duration::from_secs(30);

pub(super) fn resolve(
    layers: &Layers,
    one: Option<model::Worker>,
    several: Option<Spanned<BTreeMap<WorkerName, model::Worker>>>,
) -> Result<Workers, Error> {
    let Some(several) = several else {
        let one = worker(layers, "worker", one.unwrap_or_default())?;
        if let Some(needed) = one.needs.first() {
            let message = format!("there is no other worker, so none can be called `{needed}`");
            return Err(layers.error_at(|it| first(it.worker.as_ref()?), &message));
        }
        return Ok(Workers::One(one));
    };
    if one.is_some() {
        let message = "`worker` has no effect, because the profile has `workers`; set \
                       `workers.NAME` instead";
        return Err(layers.error_at_key("worker", |it| it.worker.is_some(), message));
    }
    let at = |it: &model::Profile| it.workers.as_ref().map(position);
    if several.value.is_empty() {
        return Err(layers.error_where(at, "`workers` has no worker"));
    }
    let resolved = several.value.into_iter().map(|(name, written)| {
        let worker = worker(layers, &format!("workers.{name}"), written)?;
        Ok((name, worker))
    });
    let workers: BTreeMap<WorkerName, Worker> = resolved.collect::<Result<_, Error>>()?;
    needs(layers, &workers)?;
    Ok(Workers::Several(workers))
}

/// The worker at a key.
fn worker(layers: &Layers, key: &str, written: model::Worker) -> Result<Worker, Error> {
    let model::Worker {
        replicas,
        task_queue,
        run,
        environment,
        needs,
        ready_timeout,
        termination_grace_period,
    } = written;
    let task_queue = layers.require(task_queue, &format!("{key}.task-queue"))?;
    Ok(Worker {
        replicas: replicas.map_or(1, |replicas| replicas.value.get_u16()),
        task_queue: task_queue.to_string(),
        run: match run.unwrap_or(model::Run::BuiltIn) {
            model::Run::BuiltIn => Run::BuiltIn,
            model::Run::Build(folder) => Run::Build(folder.to_string()),
            model::Run::Command(model::Command { command, prepare }) => Run::Command(Command {
                words: texts(&command.value),
                prepare: prepare.map(|prepare| texts(&prepare.value)),
            }),
            model::Run::Image(image) => Run::Image(image.to_string()),
        },
        environment: environment
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_string(), variable(value)))
            .collect(),
        needs: needs.into_iter().flatten().map(|it| it.value).collect(),
        ready_timeout: value(ready_timeout, READY_TIMEOUT),
        termination_grace_period: value(termination_grace_period, TERMINATION_GRACE_PERIOD),
    })
}

/// Checks that every worker has replicas, unless somebody else can run it.
pub(super) fn replicas(layers: &Layers, workers: &Workers, backend: &Backend) -> Result<(), Error> {
    let none = |(_, worker): &(_, &Worker)| worker.replicas == 0;
    if matches!(backend, Backend::Existing(_)) || !workers.services().iter().any(none) {
        return Ok(());
    }
    let zero = |worker: &model::Worker| {
        let replicas = worker.replicas.as_ref();
        replicas.filter(|it| it.value.get() == 0).map(position)
    };
    let at = |it: &model::Profile| {
        let mut several = it.workers.iter().flat_map(|it| it.value.values());
        let one = it.worker.as_ref().and_then(zero);
        one.or_else(|| several.find_map(zero))
    };
    Err(layers.error_where(at, &no_replicas(backend)))
}

/// Checks that every needed worker exists, and that no worker needs itself, directly or through
/// others.
fn needs(layers: &Layers, workers: &BTreeMap<WorkerName, Worker>) -> Result<(), Error> {
    for (name, worker) in workers {
        for needed in &worker.needs {
            let message = if !workers.contains_key(needed) {
                unknown(needed, workers.keys().filter(|other| *other != name))
            } else if reaches(workers, needed, name) {
                format!("`{name}` would wait for itself")
            } else {
                continue;
            };
            let at = |it: &model::Profile| {
                let worker = it.workers.as_ref()?.value.get(name)?;
                let mut needs = worker.needs.iter().flatten();
                needs.find(|it| it.value == *needed).map(position)
            };
            return Err(layers.error_where(at, &message));
        }
    }
    Ok(())
}

/// Whether a worker is another one or needs it, directly or through others.
fn reaches(workers: &BTreeMap<WorkerName, Worker>, from: &WorkerName, to: &WorkerName) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(workers.get(name).into_iter().flat_map(|it| &it.needs));
        }
    }
    false
}

pub(super) fn starter(
    layers: &Layers,
    workers: &Workers,
    written: model::Starter,
) -> Result<Starter, Error> {
    let model::Starter { mode, worker, port } = written;
    let starter = Starter {
        mode: mode.unwrap_or_default(),
        worker: worker.map(|it| it.value),
        port: number(port),
    };
    let error = |message: &str| {
        let named = |it: &model::Profile| it.starter.as_ref()?.worker.as_ref().map(position);
        let workers = |it: &model::Profile| it.workers.as_ref().map(position);
        layers.error_where(|it| named(it).or_else(|| workers(it)), message)
    };
    match (workers, &starter.worker) {
        (Workers::One(_), Some(_)) => Err(error(
            "`starter.worker` is the name of one of several `workers`, and there is one `worker`",
        )),
        (Workers::Several(workers), Some(name)) if !workers.contains_key(name) => {
            Err(error(&unknown(name, workers.keys())))
        }
        (Workers::Several(workers), None) if starter.mode == StarterMode::InWorker => {
            let known = list(workers.keys());
            Err(error(&format!(
                "the profile does not say which worker has the HTTP starter; set `starter.worker` to \
                 one of {known}, or `starter.mode` to `off`"
            )))
        }
        _ => Ok(starter),
    }
}

fn unknown<'a>(name: &WorkerName, others: impl Iterator<Item = &'a WorkerName>) -> String {
    match &*list(others) {
        "" => format!("`workers` has no `{name}`"),
        others => format!("`workers` has no `{name}`, only {others}"),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a WorkerName>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn first(worker: &model::Worker) -> Option<&Spanned<WorkerName>> {
    worker.needs.iter().flatten().next()
}

fn variable(written: variable::Variable) -> Variable {
    match written {
        variable::Variable::Text(text) => Variable::Text(text.to_string()),
        variable::Variable::Secret(variable::Secret::SecretFile(path)) => {
            Variable::Secret(SecretSource::SecretFile(path.to_string()))
        }
        variable::Variable::Secret(variable::Secret::SecretVariable(name)) => {
            Variable::Secret(SecretSource::SecretVariable(name.to_string()))
        }
    }
}

fn texts(written: &[Text]) -> Vec<String> {
    written.iter().map(ToString::to_string).collect()
}
