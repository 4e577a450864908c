//! Finds the worker in Python sources.

use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Command;

use super::code::{Code, Syntax, keyword, name};
use super::constants;
use super::findings::{Findings, words};
use super::signature::{Workflow, parameters};
use super::suggestion::Suggestion;
use super::tree::{PYTHONS, Tree};

/// Files of which each project has one.
const MANIFESTS: [&str; 3] = ["pyproject.toml", "requirements.txt", "setup.py"];

pub(super) fn find(tree: &Tree) -> (Findings, Vec<Code>) {
    let all = Code::of(tree, &["py"], Syntax::Python);
    let mut commands = Vec::new();
    let mut queues = Vec::new();
    for code in all.iter().filter(|code| code.has("temporalio")) {
        for call in code.calls("Worker") {
            let mut arguments = call.arguments.iter();
            let queue = arguments.find_map(|it| keyword(it, "task_queue"));
            let Some(queue) = queue else {
                continue;
            };
            queues.extend(constants::text(queue, code, call.at, &all));
            if let Some(main) = main_of(&all, code) {
                let command = start(tree, &main.path);
                commands.push(Suggestion::new(command, code.evidence(call.at)));
            }
        }
    }
    let workflows = all.iter().flat_map(|it| workflows(it, &all)).collect();
    (Findings::new(commands, queues, workflows), all)
}

/// The program that runs the worker of a file: the file itself, or one that imports it.
fn main_of<'a>(all: &'a [Code], code: &'a Code) -> Option<&'a Code> {
    if is_main(code) {
        return Some(code);
    }
    let module = code.path.file_stem()?;
    let mut others = all.iter();
    others.find(|it| is_main(it) && it.path != code.path && imports(it, module))
}

fn imports(code: &Code, module: &str) -> bool {
    code.words(module).any(|at| {
        let line = code.line_before(at).trim_start();
        line.starts_with("import ") || line.starts_with("from ")
    })
}

fn is_main(code: &Code) -> bool {
    code.has("__main__") || code.calls("asyncio.run").next().is_some()
}

/// The command that runs a file, with the interpreter of its project.
fn start(tree: &Tree, file: &Utf8Path) -> Command {
    let project = tree.nearest(file, &MANIFESTS).unwrap_or_default();
    let locked = |lock: &str| tree.has(project.join(lock));
    let in_project = || match project.as_str() {
        "" => Vec::new(),
        project => words(&["--project", project]),
    };
    let (mut line, is_installed) = if locked("uv.lock") {
        let line = [words(&["uv", "run"]), in_project(), words(&["python"])];
        (line.concat(), true)
    } else if locked("poetry.lock") {
        let line = [words(&["poetry"]), in_project(), words(&["run", "python"])];
        (line.concat(), true)
    } else {
        let own = PYTHONS.into_iter().find(|path| tree.has(path));
        (words(&[own.unwrap_or("python3")]), false)
    };
    match module(tree, file, is_installed) {
        Some(module) => line.extend(words(&["-m", &module])),
        None => line.push(file.to_string()),
    }
    Command {
        words: line,
        prepare: None,
    }
}

/// The module of a file, if it is part of a package that Python finds.
fn module(tree: &Tree, file: &Utf8Path, is_installed: bool) -> Option<String> {
    let is_package = |folder: &Utf8Path| tree.has(folder.join("__init__.py"));
    let mut root = file.parent()?;
    if !is_package(root) {
        return None;
    }
    while root != "" && is_package(root) {
        root = root.parent()?;
    }
    // A package in `src` runs only after its installation, whatever starts it.
    if root != "" && root.file_name() != Some("src") && !is_installed {
        return None;
    }
    let path: Utf8PathBuf = file.strip_prefix(root).ok()?.with_extension("");
    let path = match path.file_name() {
        Some("__main__") => path.parent()?,
        _ => &path,
    };
    let parts: Vec<&str> = path.components().map(|part| part.as_str()).collect();
    Some(parts.join("."))
}

/// The workflows that a file defines.
fn workflows(code: &Code, all: &[Code]) -> Vec<Suggestion<Workflow>> {
    let decorators = ["@workflow.defn", "@temporalio.workflow.defn"];
    let found = decorators.iter().flat_map(|decorator| {
        code.words(decorator).filter_map(|at| {
            let after = at + decorator.len();
            let class = after + code.text[after..].find("class ")?;
            let given = code.text[after..class].find('(').and_then(|open| {
                let mut options = code.items(after + open).into_iter();
                options.find_map(|it| keyword(it, "name"))
            });
            let name = match given {
                Some(given) => constants::text(given, code, at, all)?.value,
                None => name(&code.text[class + "class ".len()..])?.to_owned(),
            };
            let workflow = Workflow {
                name,
                parameters: parameters_of(code, class),
            };
            Some(Suggestion::new(workflow, code.evidence(at)))
        })
    });
    found.collect()
}

/// The parameters of the method that runs the workflow of a class, after `self`.
fn parameters_of(code: &Code, class: usize) -> Option<Vec<String>> {
    let run = class + code.text[class..].find("workflow.run")?;
    // Not that of the next class.
    let next = code.text[class + 1..].find("\nclass ");
    if next.is_some_and(|next| class + 1 + next < run) {
        return None;
    }
    let method = run + code.text[run..].find("def ")?;
    let parameters = parameters(code, method)?;
    Some(parameters.into_iter().skip(1).collect())
}
