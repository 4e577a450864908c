//! The definition of the command line, and the commands that hints quote.

mod hints;

use super::*;

/// The names of a command and of its visible subcommands, each with its help.
fn helps(command: &clap::Command, above: &str) -> Vec<(String, String)> {
    let name = format!("{above} {}", command.get_name());
    let mut below = Vec::new();
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        below.extend(helps(verb, &name));
    }
    let help = command.clone().render_long_help().to_string();
    below.push((name, help));
    below
}

#[test]
fn the_command_line_definition_is_valid() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_of_every_verb_has_an_example_that_parses() {
    for (name, help) in helps(&Cli::command(), "") {
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.strip_prefix("  harness "))
            .map(|line| line.split(['>', '|']).next().unwrap_or_default())
            .map(|line| line.split("   ").next().unwrap_or_default())
            .collect();
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            let words = std::iter::once("harness").chain(example.split_whitespace());
            let parsed = Cli::command().try_get_matches_from(words);
            assert!(parsed.is_ok(), "{name}: {example}: {parsed:?}");
        }
    }
}

#[test]
fn logs_take_every_option_of_a_target_and_follow_with_f() {
    let logs = |line: &str| {
        let command = Cli::try_parse_from(line.split(' ')).expect("a command line");
        match command.command {
            Command::Logs(args) => args,
            other => panic!("{line}: {other:?}"),
        }
    };
    let local = logs("harness logs --local -f worker");
    assert!(local.target.local && local.follow && local.target.file.is_none());
    assert_eq!(local.services, ["worker"]);
    let by_file = logs("harness logs --file a.yaml worker");
    assert_eq!(by_file.target.file, Some("a.yaml".into()));
    assert!(!by_file.follow);
}
