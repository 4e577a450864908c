//! The process group of a running tool. A tool is stopped together with its whole group.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The time between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

/// A running tool with all processes that it started. Dropping it kills all of them.
pub(super) struct Group {
    leader: Pid,
    exit: JoinHandle<io::Result<ExitStatus>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Ended,
}

impl Group {
    /// Starts the command as the leader of a new group. The terminal then does not send Ctrl-C to
    /// the tool: this process receives it and decides what to do.
    pub(super) fn start(command: &duct::Expression) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let handle = command
            .unchecked()
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            })
            .start()?;
        let leader = handle
            .pids()
            .into_iter()
            .find_map(|pid| i32::try_from(pid).ok());
        let leader = Pid::from_raw(leader.expect("a started command has a process id"));
        // The blocking wait ends with the leader. The leader is killed at the latest when this
        // group is dropped.
        let exit = tokio::task::spawn_blocking(move || Ok(handle.wait()?.status));
        Ok(Self {
            leader,
            exit,
            state: State::Running,
        })
    }

    /// Waits until the leader ends. Cancel-safe: the future can be dropped and the function called
    /// again, until it has returned.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = (&mut self.exit).await.map_err(io::Error::other)?;
        self.state = State::Ended;
        status
    }

    /// Stops the whole group: sends SIGTERM, and SIGKILL after a grace period.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let _ = timeout(GRACE, self.wait()).await;
        // The leader may have ended while other processes of its group still run.
        self.signal(Signal::SIGKILL);
        if self.state == State::Running {
            let _ = timeout(GRACE, self.wait()).await;
        }
    }

    /// Ignores the error: it means that the group has already ended.
    fn signal(&self, signal: Signal) {
        let _ = killpg(self.leader, signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.state == State::Running {
            self.signal(Signal::SIGKILL);
        }
    }
}
