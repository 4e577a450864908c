//! The sending side of the event stream.

use std::sync::Arc;

use base::news::Listener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Event, Kind};
use crate::run_id::RunId;

/// The sending side of the event stream. Sending never blocks and never fails: without a receiver,
/// events are lost.
#[derive(Debug, Clone)]
pub struct Events {
    audience: Arc<Audience>,
    listener: Listener,
}

/// The run that the events belong to, and the receivers.
#[derive(Debug)]
struct Audience {
    run: Option<RunId>,
    listeners: Vec<UnboundedSender<Event>>,
}

impl Events {
    /// A new stream, with its sender and its receiver.
    pub fn channel() -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let events = Self::over(Audience {
            run: None,
            listeners: vec![sender],
        });
        (events, receiver)
    }

    /// A stream whose events belong to a run. The receivers of `self` get these events, and so does
    /// the returned receiver. The returned receiver ends when all senders of the run are dropped.
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

    pub fn send(&self, kind: Kind) {
        self.audience.send(kind);
    }

    pub fn notice(&self, message: impl Into<String>) {
        self.listener.notice(message);
    }

    /// The listener for long work: its news become events of this stream.
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
