//! Finds the worker in Go sources.

use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Command;

use super::code::{Code, Syntax, is_part};
use super::constants;
use super::findings::{Findings, words};
use super::signature::{Workflow, parameters};
use super::suggestion::{Evidence, Suggestion};
use super::tree::Tree;

/// The folder for programs that `prepare` builds, which Git ignores.
const BUILT: &str = ".harness/bin";

/// The package of the SDK that has `New`.
const WORKER: &str = "\"go.temporal.io/sdk/worker\"";

pub(super) fn find(tree: &Tree) -> (Findings, Vec<Code>) {
    let all = Code::of(tree, &["go"], Syntax::Go);
    let mut commands = Vec::new();
    let mut queues = Vec::new();
    for code in &all {
        let Some(package) = imported(code) else {
            continue;
        };
        for call in code.calls(&format!("{package}.New")) {
            let queue = call.arguments.get(1).copied().unwrap_or_default();
            queues.extend(constants::text(queue, code, call.at, &all));
            commands.extend(starts(tree, &all, code, call.at));
        }
    }
    // A repository may have several programs with a worker.
    commands.sort_by_key(|it: &Suggestion<Command>| {
        let package = it.value.prepare.iter().flatten().last();
        !package.is_some_and(|package| package.contains("worker"))
    });
    let workflows = all.iter().flat_map(|it| workflows(it, &all)).collect();
    (Findings::new(commands, queues, workflows), all)
}

/// The name under which a file imports the SDK's package `worker`.
fn imported(code: &Code) -> Option<String> {
    let at = code.text.find(WORKER)?;
    let alias: String = code
        .line_before(at)
        .chars()
        .rev()
        .skip_while(|it| it.is_whitespace())
        .take_while(|it| is_part(*it))
        .collect();
    let alias: String = alias.chars().rev().collect();
    Some(match &*alias {
        "" | "import" => "worker".to_owned(),
        alias => alias.to_owned(),
    })
}

/// The commands that start the worker that a file creates: those of its own program, else of the
/// programs that import its package.
fn starts(tree: &Tree, all: &[Code], code: &Code, at: usize) -> Vec<Suggestion<Command>> {
    if is_main(code) {
        return vec![start(tree, &code.path, code.evidence(at))];
    }
    let Some(package) = package_path(tree, &code.path) else {
        return Vec::new();
    };
    let quoted = format!("\"{package}\"");
    let mains = all.iter().filter(|it| is_main(it));
    let starts = mains.filter_map(|main| {
        let at = main.text.find(&quoted)?;
        Some(start(tree, &main.path, main.evidence(at)))
    });
    starts.collect()
}

fn is_main(code: &Code) -> bool {
    let mut lines = code.text.lines();
    lines.any(|line| line.trim_end() == "package main")
}

/// The command that starts the program of a file. `go run` would compile while the worker is waited
/// for.
fn start(tree: &Tree, file: &Utf8Path, evidence: Evidence) -> Suggestion<Command> {
    let module = tree.nearest(file, &["go.mod"]).unwrap_or_default();
    let folder = file.parent().unwrap_or(Utf8Path::new(""));
    let package = folder.strip_prefix(&module).unwrap_or(folder);
    let name = folder.strip_prefix("cmd").unwrap_or(folder);
    let name = match name.as_str() {
        "" => "worker".to_owned(),
        name => name.replace('/', "-"),
    };
    let program = format!("{BUILT}/{name}");
    let mut prepare = words(&["go"]);
    if module != "" {
        prepare.extend(words(&["-C", module.as_str()]));
    }
    // `-C` comes first, so the path of the program is relative to the module.
    let up = "../".repeat(module.components().count());
    let package = if package == "" {
        ".".to_owned()
    } else {
        format!("./{package}")
    };
    prepare.extend(words(&["build", "-o", &format!("{up}{program}"), &package]));
    let command = Command {
        words: vec![program],
        prepare: Some(prepare),
    };
    Suggestion::new(command, evidence)
}

/// The path by which others import the package of a file.
fn package_path(tree: &Tree, file: &Utf8Path) -> Option<String> {
    let module = tree.nearest(file, &["go.mod"])?;
    let manifest = tree.get(module.join("go.mod"))?;
    let name = manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix("module "))?;
    let folder = file.parent()?.strip_prefix(&module).ok()?;
    let path = Utf8PathBuf::from(name.trim()).join(folder);
    Some(path.as_str().trim_end_matches('/').to_owned())
}

/// The workflows that a file registers: each has the name of its function, or the one that the
/// options name.
fn workflows(code: &Code, all: &[Code]) -> Vec<Suggestion<Workflow>> {
    let plain = code.calls("RegisterWorkflow");
    let named = code.calls("RegisterWorkflowWithOptions");
    let mut found: Vec<(usize, Workflow)> = plain
        .chain(named)
        .filter_map(|call| {
            let argument = call.arguments.first()?;
            let function = last_part(argument);
            let options = call.arguments.get(1).and_then(|it| it.split_once("Name:"));
            let parameters = function.as_ref().and_then(|it| parameters_of(it, all));
            let name = match options {
                Some((_, options)) => {
                    let end = options.find([',', '}']).unwrap_or(options.len());
                    constants::text(&options[..end], code, call.at, all)?.value
                }
                // A name without a package and without a function is a variable.
                None if parameters.is_some() || argument.contains('.') => function?,
                None => return None,
            };
            Some((call.at, Workflow { name, parameters }))
        })
        .collect();
    found.sort_by_key(|(at, _)| *at);
    let found = found.into_iter();
    found
        .map(|(at, workflow)| Suggestion::new(workflow, code.evidence(at)))
        .collect()
}

/// The parameters of a function after its context.
fn parameters_of(function: &str, all: &[Code]) -> Option<Vec<String>> {
    all.iter().find_map(|code| {
        let mut places = code.words(function);
        let at = places.find(|at| {
            code.line_before(*at).starts_with("func ")
                && code.text[at + function.len()..].starts_with('(')
        })?;
        let parameters = parameters(code, at)?;
        Some(parameters.into_iter().skip(1).collect())
    })
}

fn last_part(function: &str) -> Option<String> {
    let is_path = function.chars().all(|it| is_part(it) || it == '.');
    let name = function.rsplit('.').next()?;
    (is_path && !name.is_empty()).then(|| name.to_owned())
}
