//! Notices and progress of long work, for a listener.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

mod progress;

pub use progress::Progress;

/// A message of long work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum News {
    /// Something that the user should know and that is not an error.
    Notice {
        /// Text for people.
        message: String,
    },
    /// Progress of long work, such as a download.
    Progress {
        /// The name of the work, such as `download temporal 1.9.1`.
        what: String,
        /// Units done so far.
        done: u64,
        /// All units, if known.
        total: Option<u64>,
    },
    /// Long work that sent `Progress` is done.
    ProgressFinished {
        /// The name of the work.
        what: String,
    },
    /// Long work that sent `Progress` was interrupted or failed.
    ProgressGivenUp {
        /// The name of the work.
        what: String,
    },
}

/// Receives messages. Sending never blocks and never fails.
#[derive(Clone)]
pub struct Listener(Arc<dyn Fn(News) + Send + Sync>);

impl Listener {
    /// A listener that passes each message to `handle`.
    pub fn new(handle: impl Fn(News) + Send + Sync + 'static) -> Self {
        Self(Arc::new(handle))
    }

    /// A listener that ignores all messages.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    /// A listener that queues messages for the receiver. Messages are lost once the receiver is
    /// dropped.
    pub fn channel() -> (Self, UnboundedReceiver<News>) {
        let (sender, receiver) = unbounded_channel();
        let handle = move |news| {
            let _ = sender.send(news);
        };
        (Self::new(handle), receiver)
    }

    pub fn tell(&self, news: News) {
        (self.0)(news);
    }

    pub fn notice(&self, message: impl Into<String>) {
        self.tell(News::Notice {
            message: message.into(),
        });
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Listener")
    }
}
