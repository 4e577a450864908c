//! Progress of long work, limited to steps that a user can see.

use super::{Listener, News};

/// Sends the progress of one piece of work, in steps that a user can see. Dropping it before
/// [`Progress::finish`] reports that the work was interrupted or failed.
pub struct Progress<'a> {
    what: String,
    news: &'a Listener,
    /// The count in the last message, if a message was sent.
    sent: Option<u64>,
    /// The size of a step if the total is unknown.
    step: u64,
}

/// The number of steps if the total is known.
const STEPS: u64 = 200;

/// The size of a step in bytes if the total is unknown.
const BYTES: u64 = 1 << 20;

impl<'a> Progress<'a> {
    /// Progress in bytes, or in units with a known total.
    pub fn new(what: String, news: &'a Listener) -> Self {
        Self {
            what,
            news,
            sent: None,
            step: BYTES,
        }
    }

    /// Progress in pieces with an unknown total. Every piece is a step.
    pub fn of_pieces(what: String, news: &'a Listener) -> Self {
        Self {
            what,
            news,
            sent: None,
            step: 1,
        }
    }

    /// Reports that `done` of `total` units are done. Sends a message only if the step is visible.
    pub fn at(&mut self, done: u64, total: Option<u64>) {
        let step = total.map_or(self.step, |total| total / STEPS);
        let visible = self
            .sent
            .is_none_or(|sent| done >= sent + step && done != sent);
        if visible || (total == Some(done) && self.sent != total) {
            self.sent = Some(done);
            self.news.tell(News::Progress {
                what: self.what.clone(),
                done,
                total,
            });
        }
    }
}

impl Progress<'_> {
    /// Reports that the work is done.
    pub fn finish(mut self) {
        if self.sent.take().is_some() {
            let what = std::mem::take(&mut self.what);
            self.news.tell(News::ProgressFinished { what });
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.sent.is_some() {
            let what = std::mem::take(&mut self.what);
            self.news.tell(News::ProgressGivenUp { what });
        }
    }
}
