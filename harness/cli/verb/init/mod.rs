//! `harness init`.

mod question;
mod values;
mod view;

use std::io;

use base::shell;
use camino::{Utf8Path, Utf8PathBuf};

use super::VerbResult;
use super::session::{self, DEFAULT_PROFILE, Target};
use crate::error::{CommandError, Exit};
use crate::init::{
    Answers, BASE, Example, Findings, Invalid, Language, Plan, Request, SMOKE, Tree, check,
    findings, install_commands, is_on_github,
};
use crate::ui::Ui;

/// The task queue of an example, unless another is given.
const EXAMPLE_QUEUE: &str = "hello";

/// Temporal runs on a port of its own, which a worker that expects 7233 does not find.
const OWN_ADDRESS: &str = "\
! no source reads TEMPORAL_ADDRESS: change the worker so that it connects to the address in it,
  or pin the port that the worker expects, with `temporal: {port: 7233}` in profiles/base.yaml";

const WRITE_AGAIN: &str =
    "Fix the cause, then run the command again. It keeps the files that were written.";

/// Write what `up` and `test` need to run the worker of this repository
///
/// Looks for the worker in the sources, asks for the values with what it found as the default, and
/// shows what it will write. Files that exist stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness init                                       find the worker, ask, write
  harness init --dry-run --yes                       show what would be written
  harness init --worker-command ./worker --task-queue orders --workflow-type Order
  harness init --example go                          write a small worker as well")]
pub(super) struct Args {
    /// Write a small worker in this language into the folder, and use it
    #[arg(
        long,
        value_enum,
        value_name = "LANGUAGE",
        conflicts_with_all = ["worker_command", "worker_prepare", "workflow_type", "workflow_input"]
    )]
    example: Option<Language>,
    /// Command that starts the worker, split into words as a shell does
    #[arg(long, value_name = "WORDS")]
    worker_command: Option<String>,
    /// Command that runs before it, such as a compiler; empty for none
    #[arg(long, value_name = "WORDS")]
    worker_prepare: Option<String>,
    /// Task queue that the worker polls
    #[arg(long, value_name = "NAME")]
    task_queue: Option<String>,
    /// Type of the workflow that the scenario starts
    #[arg(long, value_name = "NAME")]
    workflow_type: Option<String>,
    /// Argument of the workflow, as JSON; repeat it for further arguments
    #[arg(long, value_name = "JSON")]
    workflow_input: Vec<String>,
    /// Also write a workflow for this CI; by default for GitHub if the repository is there
    #[arg(long, value_enum, value_name = "CI")]
    ci: Option<Ci>,
    /// Take what was found, and ask nothing
    #[arg(long, short)]
    yes: bool,
    /// Show the plan and the files without writing anything
    #[arg(long)]
    dry_run: bool,
    /// The folder of `-C`, which printed commands repeat
    #[arg(skip)]
    pub(super) directory: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Ci {
    Github,
    None,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let folder = session::working_directory()?;
    let example = args.example.map(Language::example);
    let tree = match &example {
        Some(_) => Tree::default(),
        None => Tree::read(&folder),
    };
    let (answers, has_asked) = answers(&args, &tree, example.as_ref(), ui).await?;
    let request = Request {
        answers: &answers,
        has_image: tree.has_image(),
        github: match args.ci {
            Some(ci) => ci == Ci::Github,
            None => is_on_github(&folder),
        },
        install: if let Some(example) = &example {
            example.install.map(str::to_owned).into_iter().collect()
        } else {
            let worker = answers.worker.as_ref();
            install_commands(&tree, worker.map_or(&[], |worker| &worker.command))
        },
        example,
    };
    let plan = Plan::of(&request, &existing);
    check(&plan, &|path| fs_err::read_to_string(path)).map_err(invalid)?;
    let next = next(&args, example.as_ref());
    let view = view::View {
        plan: &plan,
        answers: &answers,
        next: &next,
    };
    if args.dry_run {
        view.preview(ui);
        return Ok(Exit::Ok);
    }
    if has_asked {
        // Where the question is, whatever standard output is.
        ui.say(&plan);
    } else {
        view.plan(ui);
    }
    if has_asked && !plan.is_empty() && !question::confirm("write this?", ui).await {
        view.declined(ui);
        return Ok(Exit::Ok);
    }
    plan.carry_out(Utf8Path::new(""))
        .map_err(|error| CommandError::new(Exit::Unavailable, error).hint(WRITE_AGAIN))?;
    view.written(ui);
    Ok(Exit::Ok)
}

/// The values of the files that do not exist yet, and whether the user was asked.
async fn answers(
    args: &Args,
    tree: &Tree,
    example: Option<&Example>,
    ui: &mut Ui,
) -> Result<(Answers, bool), CommandError> {
    if let Some(example) = example {
        let queue = args.task_queue.as_deref().unwrap_or(EXAMPLE_QUEUE);
        values::check_queue(queue).map_err(|why| values::wrong("--task-queue", why))?;
        let answers = example.answers(queue);
        refuse_conflicts(example, &answers)?;
        return Ok((answers, false));
    }
    let wants = values::Wants {
        worker: existing(BASE.into()).is_none(),
        load: existing(SMOKE.into()).is_none(),
    };
    let found = if wants.worker || wants.load {
        findings(tree)
    } else {
        Findings::default()
    };
    if !tree.is_complete() {
        ui.say(format!(
            "! the repository is large: looked at its first {} sources only",
            tree.len()
        ));
    }
    if wants.worker && found.has_own_address {
        ui.say(OWN_ADDRESS);
    }
    let (questions, notices) = values::questions(args, wants, &found)?;
    for notice in notices {
        ui.say(notice);
    }
    let (texts, has_asked) = question::decide(&questions, args.yes, ui).await?;
    Ok((values::answers(wants, &texts)?, has_asked))
}

/// The text of a file or folder that exists.
fn existing(path: &Utf8Path) -> Option<String> {
    match fs_err::read(path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A link that leads nowhere is in the way too.
            fs_err::symlink_metadata(path).ok().map(|_| String::new())
        }
        Err(_) => Some(String::new()),
    }
}

fn refuse_conflicts(example: &Example, answers: &Answers) -> Result<(), CommandError> {
    let conflicts = example.conflicts(answers, &existing);
    if conflicts.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the example would overwrite files that exist: {}",
        conflicts.join(", ")
    );
    Err(CommandError::new(Exit::NotAllowed, message).hint(
        "Choose an empty folder with `-C FOLDER`, or omit `--example` to use your own worker.",
    ))
}

fn invalid(error: Invalid) -> CommandError {
    CommandError::new(Exit::Invalid, error)
}

/// The commands that the user runs next.
fn next(args: &Args, example: Option<&Example>) -> Vec<String> {
    let target = Target {
        directory: args.directory.clone(),
        ..Target::named(DEFAULT_PROFILE, &[])
    };
    let suffix = target.suffix();
    let install = example.and_then(|example| example.install);
    let install = install.map(|install| match &args.directory {
        Some(folder) => format!("(cd {} && {install})", shell::word(folder.as_str())),
        None => install.to_owned(),
    });
    let verbs = ["up", "test"].map(|verb| format!("harness {verb}{suffix}"));
    install.into_iter().chain(verbs).collect()
}
