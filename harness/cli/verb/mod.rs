//! The command line: one file per verb, each with its help, its arguments and its `run`.

mod abandoned;
mod any_backend;
mod azure_fault;
mod backend_name;
mod bench;
mod completions;
mod cost;
mod destroy;
mod diagnostics;
mod doctor;
mod down;
mod drift;
mod existing;
mod failure;
mod heal;
mod in_azure;
mod init;
mod launch;
mod lifecycle;
mod logs;
mod machine;
mod meant;
mod open;
mod outputs;
mod parity;
mod place;
mod plan;
mod profile;
mod promote;
mod reap;
mod rehearse;
mod render;
mod report;
mod rotate;
mod runs_here;
mod scenarios;
mod schema;
mod session;
mod shutdown;
mod status;
mod target;
mod test;
mod up;
mod verb_result;
mod view;
mod way;

use std::ffi::{OsStr, OsString};

use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use session::Target;
use verb_result::VerbResult;

use crate::error::{CommandError, Exit};
use crate::ui::{Output, Stream, Ui};

/// Run, test and promote a self-hosted Temporal topology from one profile
#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    max_term_width = 100,
    after_help = "\
Start here:
  harness test                start the topology, load it, break it, judge the result, stop it
  harness up --local          start the topology and leave it running
  harness init                write what both need to run your own worker
  harness doctor              show what this machine can run

Exit codes: 0 ok, 1 invariant violated, 2 inconclusive, 64 usage, 65 invalid file, 69 unavailable,
70 internal, 71 output not written, 73 leftovers, 74 heal failed, 77 not allowed, 99 threshold
missed, 130 interrupted"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Global options.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Format of the data on standard output
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    output: Output,
    /// Write every event to standard output, one JSON object a line
    #[arg(long, global = true)]
    events: bool,
    /// Run as if started in this folder
    #[arg(short = 'C', long, global = true, value_name = "FOLDER")]
    directory: Option<Utf8PathBuf>,
    /// Write the harness's own logs to standard error (-v info, -vv debug)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Up(up::Args),
    Down(down::Args),
    Status(status::Args),
    Logs(logs::Args),
    Open(open::Args),
    Test(test::Args),
    Report(report::Args),
    Bench(bench::Args),
    Heal(heal::Args),
    Profile(profile::Args),
    Render(render::Args),
    Parity(parity::Args),
    Cost(cost::Args),
    Plan(plan::Args),
    Promote(promote::Args),
    Outputs(outputs::Args),
    Drift(drift::Args),
    Rotate(rotate::Args),
    Destroy(destroy::Args),
    Rehearse(rehearse::Args),
    Doctor(doctor::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    Launch(launch::Args),
    #[command(hide = true)]
    Reap(reap::Args),
}

/// Parses a command line and runs it. All output goes through `ui`.
pub fn main(arguments: impl IntoIterator<Item = OsString>, ui: &mut Ui) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let exit = parse_and_run(&arguments, ui);
    ui.end(exit)
}

fn parse_and_run(arguments: &[OsString], ui: &mut Ui) -> Exit {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, arguments, ui),
    };
    let stream = if cli.global.events {
        Stream::Written
    } else {
        Stream::Told
    };
    ui.choose(cli.global.output, stream);
    diagnostics::log_to_stderr(cli.global.verbose);
    match run(cli, ui) {
        Ok(exit) => exit,
        Err(error) => {
            ui.error(&error);
            error.exit
        }
    }
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = without_empty_variables(Cli::command());
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Makes an empty environment variable count as unset.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |variable: &OsStr| std::env::var_os(variable).is_some_and(|it| it.is_empty());
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(variable) if is_empty(variable) => argument.env(Resettable::Reset),
        _ => argument,
    });
    command.mut_subcommands(without_empty_variables)
}

/// Prints the usage error of a command line, or the help that it asked for.
fn usage(error: &clap::Error, arguments: &[OsString], ui: &mut Ui) -> Exit {
    let text = error.render();
    if !error.use_stderr() {
        ui.raw(text.ansi().to_string().trim_end());
        return Exit::Ok;
    }
    // clap parsed nothing, so `--output json` is looked for by hand: a program that asks for JSON
    // must get JSON.
    let json = arguments.iter().any(|argument| argument == "--output=json")
        || arguments
            .windows(2)
            .any(|pair| pair[0] == "--output" && pair[1] == "json");
    if json {
        ui.choose(Output::Json, Stream::Told);
        let plain = text.to_string();
        let line = plain
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("error: "));
        let line = line.unwrap_or("a command is missing");
        let hint = Hint::run(Verb::Help);
        ui.json(&CommandError::new(Exit::Usage, line).hint(hint).document());
    }
    ui.say(text.ansi().to_string().trim_end());
    Exit::Usage
}

fn run(cli: Cli, ui: &mut Ui) -> VerbResult {
    if let Some(folder) = &cli.global.directory {
        std::env::set_current_dir(folder).map_err(|error| {
            CommandError::new(
                Exit::Usage,
                format!("could not enter the folder `{folder}`: {error}"),
            )
        })?;
    }
    // `launch` must not start a runtime: it is about to exec another program.
    if let Command::Launch(args) = &cli.command {
        return launch::run(args);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(Exit::Internal, error))?;
    runtime.block_on(dispatch(cli.command, cli.global.directory, ui))
}

/// Runs a verb, and completes the commands in its hints with the options of its target.
async fn dispatch(mut command: Command, folder: Option<Utf8PathBuf>, ui: &mut Ui) -> VerbResult {
    if let Command::Init(args) = &mut command {
        args.directory.clone_from(&folder);
    }
    let about = command.target_mut().map(|target| {
        target.directory = folder;
        target.options()
    });
    let about = about.unwrap_or_default();
    let outcome = verb(command, ui).await;
    outcome.map_err(|error| error.about(&about))
}

impl Command {
    /// The target of a verb that works on one topology.
    fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::Up(args) => Some(&mut args.target),
            Self::Down(args) => Some(&mut args.target),
            Self::Status(args) => Some(&mut args.target),
            Self::Logs(args) => Some(&mut args.target),
            Self::Open(args) => Some(&mut args.target),
            Self::Heal(args) => Some(&mut args.target),
            Self::Render(args) => Some(&mut args.target),
            Self::Plan(args) => Some(&mut args.target),
            Self::Promote(args) => Some(&mut args.target),
            Self::Outputs(args) => Some(&mut args.target),
            Self::Drift(args) => Some(&mut args.target),
            Self::Rotate(args) => Some(&mut args.target),
            Self::Destroy(args) => Some(&mut args.target),
            Self::Test(args) => Some(&mut args.target),
            Self::Doctor(args) => Some(&mut args.target),
            Self::Bench(args) => args.target_mut(),
            _ => None,
        }
    }
}

async fn verb(command: Command, ui: &mut Ui) -> VerbResult {
    match command {
        Command::Init(args) => Box::pin(init::run(args, ui)).await,
        Command::Up(args) => Box::pin(up::run(args, ui)).await,
        Command::Down(args) => Box::pin(down::run(args, ui)).await,
        Command::Status(args) => Box::pin(status::run(args, ui)).await,
        Command::Logs(args) => Box::pin(logs::run(args, ui)).await,
        Command::Open(args) => Box::pin(open::run(args, ui)).await,
        Command::Test(args) => Box::pin(test::run(args, ui)).await,
        Command::Report(args) => report::run(&args, ui),
        Command::Bench(args) => Box::pin(bench::run(args, ui)).await,
        Command::Heal(args) => Box::pin(heal::run(args, ui)).await,
        Command::Profile(args) => profile::run(&args, ui),
        Command::Render(args) => render::run(args, ui).await,
        Command::Parity(args) => Box::pin(parity::run(args, ui)).await,
        Command::Cost(args) => cost::run(args, ui).await,
        Command::Plan(args) => Box::pin(plan::run(args, ui)).await,
        Command::Promote(args) => Box::pin(promote::run(args, ui)).await,
        Command::Outputs(args) => Box::pin(outputs::run(args, ui)).await,
        Command::Drift(args) => Box::pin(drift::run(args, ui)).await,
        Command::Rotate(args) => Box::pin(rotate::run(args, ui)).await,
        Command::Destroy(args) => Box::pin(destroy::run(args, ui)).await,
        Command::Rehearse(args) => Box::pin(rehearse::run(args, ui)).await,
        Command::Doctor(args) => doctor::run(&args, ui).await,
        Command::Schema(args) => Ok(schema::run(&args, ui)),
        Command::Completions(args) => Ok(completions::run(&args, &mut Cli::command(), ui)),
        Command::Launch(args) => launch::run(&args),
        Command::Reap(args) => Box::pin(reap::run(args)).await,
    }
}

#[cfg(test)]
mod tests;
