//! Finds the worker in sources of Java and Kotlin.

use camino::Utf8Path;
use model::topology::Command;

use super::code::{Code, Syntax, keyword, name};
use super::constants;
use super::findings::{Findings, words};
use super::signature::{Workflow, parameters};
use super::suggestion::Suggestion;
use super::tree::Tree;

const GRADLE: [&str; 2] = ["build.gradle", "build.gradle.kts"];

pub(super) fn find(tree: &Tree) -> (Findings, Vec<Code>) {
    let all = Code::of(tree, &["java", "kt"], Syntax::Java);
    let mut commands = Vec::new();
    let mut queues = Vec::new();
    for code in &all {
        for call in code.calls("newWorker") {
            let queue = call.arguments.first().copied().unwrap_or_default();
            queues.extend(constants::text(queue, code, call.at, &all));
            if let Some(command) = main_class(code).and_then(|it| start(tree, &code.path, &it)) {
                commands.push(Suggestion::new(command, code.evidence(call.at)));
            }
        }
        for call in code.calls("@WorkflowImpl") {
            let mut arguments = call.arguments.iter();
            let queue = arguments.find_map(|it| keyword(it, "taskQueues"));
            let queue = queue.map(|it| it.trim().trim_matches(['{', '}', '[', ']']));
            queues.extend(queue.and_then(|it| constants::text(it, code, call.at, &all)));
        }
        if let Some(at) = code.words("@SpringBootApplication").next()
            && let Some(command) = start_spring(tree, &code.path)
        {
            commands.push(Suggestion::new(command, code.evidence(at)));
        }
    }
    let workflows = all.iter().flat_map(|it| workflows(it, &all)).collect();
    (Findings::new(commands, queues, workflows), all)
}

/// The full name of the class of a file that has a `main`.
fn main_class(code: &Code) -> Option<String> {
    let is_kotlin = code.path.extension() == Some("kt");
    let main = ["void main", "fun main"];
    let main = main.iter().find_map(|main| code.words(main).next())?;
    let package = code.text.lines().find_map(|line| {
        let package = line.trim().strip_prefix("package ")?;
        Some(package.trim().trim_end_matches(';').to_owned())
    });
    let stem = code.path.file_stem()?;
    let before = &code.text[..main];
    let in_object = before.contains("object ") || before.contains("class ");
    let class = if is_kotlin && !in_object {
        format!("{stem}Kt")
    } else {
        stem.to_owned()
    };
    Some(match package {
        Some(package) => format!("{package}.{class}"),
        None => class,
    })
}

fn start(tree: &Tree, file: &Utf8Path, class: &str) -> Option<Command> {
    if let Some(project) = tree.nearest(file, &["pom.xml"]) {
        let class = format!("-Dexec.mainClass={class}");
        return Some(maven(tree, &project, &["exec:java", &class]));
    }
    let project = tree.nearest(file, &GRADLE)?;
    let text = gradle_script(tree, &project)?;
    let has_run = text.contains("application");
    has_run.then(|| gradle(tree, &project, "run"))
}

fn start_spring(tree: &Tree, file: &Utf8Path) -> Option<Command> {
    if let Some(project) = tree.nearest(file, &["pom.xml"]) {
        let text = tree.get(project.join("pom.xml"))?;
        let is_worker = text.contains("temporal-spring-boot");
        return is_worker.then(|| maven(tree, &project, &["spring-boot:run"]));
    }
    let project = tree.nearest(file, &GRADLE)?;
    let is_worker = gradle_script(tree, &project)?.contains("temporal-spring-boot");
    is_worker.then(|| gradle(tree, &project, "bootRun"))
}

fn maven(tree: &Tree, project: &Utf8Path, goals: &[&str]) -> Command {
    let program = if tree.has("mvnw") { "./mvnw" } else { "mvn" };
    let run = |goals: &[&str]| {
        let mut line = words(&[program, "-q"]);
        if project != "" {
            line.extend(words(&["-f", project.join("pom.xml").as_str()]));
        }
        line.extend(words(goals));
        line
    };
    Command {
        words: run(goals),
        prepare: Some(run(&["compile"])),
    }
}

fn gradle_script<'a>(tree: &'a Tree, project: &Utf8Path) -> Option<&'a str> {
    GRADLE.iter().find_map(|name| tree.get(project.join(name)))
}

/// Without its daemon, which would outlive the worker.
fn gradle(tree: &Tree, project: &Utf8Path, task: &str) -> Command {
    let program = if tree.has("gradlew") {
        "./gradlew"
    } else {
        "gradle"
    };
    let path = project.as_str().replace('/', ":");
    let run = |task: &str| {
        let task = if path.is_empty() {
            task.to_owned()
        } else {
            format!(":{path}:{task}")
        };
        words(&[program, "--no-daemon", "-q", &task])
    };
    Command {
        words: run(task),
        prepare: Some(run("classes")),
    }
}

/// The workflows that a file declares. The type is the name of the interface, or that of its method.
fn workflows(code: &Code, all: &[Code]) -> Vec<Suggestion<Workflow>> {
    const INTERFACE: &str = "@WorkflowInterface";
    const METHOD: &str = "@WorkflowMethod";
    let found = code.words(INTERFACE).filter_map(|at| {
        let rest = &code.text[at..];
        let interface = rest.find("interface ")?;
        let interface_name = name(&rest[interface + "interface ".len()..])?;
        let end = rest[1..].find(INTERFACE).map_or(rest.len(), |end| end + 1);
        let method = rest[..end]
            .find(METHOD)
            .map(|method| at + method + METHOD.len());
        let options = method.filter(|method| code.text[*method..].starts_with('('));
        let given = options.and_then(|open| {
            let mut items = code.items(open).into_iter();
            items.find_map(|item| keyword(item, "name"))
        });
        let name = match given {
            Some(given) => constants::text(given, code, at, all)?.value,
            None => interface_name.to_owned(),
        };
        let signature = match options {
            Some(open) => code.text[open..].find(')').map(|close| open + close),
            None => method,
        };
        let workflow = Workflow {
            name,
            parameters: signature.and_then(|from| parameters(code, from)),
        };
        Some(Suggestion::new(workflow, code.evidence(at)))
    });
    found.collect()
}
