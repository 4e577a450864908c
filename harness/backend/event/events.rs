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
    line: Arc<Line>,
    listener: Listener,
}

/// Whose events these are, and who hears them.
#[derive(Debug)]
struct Line {
    run: Option<RunId>,
    hearers: Vec<UnboundedSender<Event>>,
}

impl Events {
    /// A stream with both ends.
    pub fn channel() -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let events = Self::over(Line {
            run: None,
            hearers: vec![sender],
        });
        (events, receiver)
    }

    /// A stream whose events are those of a run. Whoever hears this one hears them, and so does the
    /// receiver; it ends once nobody can send any more.
    pub fn of_run(&self, run: RunId) -> (Self, UnboundedReceiver<Event>) {
        let (sender, receiver) = unbounded_channel();
        let mut hearers = self.line.hearers.clone();
        hearers.push(sender);
        let events = Self::over(Line {
            run: Some(run),
            hearers,
        });
        (events, receiver)
    }

    fn over(line: Line) -> Self {
        let line = Arc::new(line);
        let listener = {
            let line = Arc::clone(&line);
            Listener::new(move |news| line.send(Kind::News(news)))
        };
        Self { line, listener }
    }

    /// Sends what happens now.
    pub fn send(&self, kind: Kind) {
        self.line.send(kind);
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

impl Line {
    fn send(&self, kind: Kind) {
        let event = Event::now(self.run.clone(), kind);
        tracing::debug!(?event);
        for hearer in &self.hearers {
            let _ = hearer.send(event.clone());
        }
    }
}
