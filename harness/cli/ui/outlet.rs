//! A stream, and the thread that writes to it while a command works.
//!
//! A reader may stop reading without closing the stream: a pager, a terminal after Ctrl-S, a full
//! pipe. It must not hold up the work, which may have to undo a fault. A command that does no work
//! writes directly, and waits for its reader.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use model::quantity;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Writes to one stream, in order.
pub(super) enum Outlet<S> {
    /// Each write waits for the reader.
    Direct(S),
    /// Writes go to a thread.
    Detached(Detached<S>),
    /// The state inside of [`Outlet::detach`].
    Moving,
}

pub(super) struct Detached<S> {
    jobs: Sender<Job<S>>,
    /// One message for each job that ended.
    ended: Receiver<()>,
    /// Jobs that are not known to have ended.
    open: usize,
    /// Whether the last wait timed out.
    stalled: bool,
}

impl<S: Send + 'static> Outlet<S> {
    pub(super) fn new(stream: S) -> Self {
        Self::Direct(stream)
    }

    /// From now on, writes do not wait for the reader.
    pub(super) fn detach(&mut self, name: &str) {
        let stream = match std::mem::replace(self, Self::Moving) {
            Self::Direct(stream) => stream,
            detached => {
                *self = detached;
                return;
            }
        };
        let (jobs, mut received) = mpsc::channel();
        let (done, ended) = mpsc::channel();
        let write = move || carry_out(stream, &mut received, &done);
        // The thread ends with the process: a write that waits for a reader cannot be cancelled.
        let thread = thread::Builder::new().name(name.to_owned()).spawn(write);
        thread.expect("a process that starts a runtime can start a thread");
        *self = Self::Detached(Detached {
            jobs,
            ended,
            open: 0,
            stalled: false,
        });
    }

    /// Writes after everything that was written before.
    pub(super) fn write(&mut self, job: impl FnOnce(&mut S) + Send + 'static) {
        match self {
            Self::Direct(stream) => job(stream),
            Self::Detached(detached) => detached.send(Box::new(job)),
            Self::Moving => {}
        }
    }

    /// Waits until everything is written. Fails if the reader reads nothing for `patience`. The next
    /// call then fails at once, unless the reader has read since.
    pub(super) fn settle(&mut self, patience: Duration) -> io::Result<()> {
        match self {
            Self::Detached(detached) => detached.settle(patience),
            Self::Direct(_) | Self::Moving => Ok(()),
        }
    }

    /// Like [`Self::settle`], and waits even if the last wait timed out.
    pub(super) fn settle_again(&mut self, patience: Duration) -> io::Result<()> {
        if let Self::Detached(detached) = self {
            detached.stalled = false;
        }
        self.settle(patience)
    }
}

fn carry_out<S>(mut stream: S, jobs: &mut Receiver<Job<S>>, done: &Sender<()>) {
    while let Ok(job) = jobs.recv() {
        job(&mut stream);
        // Nobody waits any more when the command has ended.
        let _ = done.send(());
    }
}

impl<S> Detached<S> {
    fn send(&mut self, job: Job<S>) {
        while self.ended.try_recv().is_ok() {
            self.open -= 1;
        }
        // The thread ends only after this sender.
        let _ = self.jobs.send(job);
        self.open += 1;
    }

    fn settle(&mut self, patience: Duration) -> io::Result<()> {
        let mut within = if self.stalled {
            Duration::ZERO
        } else {
            patience
        };
        while self.open > 0 {
            self.stalled = self.ended.recv_timeout(within).is_err();
            if self.stalled {
                let patience = quantity::Duration::from(patience);
                let unread = format!("nothing was read for {patience}");
                return Err(io::Error::new(io::ErrorKind::TimedOut, unread));
            }
            self.open -= 1;
            within = patience;
        }
        self.stalled = false;
        Ok(())
    }
}
