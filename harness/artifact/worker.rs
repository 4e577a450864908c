//! The workers' programs: the harness itself, built from a Cargo package, or the user's own command.

use std::collections::BTreeMap;
use std::io;

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::topology::{
    Command, Digest, Run, ServiceName, Topology, Worker, WorkerBuild, WorkerBuilds,
};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::program::{Program, content};
use super::{cargo, image, prepare};

/// Builds or finds the programs of a topology's workers, by service.
pub async fn workers(
    topology: &Topology,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<BTreeMap<ServiceName, Program>, Error> {
    let mut programs = BTreeMap::new();
    for Worker { service, run, .. } in topology.own_workers() {
        let program = worker(run, environment, news, cancel).await?;
        programs.insert(service.name.clone(), program);
    }
    Ok(programs)
}

/// Whether [`workers`] can succeed, as far as can be checked without running a tool.
pub fn foresee_workers(topology: &Topology, environment: &Environment) -> Result<(), Error> {
    let mut workers = topology.own_workers();
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
        Run::Command(Command { words, prepare }) => {
            if let Some(prepare) = prepare {
                prepare::run(prepare, environment, news, cancel).await?;
            }
            let (path, arguments) = command(words, environment)?;
            match prepare {
                Some(_) => by_content(path, arguments).await,
                None => Ok(Program::new(path, arguments)),
            }
        }
        Run::Image(image) => Err(image_for_process(image)),
    }
}

/// The program of a worker that was started before, to compare it with the one that [`workers`]
/// would return. Builds nothing.
pub async fn worker_started_before(
    run: &Run,
    path: Utf8PathBuf,
    arguments: Vec<String>,
) -> Result<Program, Error> {
    match run {
        Run::Command(Command {
            prepare: Some(_), ..
        }) if path.is_file() => by_content(path, arguments).await,
        _ => Ok(Program::new(path, arguments)),
    }
}

/// The program, which is compared by its content.
async fn by_content(path: Utf8PathBuf, arguments: Vec<String>) -> Result<Program, Error> {
    let content = read(path.clone(), arguments.clone()).await;
    let content = content.map_err(Error::file("read", path.clone()))?;
    Ok(Program::with_content(path, arguments, &content))
}

fn foresee_worker(run: &Run, environment: &Environment) -> Result<(), Error> {
    match run {
        Run::BuiltIn => Ok(()),
        Run::Build(folder) => cargo::foresee(Utf8Path::new(folder), environment),
        // The command that prepares the worker may create its program.
        Run::Command(Command {
            prepare: Some(words),
            ..
        }) => prepare::foresee(words, environment),
        Run::Command(Command { words, .. }) => command(words, environment).map(drop),
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
            let content = read(harness.path, harness.arguments).await;
            content.ok().map(WorkerBuild::of_program)
        }
        // The program in an image that Docker builds is not known here.
        Run::Build(folder) if image::is_made_here(folder.as_ref()) => {
            let built = cargo::built_last(Utf8Path::new(folder), environment, cancel).await;
            let content = read(built.ok().flatten()?, Vec::new()).await;
            content.ok().map(WorkerBuild::of_program)
        }
        Run::Build(_) | Run::Command(_) => None,
        Run::Image(reference) => Some(WorkerBuild::of_reference(reference)),
    }
}

/// The content of a program, which may be large.
async fn read(path: Utf8PathBuf, arguments: Vec<String>) -> io::Result<Digest> {
    let read = tokio::task::spawn_blocking(move || content(&path, &arguments));
    read.await.expect("reading a file does not panic")
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

/// Finds the program of a command, and returns its path and its arguments.
fn command(
    words: &[String],
    environment: &Environment,
) -> Result<(Utf8PathBuf, Vec<String>), Error> {
    let (program, arguments) = program_of(words);
    let path = find(program, environment).ok_or_else(|| Error::Locate {
        program: program.to_owned(),
    })?;
    Ok((path, arguments.to_vec()))
}

/// The program of a command, and its arguments.
pub(super) fn program_of(words: &[String]) -> (&str, &[String]) {
    words
        .split_first()
        .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest))
}

/// The path of a program on `PATH`, or relative to the working directory if it contains a `/`.
pub(super) fn find(program: &str, environment: &Environment) -> Option<Utf8PathBuf> {
    if program.contains('/') {
        let path = camino::absolute_utf8(program).unwrap_or_else(|_| Utf8PathBuf::from(program));
        base::tool::is_executable(&path).then_some(path)
    } else {
        environment.find(program)
    }
}

#[cfg(test)]
mod tests {
    use testing::machine;

    use super::*;

    async fn resolve(words: &[&str], environment: &Environment) -> Result<Program, Error> {
        let run = command_of(words, None);
        let news = Listener::silent();
        worker(&run, environment, &news, &CancellationToken::new()).await
    }

    fn command_of(words: &[&str], prepare: Option<&[&str]>) -> Run {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Run::Command(Command {
            words: owned(words),
            prepare: prepare.map(owned),
        })
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

    /// A worker whose program `prepare` writes.
    #[tokio::test]
    async fn a_command_may_not_exist_before_it_is_prepared() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let environment = machine::environment(folder);
        let made = folder.join("made");
        let script = format!(
            "echo \"compiling $1\"; printf '#!/bin/sh\\necho %s\\n' \"$1\" >{made}; chmod 755 {made}"
        );
        machine::tool(folder, "make-worker", &script);
        let never = CancellationToken::new();
        let (news, mut heard) = Listener::channel();
        let prepared = async |version: &str| {
            let run = command_of(&[made.as_str()], Some(&["make-worker", version]));
            foresee_worker(&run, &environment).expect("it can be made");
            worker(&run, &environment, &news, &never).await
        };
        let first = prepared("one").await.expect("it was made");
        assert_eq!(first.path, made);
        let said = heard.try_recv().expect("a notice");
        let message = "prepare the worker: make-worker one".to_owned();
        assert_eq!(said, base::news::News::Notice { message });
        let old = fs_err::File::options().append(true).open(&made);
        let old = old.expect("it was made").into_file();
        old.set_modified(std::time::UNIX_EPOCH).expect("it is ours");
        let again = prepared("one").await.expect("it was made");
        assert_eq!(first, again, "the same program was made again");
        let run = command_of(&[made.as_str()], Some(&["make-worker", "one"]));
        let before = worker_started_before(&run, made.clone(), Vec::new()).await;
        assert_eq!(
            before.expect("readable"),
            first,
            "a dry run compares the same"
        );
        let other = prepared("two").await.expect("it was made");
        assert_ne!(first.digest, other.digest, "another program was made");
    }

    #[tokio::test]
    async fn a_worker_that_cannot_be_prepared_says_why() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let environment = machine::environment(folder);
        machine::tool(
            folder,
            "fails",
            "echo 'main.go:7: undefined: Helo' >&2; exit 2",
        );
        machine::tool(folder, "waits", "exec sleep 600");
        let told = |error: &Error| {
            let hints = base::hint::join(&error.hints(), "\n");
            format!("{}\n{hints}", error.with_causes())
        };
        let missing = command_of(&["./worker"], Some(&["no-such-compiler"]));
        let missing = foresee_worker(&missing, &environment).expect_err("there is none");
        insta::assert_snapshot!(told(&missing), @"
        the program `no-such-compiler` of `worker.run.prepare` is not on PATH
        Install it, or correct `worker.run.prepare` in the profile.
        ");
        let run = async |prepare: &str, cancel: &CancellationToken| {
            let run = command_of(&["./worker"], Some(&[prepare]));
            let news = Listener::silent();
            let answer = worker(&run, &environment, &news, cancel).await;
            answer.expect_err("nothing was made")
        };
        let failed = run("fails", &CancellationToken::new()).await;
        insta::assert_snapshot!(told(&failed), @"
        could not prepare the worker: `fails` ended with exit status: 2
            main.go:7: undefined: Helo
        Fix what it reports, or correct `worker.run.prepare` in the profile.
        ");
        let stop = CancellationToken::new();
        stop.cancel();
        let interrupted = run("waits", &stop).await;
        assert!(matches!(interrupted, Error::Interrupted), "{interrupted}");
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
