//! Standard output of this process. Reports every failed write.
//!
//! `std::io::stdout` ignores a closed descriptor (`EBADF`), and buffers an unfinished line until
//! the process ends, when its failure is lost. So this writes to the descriptor directly.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;

use anstream::AutoStream;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Standard output; passes colour only to a terminal that supports it.
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

/// Waits when a non-blocking pipe or terminal is full. A parent process may have set it to
/// non-blocking.
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

/// A closed standard output, with the OS error number.
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
