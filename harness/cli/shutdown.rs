//! Ctrl-C and SIGTERM: the first asks, the second insists, the third aborts.

use nix::sys::signal::{Signal, raise};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::event::Events;

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
    for times in 1_u8.. {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
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
