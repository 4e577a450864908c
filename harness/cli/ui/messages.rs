//! The messages of a command, on standard error. A failed write changes nothing.

use std::io::Write;

use backend::event::Kind;

use super::follow::Moving;

/// Standard error.
pub(super) struct Messages {
    stream: Box<dyn Write + Send>,
    moving: Option<Moving>,
}

impl Messages {
    pub(super) fn new(stream: Box<dyn Write + Send>) -> Self {
        let moving = None;
        Self { stream, moving }
    }

    /// Writes a line, above the moving lines if there are any.
    pub(super) fn line(&mut self, text: &str) {
        match &self.moving {
            Some(moving) => moving.print(text),
            None => {
                let _ = writeln!(self.stream, "{text}");
            }
        }
    }

    /// Writes the beginning of a line.
    pub(super) fn begin_line(&mut self, text: &str) {
        let _ = write!(self.stream, "{text}");
        let _ = self.stream.flush();
    }

    pub(super) fn begin_moving(&mut self) {
        self.moving = Some(Moving::new());
    }

    /// Updates the moving lines that an event concerns.
    pub(super) fn show(&mut self, kind: &Kind, scenario: Option<&str>) {
        if let Some(moving) = &mut self.moving {
            moving.show(kind, scenario);
        }
    }

    /// Removes the moving lines.
    pub(super) fn end_moving(&mut self) {
        if let Some(mut moving) = self.moving.take() {
            moving.clear();
        }
    }
}
