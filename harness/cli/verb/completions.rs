//! `harness completions`.

use crate::error::Exit;
use crate::ui::Ui;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  harness completions bash > ~/.local/share/bash-completion/completions/harness"
)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// `line` is the definition of the command line.
pub(super) fn run(args: &Args, line: &mut clap::Command, ui: &mut Ui) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, line, "harness", &mut script);
    let script = String::from_utf8_lossy(&script);
    ui.text(script.trim_end());
    ui.json(&serde_json::json!({"shell": args.shell.to_string(), "script": script}));
    Exit::Ok
}
