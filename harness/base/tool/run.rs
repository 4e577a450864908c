//! Runs one tool until it ends.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::group::Group;
use super::lines::{Lines, Tail};
use super::{Environment, Error, Family};

/// How long output is still read after the tool has ended. A process that the tool left behind may
/// keep the pipe open.
const OUTPUT_GRACE: Duration = Duration::from_secs(1);

/// The number of bytes of each output stream that are kept.
const LONGEST_OUTPUT: usize = 16 << 20;

/// How often to retry the start of a program that is still open for writing.
const BUSY_TRIES: usize = 20;

/// The delay between these retries.
const BUSY: Duration = Duration::from_millis(10);

/// A tool with its arguments, ready to run.
#[derive(Debug, Clone)]
pub struct Tool {
    program: Utf8PathBuf,
    arguments: Vec<String>,
    variables: BTreeMap<OsString, OsString>,
    folder: Option<Utf8PathBuf>,
    deadline: Duration,
}

/// The stream that a line was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// The output of a tool. Each stream is cut after 16 MiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub error: String,
}

impl Tool {
    /// A tool by its name on the `PATH` of `environment`, or by its path. It must end within
    /// `deadline`.
    pub fn new(
        program: &str,
        family: Family,
        environment: &Environment,
        deadline: Duration,
    ) -> Result<Self, Error> {
        let program = if program.contains('/') {
            Utf8PathBuf::from(program)
        } else {
            environment.require(program)?
        };
        Ok(Self {
            program,
            arguments: Vec::new(),
            variables: environment.for_family(family),
            folder: None,
            deadline,
        })
    }

    #[must_use]
    pub fn arguments<T: Into<String>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable of the tool.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets the working folder of the tool.
    #[must_use]
    pub fn folder(mut self, folder: &Utf8Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Runs the tool and returns its output.
    pub async fn output(&self, cancel: &CancellationToken) -> Result<Output, Error> {
        let mut written = Output::default();
        self.lines(cancel, |stream, line| {
            let text = match stream {
                Stream::Output => &mut written.output,
                Stream::Error => &mut written.error,
            };
            if text.len() < LONGEST_OUTPUT {
                text.push_str(line);
                text.push('\n');
            }
        })
        .await?;
        Ok(written)
    }

    /// Runs the tool and calls `each` for every line of its output.
    pub async fn lines(
        &self,
        cancel: &CancellationToken,
        mut each: impl FnMut(Stream, &str),
    ) -> Result<(), Error> {
        let started = self.start_when_written().await;
        let (mut group, mut pipes) = started.map_err(|source| self.start_error(source))?;
        let mut tail = Tail::default();
        let deadline = Instant::now() + self.deadline;
        let status = tokio::select! {
            status = follow(&mut group, &mut pipes, |stream, line| {
                tail.push(line);
                each(stream, line);
            }) => status.map_err(|source| self.start_error(source))?,
            () = sleep_until(deadline) => {
                group.stop().await;
                return Err(Error::Deadline { command: self.command(), after: self.deadline, tail });
            }
            () = cancel.cancelled() => {
                group.stop().await;
                return Err(Error::Interrupted { command: self.command() });
            }
        };
        if status.success() {
            return Ok(());
        }
        Err(Error::Run {
            command: self.command(),
            status,
            tail,
        })
    }

    /// Retries the start of a program that this process has just written. The system may report it
    /// as busy for a moment: if another thread forks meanwhile, the child keeps the file open for
    /// writing until it calls `exec`.
    async fn start_when_written(&self) -> io::Result<(Group, Pipes)> {
        for _ in 0..BUSY_TRIES {
            match self.start() {
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                    sleep(BUSY).await;
                }
                started => return started,
            }
        }
        self.start()
    }

    fn start(&self) -> io::Result<(Group, Pipes)> {
        let (output, output_writer) = io::pipe()?;
        let (error, error_writer) = io::pipe()?;
        let mut command = duct::cmd(self.program.as_std_path(), &self.arguments)
            .full_env(&self.variables)
            .stdin_null()
            .stdout_file(output_writer)
            .stderr_file(error_writer);
        if let Some(folder) = &self.folder {
            command = command.dir(folder);
        }
        let group = Group::start(&command)?;
        // The command owns the writing ends. While they are open here, the pipes do not end.
        drop(command);
        let pipes = Pipes {
            output: Some(Lines::new(output)?),
            error: Some(Lines::new(error)?),
        };
        Ok((group, pipes))
    }

    fn start_error(&self, source: io::Error) -> Error {
        Error::Start {
            command: self.command(),
            source,
        }
    }

    /// The command for error messages: the program and its arguments up to the first `--` option.
    fn command(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_str());
        let words = self
            .arguments
            .iter()
            .take_while(|word| !word.starts_with("--"));
        std::iter::once(name)
            .chain(words.map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The pipes that are still open.
struct Pipes {
    output: Option<Lines>,
    error: Option<Lines>,
}

/// Passes lines on until the tool and both pipes have ended, or the grace period for output is
/// over.
async fn follow(
    group: &mut Group,
    pipes: &mut Pipes,
    mut each: impl FnMut(Stream, &str),
) -> io::Result<ExitStatus> {
    let mut status = None;
    let mut end = Instant::now();
    loop {
        if let (Some(status), None, None) = (status, &pipes.output, &pipes.error) {
            return Ok(status);
        }
        tokio::select! {
            ended = group.wait(), if status.is_none() => {
                status = Some(ended?);
                end = Instant::now() + OUTPUT_GRACE;
            }
            line = next(&mut pipes.output), if pipes.output.is_some() => match line {
                Some(line) => each(Stream::Output, &line),
                None => pipes.output = None,
            },
            line = next(&mut pipes.error), if pipes.error.is_some() => match line {
                Some(line) => each(Stream::Error, &line),
                None => pipes.error = None,
            },
            () = sleep_until(end), if status.is_some() => {
                pipes.output = None;
                pipes.error = None;
            }
        }
    }
}

async fn next(lines: &mut Option<Lines>) -> Option<String> {
    lines.as_mut()?.next().await
}
