//! Progress of long work, in steps that an eye can see.

use super::{Listener, News};

/// Progress of one piece of work, told in steps that an eye can see. What is dropped before it is
/// finished was given up: interrupted, or failed.
pub struct Progress<'a> {
    what: String,
    news: &'a Listener,
    told: Option<u64>,
    /// The step where the whole is not known.
    step: u64,
}

/// Steps into which the whole is divided.
const STEPS: u64 = 200;

/// Bytes of a whole that is not known.
const BYTES: u64 = 1 << 20;

impl<'a> Progress<'a> {
    /// Progress in bytes, or in whatever there is a known number of.
    pub fn new(what: String, news: &'a Listener) -> Self {
        Self {
            what,
            news,
            told: None,
            step: BYTES,
        }
    }

    /// Progress in pieces of which nobody knows how many there are.
    pub fn of_pieces(what: String, news: &'a Listener) -> Self {
        Self {
            what,
            news,
            told: None,
            step: 1,
        }
    }

    /// `done` of `total` units are done.
    pub fn at(&mut self, done: u64, total: Option<u64>) {
        let step = total.map_or(self.step, |total| total / STEPS);
        let visible = self
            .told
            .is_none_or(|told| done >= told + step && done != told);
        if visible || (total == Some(done) && self.told != total) {
            self.told = Some(done);
            self.news.tell(News::Progress {
                what: self.what.clone(),
                done,
                total,
            });
        }
    }
}

impl Progress<'_> {
    /// Tells that the work is done.
    pub fn finish(mut self) {
        if self.told.take().is_some() {
            let what = std::mem::take(&mut self.what);
            self.news.tell(News::ProgressFinished { what });
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.told.is_some() {
            let what = std::mem::take(&mut self.what);
            self.news.tell(News::ProgressGivenUp { what });
        }
    }
}
