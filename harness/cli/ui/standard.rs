//! Standard output of this process, with every failure to write to it.
//!
//! `std::io::stdout` takes a descriptor that cannot be written to (`EBADF`) for one that swallows
//! all, and keeps a line that is not ended until the process is over, where nobody learns of its
//! failure. So data goes to the descriptor itself.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;

use anstream::AutoStream;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Standard output; colour passes where it is a terminal that wants it.
pub fn standard_output() -> Box<dyn Write + Send> {
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(descriptor) => {
            let file = File::from(descriptor);
            let choice = AutoStream::choice(&file);
            let patient: Box<dyn Write + Send> = Box::new(Patient(file));
            Box::new(AutoStream::new(patient, choice))
        }
        Err(error) => Box::new(Closed(error.raw_os_error())),
    }
}

/// Waits where others would fail: a pipe or terminal that somebody has set to non-blocking, such
/// as a shell's parent, is full for a moment only.
struct Patient(File);

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let mut room = [PollFd::new(self.0.as_fd(), PollFlags::POLLOUT)];
                    poll(&mut room, PollTimeout::NONE)?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What cannot be had, with the number of the error that said so.
struct Closed(Option<i32>);

impl Closed {
    fn error(&self) -> io::Error {
        self.0.map_or_else(
            || io::ErrorKind::NotConnected.into(),
            io::Error::from_raw_os_error,
        )
    }
}

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.error())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.error())
    }
}
