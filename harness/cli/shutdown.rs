//! Ctrl-C, SIGTERM and a terminal that closes: the first asks, the second insists, the third aborts.
//!
//! A terminal that closes asks, once: it sends SIGHUP to more than one process, each of which may
//! pass it on. Whoever is started by `nohup` has SIGHUP ignored, and goes on.

use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::time::Duration;

use nix::sys::signal::{Signal, raise};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::event::Events;

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
    /// Starts to listen; what it hears is told as notices.
    pub(super) fn listen(events: Events, how_to_finish: &str) -> Self {
        let asked = CancellationToken::new();
        // No child of the first: asking must not insist.
        let insisted = CancellationToken::new();
        let mut listener = JoinSet::new();
        listener.spawn(listen(
            asked.clone(),
            insisted.clone(),
            events,
            how_to_finish.to_owned(),
        ));
        Self {
            asked,
            insisted,
            _listener: listener,
        }
    }
}

async fn listen(
    asked: CancellationToken,
    insisted: CancellationToken,
    events: Events,
    how_to_finish: String,
) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return;
    };
    let mut hung_up = std::pin::pin!(hang_up());
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

/// Ends when the terminal closes; never for whom that is nothing.
async fn hang_up() {
    if ignores_hang_up() {
        return std::future::pending().await;
    }
    let Ok(mut told) = signal(SignalKind::hangup()) else {
        return std::future::pending().await;
    };
    let at_first = terminals();
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
