//! The printer. All output passes through it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use backend::event::{Event, Kind};
use base::news::News;
use owo_colors::OwoColorize as _;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedReceiver;

use super::display::Display;
use super::follow::Moving;
use super::line::{Line, Sign, line};
use super::question;
use super::scenarios::Scenarios;
use crate::error::{CommandError, Exit};

/// How often plain lines report the progress of long work.
const PLAIN_PROGRESS: Duration = Duration::from_secs(5);

/// The format of a command's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Output {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document for programs.
    Json,
}

/// Whether events are data on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Events are printed as messages.
    Told,
    /// Events are written to standard output, one JSON object a line.
    Written,
}

/// The state of standard output.
#[derive(Debug)]
enum Data {
    /// All of it was written so far.
    Written,
    /// The reader has closed the pipe, which is no error.
    Enough,
    /// A write failed. Nothing is written after that, since data with a gap would look complete.
    Lost(io::Error),
}

/// The error of writing a command's data.
#[derive(Debug, thiserror::Error)]
#[error("could not write to standard output")]
struct Unwritten(#[source] io::Error);

pub struct Ui {
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
    output: Output,
    stream: Stream,
    display: Display,
    moving: Option<Moving>,
    scenarios: Scenarios,
    /// When the progress of each running work was last printed.
    last_progress: BTreeMap<String, Instant>,
    /// Whether the JSON document of this command has been written.
    document_written: bool,
    data: Data,
}

impl fmt::Debug for Ui {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ui")
            .field("output", &self.output)
            .field("stream", &self.stream)
            .field("display", &self.display)
            .finish_non_exhaustive()
    }
}

impl Ui {
    /// A printer on the two streams.
    pub fn new(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        display: Display,
    ) -> Self {
        Self {
            stdout,
            stderr,
            output: Output::default(),
            stream: Stream::Told,
            display,
            moving: None,
            scenarios: Scenarios::default(),
            last_progress: BTreeMap::new(),
            document_written: false,
            data: Data::Written,
        }
    }

    /// Sets the options of the command line, and starts the stream of events if it is data.
    pub fn choose(&mut self, output: Output, stream: Stream) {
        self.output = output;
        self.stream = stream;
        if stream == Stream::Written {
            self.stream_on(&Event::now(None, Kind::stream()));
        }
    }

    pub fn output(&self) -> Output {
        self.output
    }

    /// Writes data as text; nothing if the format is JSON.
    pub fn text(&mut self, text: impl fmt::Display) {
        if self.output == Output::Text && self.stream == Stream::Told {
            self.raw(text);
        }
    }

    /// Writes data as one JSON document; nothing if the format is text.
    pub fn json(&mut self, value: &impl Serialize) {
        if self.output == Output::Json {
            self.document_written = true;
            let text = match self.stream {
                Stream::Told => serde_json::to_string_pretty(value),
                Stream::Written => serde_json::to_string(value),
            };
            self.raw(text.expect("a plain data type always becomes JSON"));
        }
    }

    /// Writes data in any format, such as a log line or a completion script.
    pub fn raw(&mut self, text: impl fmt::Display) {
        if self.is_unread() {
            return;
        }
        let line = format!("{text}\n");
        let written = self.stdout.write_all(line.as_bytes());
        match written.and_then(|()| self.stdout.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.data = Data::Enough,
            Err(error) => self.data = Data::Lost(error),
        }
    }

    /// Whether standard output is closed or failed, so that endless output can stop.
    pub fn is_unread(&self) -> bool {
        !matches!(self.data, Data::Written)
    }

    /// Ends a command. Returns its exit, which depends on whether its data was written.
    pub fn end(&mut self, exit: Exit) -> Exit {
        let Data::Lost(error) = std::mem::replace(&mut self.data, Data::Enough) else {
            return exit;
        };
        let error = CommandError::new(Exit::OutputLost, Unwritten(error))
            .hint("Free some space where standard output is written, and run the command again.");
        self.tell_error(&error);
        exit.with_output_lost()
    }

    /// Prints a message.
    pub fn say(&mut self, text: impl fmt::Display) {
        match &self.moving {
            Some(moving) => moving.print(&text.to_string()),
            None => {
                let _ = writeln!(self.stderr, "{text}");
            }
        }
    }

    /// Prints an error, and writes it as the JSON document if none was written.
    pub fn error(&mut self, error: &CommandError) {
        // After the document, only the exit code and the message report a failure.
        if !self.document_written {
            self.json(&error.document());
        }
        self.tell_error(error);
    }

    fn tell_error(&mut self, error: &CommandError) {
        let text = error.to_string();
        let painted = match self.display {
            Display::Live => text.replacen("error:", &"error:".red().bold().to_string(), 1),
            Display::LivePlain | Display::Lines => text,
        };
        self.say(painted);
    }

    /// Asks at the terminal, and returns the answer; `None` without a terminal, or without an
    /// answer in time.
    pub async fn ask(&mut self, question: &str, within: Duration) -> Option<String> {
        if self.display == Display::Lines || !std::io::stdin().is_terminal() {
            return None;
        }
        let _ = write!(self.stderr, "{question} ");
        let _ = self.stderr.flush();
        let answer = tokio::time::timeout(within, question::line()).await;
        let answer = answer.ok().flatten();
        if answer.is_none() {
            let _ = writeln!(self.stderr);
        }
        answer
    }

    /// Runs `work` and prints its events until it ends.
    pub async fn follow<T>(
        &mut self,
        events: &mut UnboundedReceiver<Event>,
        work: impl Future<Output = T>,
    ) -> T {
        if self.display != Display::Lines {
            self.moving = Some(Moving::new());
        }
        let mut work = std::pin::pin!(work);
        let result = loop {
            tokio::select! {
                biased;
                Some(event) = events.recv() => self.tell(&event),
                result = &mut work => break result,
            }
        };
        while let Ok(event) = events.try_recv() {
            self.tell(&event);
        }
        if let Some(mut moving) = self.moving.take() {
            moving.clear();
        }
        result
    }

    fn tell(&mut self, event: &Event) {
        if self.stream == Stream::Written {
            self.stream_on(event);
        }
        let kind = &event.kind;
        let scenario = self.scenarios.of(event);
        let line = line(kind, scenario);
        match &mut self.moving {
            Some(moving) => moving.show(kind, scenario),
            None => self.tell_progress(kind),
        }
        // A moving line already shows work that has begun.
        let moves = self.moving.is_some() && matches!(kind, Kind::StepStarted { .. });
        if let Some(line) = line.filter(|_| !moves) {
            let painted = self.paint(&line);
            self.say(painted);
        }
    }

    /// Writes an event. If that fails, the work continues and a message says so once.
    fn stream_on(&mut self, event: &Event) {
        let text = serde_json::to_string(event).expect("an event always becomes JSON");
        let before = self.is_unread();
        self.raw(text);
        if let (false, Data::Lost(error)) = (before, &self.data) {
            let lost = format!(
                "! could not write events to standard output ({error}): continuing \
                         without them"
            );
            self.say(lost);
        }
    }

    /// Without moving lines, prints the progress of each work at intervals.
    fn tell_progress(&mut self, kind: &Kind) {
        let text = match kind {
            Kind::News(News::Progress { what, done, total }) => {
                let last = self.last_progress.get(what);
                if last.is_some_and(|last| last.elapsed() < PLAIN_PROGRESS) {
                    return;
                }
                self.last_progress.insert(what.clone(), Instant::now());
                match total {
                    Some(total) => format!("{what}: {}%", done * 100 / (*total).max(1)),
                    None => format!("{what}: {done}"),
                }
            }
            Kind::News(News::ProgressFinished { what }) => {
                self.last_progress.remove(what);
                format!("{what}: done")
            }
            Kind::News(News::ProgressGivenUp { what }) => {
                self.last_progress.remove(what);
                format!("{what}: aborted")
            }
            _ => return,
        };
        self.say(format!("{} {text}", Sign::Note.as_str()));
    }

    fn paint(&self, line: &Line) -> String {
        let sign = line.sign.as_str();
        let sign = match (self.display, line.sign) {
            (Display::Live, Sign::Done) => sign.green().to_string(),
            (Display::Live, Sign::Bad) => sign.red().to_string(),
            (Display::Live, Sign::Begin | Sign::Note) => sign.dimmed().to_string(),
            (Display::LivePlain | Display::Lines, _) => sign.to_owned(),
        };
        format!("{sign} {}", line.text)
    }
}

#[cfg(test)]
mod tests;
