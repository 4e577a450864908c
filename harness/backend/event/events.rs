//! The writing end of the stream.

use std::sync::Arc;

use base::news::Listener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Event, Kind};
use crate::run_id::RunId;

/// The writing end of the stream. Sending never blocks and never fails: where nobody listens,
/// events are lost.
#[derive(Debug, Clone)]
pub struct Events {
    audience: Arc<Audience>,
    listener: Listener,
}

/// Whose events these are, and who hears them.
#[derive(Debug)]
struct Audience {
    run: Option<RunId>,
    listeners: Vec<UnboundedSender<Event>>,
}

impl Events {
    /// A stream with both ends.
    pub fn channel() -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let events = Self::over(Audience {
            run: None,
            listeners: vec![sender],
        });
        (events, receiver)
    }

    /// A stream whose events are those of a run. Whoever hears this one hears them, and so does the
    /// receiver; it ends once nobody can send any more.
    pub fn of_run(&self, run: RunId) -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let mut listeners = self.audience.listeners.clone();
        listeners.push(sender);
        let events = Self::over(Audience {
            run: Some(run),
            listeners,
        });
        (events, receiver)
    }

    fn over(audience: Audience) -> Self {
        let audience = Arc::new(audience);
        let listener = {
            let audience = Arc::clone(&audience);
            Listener::new(move |news| audience.send(Kind::News(news)))
        };
        Self { audience, listener }
    }

    /// Sends what happens now.
    pub fn send(&self, kind: Kind) {
        self.audience.send(kind);
    }

    /// Sends a notice.
    pub fn notice(&self, message: impl Into<String>) {
        self.listener.notice(message);
    }

    /// Who is told of long work: its news become events of this stream.
    pub fn listener(&self) -> &Listener {
        &self.listener
    }
}

impl Audience {
    fn send(&self, kind: Kind) {
        let event = Event::now(self.run.clone(), kind);
        tracing::debug!(?event);
        for listener in &self.listeners {
            let _ = listener.send(event.clone());
        }
    }
}
