//! Finds the worker in Rust sources.

use camino::Utf8Path;
use model::topology::Command;

use super::code::{Code, Syntax, keyword, name};
use super::constants;
use super::findings::{Findings, words};
use super::manifest::{Binary, binaries};
use super::signature::{Workflow, parameters};
use super::suggestion::Suggestion;
use super::tree::Tree;

pub(super) fn find(tree: &Tree) -> (Findings, Vec<Code>) {
    let all = Code::of(tree, &["rs"], Syntax::Rust);
    let mut commands = Vec::new();
    let mut queues = Vec::new();
    for code in all.iter().filter(|code| code.has("temporalio_sdk")) {
        for call in code.calls("WorkerOptions::new") {
            let queue = call.arguments.first().copied().unwrap_or_default();
            queues.extend(constants::text(queue, code, call.at, &all));
        }
        if let Some(at) = code.words("Worker::new").next() {
            let starts = start(tree, code).into_iter();
            commands.extend(starts.map(|it| Suggestion::new(it, code.evidence(at))));
        }
    }
    let workflows = all.iter().flat_map(|it| workflows(it, &all)).collect();
    (Findings::new(commands, queues, workflows), all)
}

/// The command that runs the program with the worker of a file: the file itself, else a binary named
/// `worker`, else the only one of the package.
fn start(tree: &Tree, code: &Code) -> Option<Command> {
    let package = tree.nearest(&code.path, &["Cargo.toml"])?;
    let binaries = binaries(tree, &package);
    let own = binaries.iter().find(|binary| binary.path == code.path);
    let named = || binaries.iter().find(|it| it.name.contains("worker"));
    let only = || match &binaries[..] {
        [one] => Some(one),
        _ => None,
    };
    let binary = own.or_else(named).or_else(only)?;
    Some(run(&package, binary))
}

/// Cargo finds its own target folder, so it also starts the program that it has built.
fn run(package: &Utf8Path, binary: &Binary) -> Command {
    let cargo = |verb: &str| {
        let mut words = words(&["cargo", verb, "--release"]);
        if package != "" {
            let manifest = package.join("Cargo.toml");
            words.extend(["--manifest-path".to_owned(), manifest.into_string()]);
        }
        words.extend(["--bin".to_owned(), binary.name.clone()]);
        words
    };
    Command {
        words: cargo("run"),
        prepare: Some(cargo("build")),
    }
}

/// The workflows that a file defines. The type is the name that `#[run(name = ...)]` gives, else that
/// of the Rust type.
fn workflows(code: &Code, all: &[Code]) -> Vec<Suggestion<Workflow>> {
    let found = code.words("#[workflow_methods").filter_map(|at| {
        let start = at + code.text[at..].find("impl ")?;
        let rest = &code.text[start..];
        let kind = name(&rest["impl ".len()..])?;
        let end = rest.find("#[workflow_methods").unwrap_or(rest.len());
        let options = rest[..end]
            .find("#[run(")
            .map(|it| start + it + "#[run".len());
        let options = options.map(|open| code.items(open)).unwrap_or_default();
        let given = options.into_iter().find_map(|it| keyword(it, "name"));
        let given = given.and_then(|it| constants::text(it, code, at, all));
        let run = rest[..end].find("#[run");
        let function = run.and_then(|run| Some(start + run + rest[run..end].find("fn ")?));
        let parameters = function.and_then(|from| parameters(code, from));
        let workflow = Workflow {
            name: given.map_or_else(|| kind.to_owned(), |it| it.value),
            parameters: parameters.map(|it| it.into_iter().skip(1).collect()),
        };
        Some(Suggestion::new(workflow, code.evidence(at)))
    });
    found.collect()
}
