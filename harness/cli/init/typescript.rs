//! Finds the worker in sources of TypeScript and JavaScript.

use std::collections::VecDeque;

use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Command;

use super::code::{Code, Syntax, literal, literals, name};
use super::constants;
use super::findings::{Findings, words};
use super::manifest::{Script, depends_on, scripts};
use super::signature::{Workflow, parameters};
use super::suggestion::{Evidence, Suggestion};
use super::tree::Tree;

const TYPED: [&str; 3] = ["cts", "mts", "ts"];
const PLAIN: [&str; 3] = ["cjs", "js", "mjs"];

/// How many files with workflows are followed from one to the next.
const MOST_FOLLOWED: usize = 100;

/// JavaScript beside TypeScript is often its output, so it counts only without TypeScript.
pub(super) fn find(tree: &Tree) -> (Findings, Vec<Code>) {
    let (found, all) = find_in(tree, &TYPED);
    if found == Findings::default() {
        return find_in(tree, &PLAIN);
    }
    (found, all)
}

fn find_in(tree: &Tree, extensions: &[&str]) -> (Findings, Vec<Code>) {
    let all = Code::of(tree, extensions, Syntax::Script);
    let (mut commands, mut queues, mut workflows) = (Vec::new(), Vec::new(), Vec::new());
    for code in all.iter().filter(|code| code.has("@temporalio/worker")) {
        for call in code.calls("Worker.create") {
            let options = options(code, call.at);
            if let Some(queue) = property(&options, "taskQueue") {
                queues.extend(constants::text(queue, code, call.at, &all));
            }
            if let Some(path) = property(&options, "workflowsPath") {
                workflows.extend(workflows_at(path, code, &all));
            }
            commands.extend(start(tree, code, code.evidence(call.at)));
        }
    }
    if workflows.is_empty() {
        let likely = all.iter().filter(|code| is_likely(&code.path));
        workflows.extend(likely.flat_map(exported));
    }
    (Findings::new(commands, queues, workflows), all)
}

/// The properties of the object that is the first argument of a call.
fn options(code: &Code, at: usize) -> Vec<&str> {
    let rest = &code.text[at..];
    match rest.find('{') {
        Some(open) if rest[..open].trim_end().ends_with('(') => code.items(at + open),
        _ => Vec::new(),
    }
}

/// The value of a property, which may be short for a variable of the same name.
fn property<'a>(properties: &[&'a str], key: &str) -> Option<&'a str> {
    properties.iter().find_map(|item| {
        let rest = item.strip_prefix(key)?.trim_start();
        match rest.strip_prefix(':') {
            Some(value) => Some(value.trim()),
            None => rest.is_empty().then_some(*item),
        }
    })
}

/// The workflows of the file that an expression such as `require.resolve('./workflows')` names.
fn workflows_at(expression: &str, code: &Code, all: &[Code]) -> Vec<Suggestion<Workflow>> {
    let folder = code.path.parent().unwrap_or(Utf8Path::new(""));
    let mut pending: VecDeque<Utf8PathBuf> = literals(expression)
        .into_iter()
        .filter_map(|module| resolve(folder, module, all))
        .collect();
    let mut followed: Vec<Utf8PathBuf> = Vec::new();
    let mut found = Vec::new();
    while let Some(path) = pending.pop_front() {
        if followed.contains(&path) || followed.len() >= MOST_FOLLOWED {
            continue;
        }
        if let Some(code) = all.iter().find(|code| code.path == path) {
            found.extend(exported(code));
            let folder = path.parent().unwrap_or(Utf8Path::new(""));
            let modules = passed_on(code);
            pending.extend(
                modules
                    .into_iter()
                    .filter_map(|it| resolve(folder, it, all)),
            );
        }
        followed.push(path);
    }
    found
}

/// The file of a module that is named relative to a folder.
fn resolve(folder: &Utf8Path, module: &str, all: &[Code]) -> Option<Utf8PathBuf> {
    let mut path = folder.to_owned();
    for part in Utf8Path::new(module).components() {
        match part.as_str() {
            "." => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    let bare = match path.extension() {
        Some(extension) if TYPED.contains(&extension) || PLAIN.contains(&extension) => {
            path.with_extension("")
        }
        _ => path,
    };
    let found = TYPED.iter().chain(&PLAIN).flat_map(|extension| {
        [
            format!("{bare}.{extension}").into(),
            bare.join(format!("index.{extension}")),
        ]
    });
    let mut found = found;
    found.find(|path: &Utf8PathBuf| all.iter().any(|code| code.path == *path))
}

/// The modules whose exports a file passes on.
fn passed_on(code: &Code) -> Vec<&str> {
    let exports = code.words("export").filter_map(|at| {
        let statement = code.statement(at);
        let (names, from) = statement.split_once(" from ")?;
        let is_list = !names.contains("function") && !names.contains('=');
        let module = literal(from).map(|(module, _)| module);
        module.filter(|_| is_list)
    });
    exports.collect()
}

/// The functions that a file exports, as a module or in the manner of Node.
fn exported(code: &Code) -> Vec<Suggestion<Workflow>> {
    let mut all = declared(code);
    all.extend(assigned(code));
    all
}

/// The functions of `exports.NAME = async function`, and those in `module.exports = {NAME}`.
fn assigned(code: &Code) -> Vec<Suggestion<Workflow>> {
    let found = code.words("exports").flat_map(|at| {
        let rest = &code.text[at + "exports".len()..];
        let single = rest.strip_prefix('.').and_then(name).filter(|name| {
            let value = rest[1 + name.len()..].trim_start().strip_prefix('=');
            value.is_some_and(|it| it.trim_start().starts_with("async"))
        });
        let open = rest.trim_start().strip_prefix('=').map(str::trim_start);
        let open = open.filter(|value| value.starts_with('{'));
        let open = open.map(|value| code.text.len() - value.len());
        let listed = open.map(|open| code.items(open)).unwrap_or_default();
        let listed = listed.into_iter().filter(|item| name(item) == Some(item));
        let names: Vec<&str> = single.into_iter().chain(listed).collect();
        names.into_iter().map(move |name| (at, name))
    });
    found
        .map(|(at, name)| {
            let mut places = code.words(name);
            let function = places.find(|it| code.text[..*it].trim_end().ends_with("function"));
            let workflow = Workflow {
                name: name.to_owned(),
                parameters: function.and_then(|function| parameters(code, function)),
            };
            Suggestion::new(workflow, code.evidence(at))
        })
        .collect()
}

/// The functions that a file declares with `export`.
fn declared(code: &Code) -> Vec<Suggestion<Workflow>> {
    let exports = code.words("export").filter_map(|at| {
        let rest = code.text[at + "export".len()..].trim_start();
        let function = rest
            .strip_prefix("async function")
            .or_else(|| rest.strip_prefix("function"))
            .and_then(|rest| name(rest.trim_start_matches('*')));
        let arrow = || {
            let rest = rest.strip_prefix("const ")?;
            let value = code.statement(at).split_once('=')?.1.trim_start();
            value.starts_with("async").then(|| name(rest)).flatten()
        };
        let name = function.or_else(arrow)?.to_owned();
        let parameters = parameters(code, at);
        let workflow = Workflow { name, parameters };
        Some(Suggestion::new(workflow, code.evidence(at)))
    });
    exports.collect()
}

fn is_likely(path: &Utf8Path) -> bool {
    let folder = path.parent().and_then(Utf8Path::file_name);
    let stem = path.file_stem().unwrap_or_default();
    stem == "workflows" || stem.ends_with("workflow") || folder == Some("workflows")
}

/// The command that starts the worker of a file.
fn start(tree: &Tree, code: &Code, evidence: Evidence) -> Option<Suggestion<Command>> {
    let project = tree.nearest(&code.path, &["package.json"]);
    let manifest = project.as_ref().map(|folder| folder.join("package.json"));
    let text = manifest.as_ref().and_then(|path| tree.get(path));
    let (Some(project), Some(manifest), Some(text)) = (project, manifest, text) else {
        return by_node(code).map(|line| Suggestion::new(unprepared(line), evidence));
    };
    let scripts = scripts(text);
    let stem = code.path.file_stem().unwrap_or_default();
    let best = scripts.iter().filter_map(|it| Some((rank(it, stem)?, it)));
    if let Some((_, script)) = best.min_by_key(|(rank, script)| (*rank, script.line)) {
        let line = script.line;
        let evidence = Evidence {
            path: manifest,
            line,
        };
        // A script that runs the source compiles it itself.
        let is_compiled = !script.command.contains(&*format!("{stem}.ts"));
        let build = scripts.iter().find(|it| it.name == "build" && is_compiled);
        let command = Command {
            words: run(tree, &project, script),
            prepare: build.map(|build| run(tree, &project, build)),
        };
        return Some(Suggestion::new(command, evidence));
    }
    let file = code.path.as_str();
    let by = |tool: &str| depends_on(text, tool).then(|| words(&["npx", tool, file]));
    let line = by("tsx")
        .or_else(|| by("ts-node"))
        .or_else(|| by_node(code))?;
    Some(Suggestion::new(unprepared(line), evidence))
}

fn unprepared(words: Vec<String>) -> Command {
    Command {
        words,
        prepare: None,
    }
}

fn by_node(code: &Code) -> Option<Vec<String>> {
    let extension = code.path.extension()?;
    let is_plain = PLAIN.contains(&extension);
    is_plain.then(|| words(&["node", code.path.as_str()]))
}

/// How likely a script starts the worker; smaller is likelier. `None` if it does something else.
fn rank(script: &Script, stem: &str) -> Option<usize> {
    let Script { name, command, .. } = script;
    let other = [
        "build", "test", "lint", "format", "docker", "deploy", "clean",
    ];
    if other.iter().any(|other| name.contains(other)) {
        return None;
    }
    let base = if name.contains("worker") {
        0
    } else if command.contains(&format!("{stem}.")) || command.contains(&format!("/{stem}")) {
        1
    } else {
        return None;
    };
    // A program that watches files starts the worker again by itself, which the harness takes for a
    // death.
    let watches = ["watch", "nodemon", "debug"];
    let watches = watches
        .iter()
        .any(|it| name.contains(it) || command.contains(it));
    Some(base + if watches { 2 } else { 0 })
}

/// The command that runs a script, with the package manager that the lock file is of.
fn run(tree: &Tree, project: &Utf8Path, script: &Script) -> Vec<String> {
    let locked = |lock: &str| tree.has(project.join(lock));
    let (manager, folder) = if locked("pnpm-lock.yaml") {
        ("pnpm", "--dir")
    } else if locked("yarn.lock") {
        ("yarn", "--cwd")
    } else {
        ("npm", "--prefix")
    };
    let mut line = words(&[manager]);
    if project != "" {
        line.extend(words(&[folder, project.as_str()]));
    }
    line.extend(words(&["run", &script.name]));
    line
}
