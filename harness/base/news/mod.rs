//! What long work tells of itself, to whoever listens.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

mod progress;

pub use progress::Progress;

/// What long work tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum News {
    /// Something a user should know that is no error.
    Notice {
        /// For people.
        message: String,
    },
    /// Progress of long work, such as a download.
    Progress {
        /// What is under way, such as `download temporal 1.9.1`.
        what: String,
        /// Units done so far.
        done: u64,
        /// Units in all, where known.
        total: Option<u64>,
    },
    /// Long work that `Progress` was about is over.
    ProgressFinished {
        /// What was under way.
        what: String,
    },
    /// Long work that `Progress` was about ended before it was done: interrupted, or failed.
    ProgressGivenUp {
        /// What was under way.
        what: String,
    },
}

/// Who is told. Telling never blocks and never fails.
#[derive(Clone)]
pub struct Listener(Arc<dyn Fn(News) + Send + Sync>);

impl Listener {
    /// One that does with each piece of news what `hear` says.
    pub fn new(hear: impl Fn(News) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// One to whom it is all the same.
    pub fn nobody() -> Self {
        Self::new(|_| {})
    }

    /// One that keeps the news for the other end. Where that is gone, news are lost.
    pub fn channel() -> (Self, UnboundedReceiver<News>) {
        let (sender, receiver) = unbounded_channel();
        let hear = move |news| {
            let _ = sender.send(news);
        };
        (Self::new(hear), receiver)
    }

    /// Tells one piece of news.
    pub fn tell(&self, news: News) {
        (self.0)(news);
    }

    /// Tells a notice.
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
