//! Runs the command that prepares a worker before it is started, such as a compiler.

use std::time::Duration;

use base::news::Listener;
use base::shell;
use base::tool::{self, Environment, Family, Tool};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::worker::{find, program_of};

/// How long the command may take. A first build fetches and compiles everything.
const DEADLINE: Duration = Duration::from_mins(45);

/// Whether the command can be started.
pub(super) fn foresee(words: &[String], environment: &Environment) -> Result<(), Error> {
    let (program, _) = program_of(words);
    let found = find(program, environment).map(drop);
    found.ok_or_else(|| Error::LocatePrepare {
        program: program.to_owned(),
    })
}

/// Runs the command in the working directory until it ends.
pub(super) async fn run(
    words: &[String],
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    foresee(words, environment)?;
    news.notice(format!("prepare the worker: {}", shell::line(words)));
    let (program, arguments) = program_of(words);
    let tool = Tool::new(program, Family::Build, environment, DEADLINE);
    let ran = match tool {
        Ok(tool) => tool.arguments(arguments).lines(cancel, |_, _| {}).await,
        Err(error) => Err(error),
    };
    ran.map_err(|source| match source {
        tool::Error::Interrupted { .. } => Error::Interrupted,
        source => Error::Prepare { source },
    })
}
