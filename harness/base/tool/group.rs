//! The process group of a running tool: the unit in which it is stopped.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a tool may take to obey SIGTERM before SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

/// A tool that runs, with everything it started. Dropping it kills them all.
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
    /// Starts the command as the leader of a new group. A group of its own also means that the
    /// terminal's Ctrl-C does not reach it: this process hears it and decides.
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
        // The blocking wait ends with the leader, which dies at the latest when this is dropped.
        let exit = tokio::task::spawn_blocking(move || Ok(handle.wait()?.status));
        Ok(Self {
            leader,
            exit,
            state: State::Running,
        })
    }

    /// Waits for the leader; may be dropped and called again until it has answered.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = (&mut self.exit).await.map_err(io::Error::other)?;
        self.state = State::Ended;
        status
    }

    /// Stops the whole group: SIGTERM, and after a grace period SIGKILL.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let _ = timeout(GRACE, self.wait()).await;
        // Also where the leader has obeyed: others of its group may not have.
        self.signal(Signal::SIGKILL);
        if self.state == State::Running {
            let _ = timeout(GRACE, self.wait()).await;
        }
    }

    /// A group that is gone already needs no signal: the error says just that.
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
