//! Ctrl-C, SIGTERM and a terminal that closes: the first asks, the second insists, the third aborts.
//!
//! A terminal that closes asks, once: it sends SIGHUP to more than one process, each of which may
//! pass it on. Whoever is started by `nohup` has SIGHUP ignored, and goes on.

use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::time::Duration;

use backend::event::Events;
use nix::sys::signal::{Signal, raise};
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether the terminal is still there: where it is not this process's
/// controlling one, nothing tells that it has closed.
const LOOK: Duration = Duration::from_millis(250);

/// The two tokens that work listens to; the listener lives as long as this.
#[derive(Debug)]
pub(super) struct Shutdown {
    /// Stop what you are doing, in order: heal, take down.
    pub(super) asked: CancellationToken,
    /// Stop waiting for anything that is not healing.
    pub(super) insisted: CancellationToken,
    _listener: JoinSet<()>,
}

impl Shutdown {
    /// Listens from now on: a signal that comes when this has returned is heard. What it hears is told
    /// as notices.
    pub(super) fn listen(events: Events, how_to_finish: &str) -> Self {
        let asked = CancellationToken::new();
        // No child of the first: asking must not insist.
        let insisted = CancellationToken::new();
        let mut listener = JoinSet::new();
        if let Some(signals) = Signals::listen() {
            listener.spawn(listen(
                signals,
                asked.clone(),
                insisted.clone(),
                events,
                how_to_finish.to_owned(),
            ));
        }
        Self {
            asked,
            insisted,
            _listener: listener,
        }
    }
}

/// The signals that are listened to.
#[derive(Debug)]
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    /// None where SIGHUP is nothing.
    hang_up: Option<HangUp>,
}

impl Signals {
    fn listen() -> Option<Self> {
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
            hang_up: HangUp::listen(),
        })
    }
}

async fn listen(
    signals: Signals,
    asked: CancellationToken,
    insisted: CancellationToken,
    events: Events,
    how_to_finish: String,
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
                events.notice("stopping in order; once more to stop waiting");
                asked.cancel();
            }
            2 => {
                events.notice(format!(
                    "not waiting any more; once more to abort, then {how_to_finish}"
                ));
                insisted.cancel();
            }
            _ => {
                let _ = raise(Signal::SIGKILL);
            }
        }
    }
}

/// A terminal that may close.
#[derive(Debug)]
struct HangUp {
    told: unix::Signal,
    at_first: usize,
}

impl HangUp {
    /// None for whom that is nothing.
    fn listen() -> Option<Self> {
        if ignores_hang_up() {
            return None;
        }
        Some(Self {
            told: signal(SignalKind::hangup()).ok()?,
            at_first: terminals(),
        })
    }

    /// Ends when the terminal closes; never where that is nothing.
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

/// How many of the standard streams are terminals; one that has closed is none.
fn terminals() -> usize {
    let streams = [
        stdin().is_terminal(),
        stdout().is_terminal(),
        stderr().is_terminal(),
    ];
    streams.into_iter().filter(|is| *is).count()
}

/// Whether SIGHUP was ignored when this process began, as by `nohup`: the mask of ignored signals in
/// `/proc/self/status` (`proc_pid_status(5)`), of which SIGHUP is the first. Where there is no such
/// file, whoever has sent all output elsewhere is taken for one who wants to go on.
fn ignores_hang_up() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return !stdout().is_terminal() && !stderr().is_terminal();
    };
    ignored(&status).is_some_and(|signals| signals & 1 == 1)
}

/// The signals that are ignored, by the lines of such a file.
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
    fn what_is_ignored_is_read_from_the_lines_of_proc() {
        let nohup = "Name:\tharness\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        assert_eq!(ignored(nohup), Some(0x1001));
        assert_eq!(ignored("Name:\tharness\n"), None);
    }
}
