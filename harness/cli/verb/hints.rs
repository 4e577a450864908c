//! Every command that a message of the harness tells to run is one that the command line takes.

use camino::{Utf8Path, Utf8PathBuf};
use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::Cli;
use crate::error::{CommandError, Exit};

/// What stands in the place of what only a run of the harness knows, by the name of it in the
/// source: all that it may be.
const KNOWN: [(&str, &[&str]); 16] = [
    ("verb", &["up", "promote", "down", "destroy"]),
    ("up", &["up", "promote"]),
    ("down", &["down", "destroy"]),
    ("again", &["up", "promote", "down", "destroy"]),
    ("rehearse", &["", " --rehearse"]),
    (
        "suffix",
        &[
            "",
            " --profile k3d",
            " --file a/b.yaml --backend process --rehearse --set a=b",
        ],
    ),
    ("target", &["", " --profile azure --rehearse"]),
    ("name", &["mine"]),
    ("replica", &["worker-0"]),
    ("service", &["temporal-frontend"]),
    ("component", &["worker"]),
    ("file", &["scenarios/smoke.yaml"]),
    ("scenario", &["scenarios/smoke.yaml"]),
    ("below", &["scenarios/smoke.yaml"]),
    ("profile", &["mine"]),
    ("", &["mine"]),
];

/// Every source file below a folder, but for tests, whose messages nobody is told.
fn sources(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("the source is there") {
        let path = entry.expect("readable").into_path();
        let is_test = path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "hints");
        if path.is_dir() && !is_test {
            found.extend(sources(&path));
        } else if path.extension() == Some("rs") && !is_test {
            found.push(path);
        }
    }
    found
}

/// The commands that strings of a source file quote, as they are written there.
fn quoted(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    // A string that goes on in the next line goes on where that begins.
    let mut text = String::new();
    for line in lines {
        match line.strip_suffix('\\') {
            Some(part) => text.push_str(part.trim_start()),
            None => text.extend([line.trim_start(), "\n"]),
        }
    }
    let parts = text.split('`').skip(1);
    let commands = parts.filter(|part| part.starts_with("harness ") && !part.contains('\n'));
    commands.map(str::to_owned).collect()
}

/// A command with everything that may stand in its places.
fn filled(command: &str) -> Vec<String> {
    let Some((before, rest)) = command.split_once('{') else {
        return vec![command.to_owned()];
    };
    let (place, after) = rest.split_once('}').expect("a place ends");
    let known = KNOWN.iter().find(|(name, _)| *name == place);
    let (_, values) = known.unwrap_or_else(|| panic!("`{command}`: what may `{place}` be?"));
    let whole = values.iter().map(|value| format!("{before}{value}{after}"));
    whole.flat_map(|command| filled(&command)).collect()
}

#[track_caller]
fn parses(command: &str, whence: &Utf8Path) {
    let parsed = Cli::command().try_get_matches_from(command.split_whitespace());
    // Help that is asked for comes as an error.
    let help = |error: &clap::Error| error.kind() == ErrorKind::DisplayHelp;
    let taken = parsed.as_ref().err().is_none_or(help);
    assert!(taken, "{whence}: `{command}`: {parsed:?}");
}

#[test]
fn every_command_that_a_message_tells_to_run_is_one_that_the_command_line_takes() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("harness");
    let mut count = 0;
    for path in sources(&root) {
        let source = fs_err::read_to_string(&path).expect("readable");
        for command in quoted(&source).iter().flat_map(|it| filled(it)) {
            count += 1;
            parses(&command, &path);
            // As it is told once it is known what the command was about.
            let suffix = " --profile mine --backend process --set a=b";
            let error = CommandError::new(Exit::Usage, "an error").hint(format!("`{command}`"));
            let told = error.about(suffix);
            parses(told.hints[0].trim_matches('`'), &path);
        }
    }
    assert!(count > 50, "only {count} commands were found");
}

#[test]
fn what_no_command_line_takes_is_found() {
    let source = "hint(\"run `harness logs {replica}`; then `harness \\\n    upp` again\")\n\
                  // `harness nothing`\n#[cfg(test)]\n\"`harness none`\"";
    assert_eq!(quoted(source), ["harness logs {replica}", "harness upp"]);
    let wrong = Cli::command().try_get_matches_from("harness upp".split(' '));
    assert!(wrong.is_err());
    assert_eq!(filled("harness {down} -p {name}").len(), 2);
}
