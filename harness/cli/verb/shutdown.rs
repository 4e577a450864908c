//! Ctrl-C, SIGTERM and a terminal that closes. The first stops gracefully, the second stops
//! waiting, the third aborts.
//!
//! A terminal that closes counts once, since it sends SIGHUP to several processes, each of which
//! may forward it. Under `nohup` SIGHUP is ignored, and the command continues.

use std::io::{self, IsTerminal as _, stderr, stdin, stdout};
use std::time::Duration;

use backend::event::Events;
use base::hint::Hint;
use nix::sys::signal::{Signal, raise};
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::session::Target;
use crate::error::{CommandError, Exit};

/// How often the terminal is checked. A terminal that is not the controlling one of this process
/// sends no signal when it closes.
const LOOK: Duration = Duration::from_millis(250);

/// Without signals a command could not stop gracefully, so it does not start.
#[derive(Debug, thiserror::Error)]
#[error("could not listen for signals")]
struct Deaf(#[source] io::Error);

/// The two cancellation tokens of a command. The listener ends when this is dropped.
#[derive(Debug)]
pub(super) struct Shutdown {
    /// Stop gracefully: heal, then take down.
    pub(super) asked: CancellationToken,
    /// Stop waiting for anything except healing.
    pub(super) insisted: CancellationToken,
    _listener: JoinSet<()>,
}

impl Shutdown {
    /// Starts to listen before it returns, so that no later signal is lost. Each signal sends a
    /// notice. The second notice says how to finish what an abort would leave.
    pub(super) fn listen(
        events: Events,
        how_to_finish: impl Into<Hint>,
    ) -> Result<Self, CommandError> {
        let signals = Signals::listen();
        let signals = signals.map_err(|error| CommandError::new(Exit::Unavailable, Deaf(error)))?;
        let asked = CancellationToken::new();
        // Not a child token: the first Ctrl-C must not trigger the second stage.
        let insisted = CancellationToken::new();
        let mut listener = JoinSet::new();
        listener.spawn(listen(
            signals,
            asked.clone(),
            insisted.clone(),
            events,
            how_to_finish.into(),
        ));
        Ok(Self {
            asked,
            insisted,
            _listener: listener,
        })
    }

    /// Like [`Self::listen`], and completes the commands of the hint for a target.
    pub(super) fn listen_about(
        target: &Target,
        events: Events,
        how_to_finish: Hint,
    ) -> Result<Self, CommandError> {
        Self::listen(events, target.complete(how_to_finish))
    }
}

#[derive(Debug)]
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    /// None where SIGHUP is ignored.
    hang_up: Option<HangUp>,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: HangUp::listen()?,
        })
    }
}

async fn listen(
    signals: Signals,
    asked: CancellationToken,
    insisted: CancellationToken,
    events: Events,
    how_to_finish: Hint,
) {
    let Signals {
        mut interrupt,
        mut terminate,
        hang_up,
    } = signals;
    let mut hung_up = std::pin::pin!(HangUp::comes(hang_up));
    let mut listens = true;
    let mut times = 0_u8;
    loop {
        tokio::select! {
            _ = interrupt.recv() => times += 1,
            _ = terminate.recv() => times += 1,
            () = &mut hung_up, if listens => {
                listens = false;
                if times > 0 {
                    continue;
                }
                times = 1;
            }
        }
        match times {
            1 => {
                events.notice("stopping gracefully; press Ctrl-C again to stop waiting");
                asked.cancel();
            }
            2 => {
                events.notice(format!(
                    "no longer waiting; press Ctrl-C again to abort, then {how_to_finish}"
                ));
                insisted.cancel();
            }
            _ => {
                let _ = raise(Signal::SIGKILL);
            }
        }
    }
}

#[derive(Debug)]
struct HangUp {
    told: unix::Signal,
    at_first: usize,
}

impl HangUp {
    /// None where SIGHUP is ignored.
    fn listen() -> io::Result<Option<Self>> {
        if ignores_hang_up() {
            return Ok(None);
        }
        Ok(Some(Self {
            told: signal(SignalKind::hangup())?,
            at_first: terminals(),
        }))
    }

    /// Returns when the terminal closes, and never where SIGHUP is ignored.
    async fn comes(this: Option<Self>) {
        let Some(Self { mut told, at_first }) = this else {
            return std::future::pending().await;
        };
        loop {
            tokio::select! {
                _ = told.recv() => return,
                () = tokio::time::sleep(LOOK), if at_first > 0 => {
                    if terminals() < at_first {
                        return;
                    }
                }
            }
        }
    }
}

/// How many of the standard streams are terminals. A closed terminal does not count.
fn terminals() -> usize {
    let streams = [
        stdin().is_terminal(),
        stdout().is_terminal(),
        stderr().is_terminal(),
    ];
    streams.into_iter().filter(|is| *is).count()
}

/// Whether SIGHUP was ignored when this process began, as by `nohup`: the mask of ignored signals
/// in `/proc/self/status` (`proc_pid_status(5)`), of which SIGHUP is the first. Without that file,
/// a process whose output is redirected counts as one that ignores SIGHUP.
fn ignores_hang_up() -> bool {
    let Ok(status) = fs_err::read_to_string("/proc/self/status") else {
        return !stdout().is_terminal() && !stderr().is_terminal();
    };
    ignored(&status).is_some_and(|signals| signals & 1 == 1)
}

/// The mask of ignored signals in the text of such a file.
fn ignored(status: &str) -> Option<u64> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_proc() {
        let nohup = "Name:\tharness\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        assert_eq!(ignored(nohup), Some(0x1001));
        assert_eq!(ignored("Name:\tharness\n"), None);
    }
}
