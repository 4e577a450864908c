//! Tests that the command line accepts every command that the harness tells the user to run, and
//! that each is data: only then does it name the topology of the command that told it.

use base::hint::{Command, Hint, Verb};
use camino::{Utf8Path, Utf8PathBuf};
use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::error::{CommandError, Exit};
use crate::verb::Cli;
use crate::verb::session::Target;

/// Every verb that a hint can name, with sample values.
fn verbs() -> Vec<Verb> {
    let verbs = vec![
        Verb::Destroy,
        Verb::Doctor,
        Verb::Down,
        Verb::Heal,
        Verb::Help,
        Verb::Logs,
        Verb::LogsOf("worker-0".to_owned()),
        Verb::OpenWeb,
        Verb::Plan,
        Verb::PlanOut,
        Verb::Promote,
        Verb::PromoteOverriding("a reason".to_owned()),
        Verb::PromoteOverriding("-a reason".to_owned()),
        Verb::RotatePassword,
        Verb::Serve,
        Verb::Status,
        Verb::Test("scenarios/smoke.yaml".to_owned()),
        Verb::Test("-my file.yaml".to_owned()),
        Verb::Up,
        Verb::UpDryRun,
    ];
    // A new verb must be added to the list above.
    for verb in &verbs {
        match verb {
            Verb::Destroy
            | Verb::Doctor
            | Verb::Down
            | Verb::Heal
            | Verb::Help
            | Verb::Logs
            | Verb::LogsOf(_)
            | Verb::OpenWeb
            | Verb::Plan
            | Verb::PlanOut
            | Verb::Promote
            | Verb::PromoteOverriding(_)
            | Verb::RotatePassword
            | Verb::Serve
            | Verb::Status
            | Verb::Test(_)
            | Verb::Up
            | Verb::UpDryRun => {}
        }
    }
    verbs
}

/// Targets of all kinds, with names that a shell or clap could misread.
fn targets() -> Vec<Target> {
    let named = |word: &str, sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        Target::named(word, &sets)
    };
    vec![
        named("local", &[]),
        named("k3d", &["worker.environment.A=$HOME"]),
        named("-my file.yaml", &["-a=b c", "name=it's"]),
        Target {
            backend: Some(crate::verb::backend_name::Named::Process),
            directory: Some("my project".into()),
            ..named("mine", &[])
        },
        Target {
            rehearse: true,
            directory: Some("-x".into()),
            ..named("azure", &[])
        },
    ]
}

/// The words into which a shell splits a line.
fn by_shell(line: &str) -> Vec<String> {
    let script = format!(r"printf '%s\0' {line}");
    let read = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let read = String::from_utf8(read.expect("there is a shell").stdout).expect("UTF-8");
    read.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn every_command_of_a_hint_parses_for_every_target() {
    for verb in verbs() {
        for target in targets() {
            let hint = Hint::from(verb.clone());
            let error = CommandError::new(Exit::Usage, "an error").hint(hint);
            let error = error.about(&target.options());
            let hint = &error.hints[0];
            let told = hint.to_string();
            let words = by_shell(told.trim_matches('`'));
            parses(&words, &told);
            let command = hint.commands().next().expect("one command");
            // The words for programs equal the line for people.
            match command.line() {
                Some(line) => assert_eq!(line, words),
                None => assert!(matches!(verb, Verb::PlanOut | Verb::Serve), "{told}"),
            }
            assert_eq!(
                is_named(&words, &target),
                takes_a_profile(&words),
                "{told} names the topology if its verb takes one"
            );
        }
        let bare = Command::named(verb, [""; 0]).to_string();
        parses(&by_shell(&bare), &bare);
    }
    let down = Command::with_placeholder(Verb::Down).to_string();
    parses(&by_shell(&down), &down);
}

/// Whether the words name the target, before the verb's own options.
fn is_named(words: &[String], target: &Target) -> bool {
    let options = target.options();
    if options.is_empty() {
        return takes_a_profile(words);
    }
    words.windows(options.len()).any(|window| window == options)
}

/// Whether the verb of a line has the option `--profile`.
fn takes_a_profile(words: &[String]) -> bool {
    let mut command = Cli::command();
    for word in words.iter().skip(1) {
        let Some(below) = command.find_subcommand(word) else {
            break;
        };
        command = below.clone();
    }
    let mut arguments = command.get_arguments();
    arguments.any(|argument| argument.get_long() == Some("profile"))
}

/// Every source file below a folder except tests.
fn sources(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("the source is there") {
        let path = entry.expect("readable").into_path();
        let is_test = path.file_stem() == Some("tests");
        if path.is_dir() && !is_test {
            found.extend(sources(&path));
        } else if path.extension() == Some("rs") && !is_test {
            found.push(path);
        }
    }
    found
}

/// The code of a source file without tests and comments, with continued string literals joined.
fn code(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut text = String::new();
    for line in lines {
        match line.strip_suffix('\\') {
            Some(part) => text.push_str(part.trim_start()),
            None => text.extend([line.trim_start(), "\n"]),
        }
    }
    text
}

/// How a command begins in a text.
const COMMAND: &str = "`harness ";

/// The lines of a source file with a command in a text.
fn with_a_command(source: &str) -> Vec<String> {
    let text = code(source);
    let lines = text.lines().filter(|line| line.contains(COMMAND));
    lines.map(str::to_owned).collect()
}

#[track_caller]
fn parses<S: AsRef<str>>(words: &[S], whence: &str) {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let parsed = Cli::command().try_get_matches_from(&words);
    // clap returns requested help as an error.
    let help = |error: &clap::Error| error.kind() == ErrorKind::DisplayHelp;
    let taken = parsed.as_ref().err().is_none_or(help);
    assert!(taken, "{whence}: {words:?}: {parsed:?}");
}

fn source_of_everything() -> Vec<(Utf8PathBuf, String)> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("harness");
    let read = |path: Utf8PathBuf| {
        let source = fs_err::read_to_string(&path).expect("readable");
        (path, source)
    };
    sources(&root).into_iter().map(read).collect()
}

#[test]
fn no_text_contains_a_command() {
    let mut count = 0;
    for (path, source) in source_of_everything() {
        count += 1;
        assert_eq!(
            with_a_command(&source),
            <[String; 0]>::default(),
            "{path}: a command in a text is data (`base::hint::Command`)"
        );
    }
    assert!(count > 300, "only {count} files were found");
    let remedies = include_str!("../../../azure/arm/remedies.json");
    assert!(!remedies.contains(COMMAND), "a command in a remedy is data");
}

#[test]
fn a_command_as_text_is_found() {
    for source in [
        "error.hint(format!(\n    \"(do) run `harness {up}`\"\n))",
        "Hint::run(Verb::Up).words(\" or `harness \\\n     down`\")",
        "vec![Hint::say(\"x\"), \"`harness down`\".into()]",
        "notice(\"run `harness \\\n    upp` again\")",
    ] {
        assert_eq!(with_a_command(source).len(), 1, "{source}");
    }
    let others = "x(\"`harness-NAME`\")\n// `harness nothing`\n#[cfg(test)]\n\"`harness none`\"";
    assert_eq!(with_a_command(others), <[String; 0]>::default());
}
