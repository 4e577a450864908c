//! One run of the built harness.

use std::fmt;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use fs_err::{self as fs, File};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::eventually::eventually;
use crate::hangup::heeding_hangup;

/// A command line that is not started yet.
#[derive(Debug)]
#[must_use]
pub struct Invocation {
    pub command: Command,
    pub stdout: Utf8PathBuf,
    pub stderr: Utf8PathBuf,
}

impl Invocation {
    pub fn env(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.command.env(name, value.to_string());
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// The same with SIGHUP at its default.
    pub fn heeding_hangup(mut self) -> Self {
        self.command = heeding_hangup(&self.command);
        self
    }

    /// Starts it.
    pub fn start(self) -> Running {
        let create = |path: &Utf8PathBuf| {
            File::create(path)
                .expect("the place is writable")
                .into_file()
        };
        let ends = [create(&self.stdout).into(), create(&self.stderr).into()];
        self.start_with(Stdio::null(), ends)
    }

    /// Starts it at a terminal; what it says goes there.
    pub fn start_at(self, terminal: &OwnedFd) -> Running {
        for path in [&self.stdout, &self.stderr] {
            File::create(path).expect("the place is writable");
        }
        let end = || Stdio::from(terminal.try_clone().expect("a descriptor"));
        self.start_with(end(), [end(), end()])
    }

    fn start_with(self, stdin: Stdio, [out, err]: [Stdio; 2]) -> Running {
        let Self {
            mut command,
            stdout,
            stderr,
        } = self;
        let said: Vec<_> = command
            .get_args()
            .map(|arg| arg.to_string_lossy())
            .collect();
        let said = said.join(" ");
        let child = command
            .stdin(stdin)
            .stdout(out)
            .stderr(err)
            .spawn()
            .expect("the harness starts");
        Running {
            child,
            said,
            stdout,
            stderr,
            started: Instant::now(),
        }
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Finished {
        self.start().wait()
    }
}

/// A command that runs; dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    said: String,
    stdout: Utf8PathBuf,
    stderr: Utf8PathBuf,
    started: Instant,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("process ids fit into an i32");
        kill(Pid::from_raw(pid), signal).expect("a child can be signalled");
    }

    /// What it has written to standard output so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).expect("it was created")
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).expect("it was created")
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Finished {
        let what = format!("the end of `harness {}`", self.said);
        let status = eventually(&what, || self.child.try_wait().expect("it is a child"));
        Finished {
            said: self.said.clone(),
            status,
            stdout: self.stdout(),
            stderr: self.stderr(),
            took: self.started.elapsed(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    said: String,
    status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl fmt::Display for Finished {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            said,
            status,
            stdout,
            stderr,
            took,
        } = self;
        write!(
            out,
            "`harness {said}`: {status} after {took:.1?}\n--- stdout\n{stdout}--- stderr\n{stderr}"
        )
    }
}

impl Finished {
    /// Whether it was killed at its cut point.
    pub fn was_cut(&self) -> bool {
        self.status.signal() == Some(Signal::SIGKILL as i32)
    }

    /// Insists on an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// Its exit code; `None` if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Insists on words on standard error.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no `{words}` in {self}");
        self
    }

    /// Insists on words on standard output.
    #[track_caller]
    pub fn shows(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no `{words}` in {self}");
        self
    }

    /// Standard output as the JSON document it is.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }
}
