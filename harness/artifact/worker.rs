//! The workers' programs: the harness itself, built from a Cargo package, or the user's own command.

use std::collections::BTreeMap;

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::topology::{Run, ServiceName, Topology, Worker, WorkerBuild, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::program::{Program, content};
use super::{cargo, image};

/// Builds or finds the programs of a topology's workers, by service.
pub async fn workers(
    topology: &Topology,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<BTreeMap<ServiceName, Program>, Error> {
    let mut programs = BTreeMap::new();
    for Worker { service, run, .. } in topology.workers() {
        let program = worker(run, environment, news, cancel).await?;
        programs.insert(service.name.clone(), program);
    }
    Ok(programs)
}

/// Whether [`workers`] can succeed, as far as can be checked without running a tool.
pub fn foresee_workers(topology: &Topology, environment: &Environment) -> Result<(), Error> {
    let mut workers = topology.workers();
    workers.try_for_each(|worker| foresee_worker(worker.run, environment))
}

/// The last builds of the workers, without compiling. A promotion would use them unless a source
/// has changed since. It has no build that cannot be determined.
pub async fn workers_built_last(
    topology: &Topology,
    environment: &Environment,
    cancel: &CancellationToken,
) -> WorkerBuilds {
    let mut builds = BTreeMap::new();
    for Worker { service, run, .. } in topology.workers() {
        if let Some(build) = built_last(run, environment, cancel).await {
            builds.insert(service.name.clone(), build);
        }
    }
    WorkerBuilds(builds)
}

/// Builds or finds the program of a worker.
async fn worker(
    run: &Run,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<Program, Error> {
    match run {
        Run::BuiltIn => Ok(built_in()),
        Run::Build(folder) => {
            let path = cargo::build(Utf8Path::new(folder), environment, news, cancel).await?;
            Ok(Program::new(path, Vec::new()))
        }
        Run::Command(words) => command(words, environment),
        Run::Image(image) => Err(image_for_process(image)),
    }
}

fn foresee_worker(run: &Run, environment: &Environment) -> Result<(), Error> {
    match run {
        Run::BuiltIn => Ok(()),
        Run::Build(folder) => cargo::foresee(Utf8Path::new(folder), environment),
        Run::Command(words) => command(words, environment).map(drop),
        Run::Image(image) => Err(image_for_process(image)),
    }
}

async fn built_last(
    run: &Run,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Option<WorkerBuild> {
    match run {
        Run::BuiltIn => {
            if let Some(reference) = image::published_image() {
                return Some(WorkerBuild::of_reference(reference));
            }
            let harness = built_in();
            read(harness.path, harness.arguments).await
        }
        // The program in an image that Docker builds is not known here.
        Run::Build(folder) if image::is_made_here(folder.as_ref()) => {
            let built = cargo::built_last(Utf8Path::new(folder), environment, cancel).await;
            read(built.ok().flatten()?, Vec::new()).await
        }
        Run::Build(_) | Run::Command(_) => None,
        Run::Image(reference) => Some(WorkerBuild::of_reference(reference)),
    }
}

/// The build of a program; `None` if it cannot be read.
async fn read(path: Utf8PathBuf, arguments: Vec<String>) -> Option<WorkerBuild> {
    let read = tokio::task::spawn_blocking(move || content(&path, &arguments));
    let program = read.await.ok()?.ok()?;
    Some(WorkerBuild::of_program(program))
}

/// The argument that starts the harness as its example worker.
pub const EXAMPLE_WORKER: &str = "example-worker";

/// The example worker that is part of the harness.
pub(super) fn built_in() -> Program {
    Program::new(base::tool::this_file(), vec![EXAMPLE_WORKER.to_owned()])
}

fn image_for_process(image: &str) -> Error {
    Error::ImageForProcess {
        image: image.to_owned(),
    }
}

fn command(words: &[String], environment: &Environment) -> Result<Program, Error> {
    let (program, arguments) = words
        .split_first()
        .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
    let found = if program.contains('/') {
        let path = camino::absolute_utf8(program).unwrap_or_else(|_| Utf8PathBuf::from(program));
        base::tool::is_executable(&path).then_some(path)
    } else {
        environment.find(program)
    };
    let path = found.ok_or_else(|| Error::Locate {
        program: program.to_owned(),
    })?;
    Ok(Program::new(path, arguments.to_vec()))
}

#[cfg(test)]
mod tests {
    use testing::machine;

    use super::*;

    async fn resolve(words: &[&str], environment: &Environment) -> Result<Program, Error> {
        let run = Run::Command(words.iter().map(ToString::to_string).collect());
        let news = Listener::silent();
        worker(&run, environment, &news, &CancellationToken::new()).await
    }

    #[tokio::test]
    async fn a_command_is_found_on_the_path_or_by_its_own_path() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let script = machine::tool(folder, "my-worker", "true");
        let environment = machine::environment(folder);

        let by_name = resolve(&["my-worker", "--queue", "q"], &environment)
            .await
            .expect("on PATH");
        assert_eq!(by_name.path, script);
        assert_eq!(by_name.arguments, ["--queue", "q"]);
        let by_path = resolve(&[script.as_str()], &environment)
            .await
            .expect("by its path");
        assert_eq!(by_path.path, script);
        assert_ne!(by_path.digest, by_name.digest);
    }

    #[tokio::test]
    async fn the_error_for_a_missing_command_says_where_it_was_searched() {
        let environment = Environment::default().with("PATH", "/nowhere");
        let error = |error: Result<Program, Error>| error.expect_err("not there").to_string();
        insta::assert_snapshot!(error(resolve(&["no-such-worker"], &environment).await), @"the worker's program `no-such-worker` is not on PATH");
        insta::assert_snapshot!(error(resolve(&["./no/such/worker"], &environment).await), @"the worker's program `./no/such/worker` is not an executable file");
        insta::assert_snapshot!(error(resolve(&[], &environment).await), @"the worker's program `` is not on PATH");
    }

    #[tokio::test]
    async fn an_image_is_refused_with_a_hint_where_a_program_is_needed() {
        let run = Run::Image("registry.example/orders:7".to_owned());
        let news = Listener::silent();
        let never = CancellationToken::new();
        let answer = worker(&run, &Environment::default(), &news, &never).await;
        let error = answer.expect_err("it is an image");
        insta::assert_snapshot!(error, @"worker.run.image names the image registry.example/orders:7, but this backend runs programs");
        insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Set `worker.run.build` or `worker.run.command` in the profile, or use a backend that runs containers.");
    }
}
