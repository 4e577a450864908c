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

use super::data::{Data, Fate, SharedFate};
use super::display::Display;
use super::line::{Line, Sign, line};
use super::messages::Messages;
use super::outlet::Outlet;
use super::question;
use super::scenarios::Scenarios;
use crate::error::{CommandError, Exit};

/// How often plain lines report the progress of long work.
const PLAIN_PROGRESS: Duration = Duration::from_secs(5);

/// How long a command that has ended waits for a reader that reads nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a command waits for such a reader before it writes to the other stream, so that the
/// order of both is kept.
const ORDER: Duration = Duration::from_secs(5);

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

/// The error of writing a command's data.
#[derive(Debug, thiserror::Error)]
#[error("could not write to standard output")]
struct Unwritten(#[source] io::Error);

pub struct Ui {
    data: Outlet<Data>,
    fate: SharedFate,
    messages: Outlet<Messages>,
    output: Output,
    stream: Stream,
    display: Display,
    /// Whether there are moving lines below the messages.
    is_moving: bool,
    /// Whether a message has said that events are lost.
    loss_told: bool,
    patience: Duration,
    order: Duration,
    scenarios: Scenarios,
    /// When the progress of each running work was last printed.
    last_progress: BTreeMap<String, Instant>,
    /// Whether the JSON document of this command has been written.
    document_written: bool,
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
        let fate = SharedFate::default();
        Self {
            data: Outlet::new(Data::new(stdout, fate.clone())),
            fate,
            messages: Outlet::new(Messages::new(stderr)),
            output: Output::default(),
            stream: Stream::Told,
            display,
            is_moving: false,
            loss_told: false,
            patience: PATIENCE,
            order: ORDER,
            scenarios: Scenarios::default(),
            last_progress: BTreeMap::new(),
            document_written: false,
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
        self.write_data(text);
        // A reader that reads too late is an error at the end of the command.
        let _ = self.data.settle(self.order);
    }

    fn write_data(&mut self, text: impl fmt::Display) {
        if !self.is_unread() {
            let text = text.to_string();
            self.data.write(move |data| data.line(text));
        }
    }

    /// Whether standard output is closed or failed, so that endless output can stop.
    pub fn is_unread(&self) -> bool {
        !self.fate.is_written()
    }

    /// Ends a command. Returns its exit, which depends on whether its data was written. Waits for a
    /// reader that has stopped reading, but not for ever.
    pub fn end(&mut self, exit: Exit) -> Exit {
        let settled = self.data.settle_again(self.patience);
        let fate = std::mem::replace(&mut *self.fate.lock(), Fate::Enough);
        let error = match (fate, settled) {
            (Fate::Lost(error), _) | (Fate::Written, Err(error)) => error,
            (Fate::Written, Ok(())) | (Fate::Enough, _) => return self.end_messages(exit),
        };
        let hint = match error.kind() {
            io::ErrorKind::TimedOut => {
                "Read standard output to its end, or write it to a file, and run the command again."
            }
            _ => "Free some space where standard output is written, and run the command again.",
        };
        let error = CommandError::new(Exit::OutputLost, Unwritten(error)).hint(hint);
        self.tell_error(&error);
        self.end_messages(exit.with_output_lost())
    }

    fn end_messages(&mut self, exit: Exit) -> Exit {
        // Lost messages change nothing.
        let _ = self.messages.settle_again(self.patience);
        exit
    }

    /// Prints a message.
    pub fn say(&mut self, text: impl fmt::Display) {
        self.write_message(text);
        let _ = self.messages.settle(self.order);
    }

    fn write_message(&mut self, text: impl fmt::Display) {
        let text = text.to_string();
        self.messages.write(move |messages| messages.line(&text));
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

    /// Whether there is a terminal to ask at.
    pub fn can_ask(&self) -> bool {
        self.display != Display::Lines && std::io::stdin().is_terminal()
    }

    /// Asks at the terminal, and returns the answer; `None` without a terminal, or without an
    /// answer in time.
    pub async fn ask(&mut self, question: &str, within: Duration) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        let question = format!("{question} ");
        self.messages
            .write(move |messages| messages.begin_line(&question));
        let _ = self.messages.settle(self.order);
        let answer = tokio::time::timeout(within, question::line()).await;
        let answer = answer.ok().flatten();
        if answer.is_none() {
            self.say("");
        }
        answer
    }

    /// Runs `work` and prints its events until it ends. A reader that stalls does not stall the
    /// work: its lines wait in memory.
    pub async fn follow<T>(
        &mut self,
        events: &mut UnboundedReceiver<Event>,
        work: impl Future<Output = T>,
    ) -> T {
        self.data.detach("data");
        self.messages.detach("messages");
        self.is_moving = self.display != Display::Lines;
        if self.is_moving {
            self.messages.write(Messages::begin_moving);
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
        // What follows comes after the events, on both streams.
        let _ = self.data.settle(self.order);
        self.tell_loss();
        if std::mem::take(&mut self.is_moving) {
            self.messages.write(Messages::end_moving);
        }
        let _ = self.messages.settle(self.order);
        result
    }

    fn tell(&mut self, event: &Event) {
        if self.stream == Stream::Written {
            self.stream_on(event);
        }
        let kind = &event.kind;
        let scenario = self.scenarios.of(event);
        let line = line(kind, scenario);
        if self.is_moving {
            let (kind, scenario) = (kind.clone(), scenario.map(str::to_owned));
            self.messages
                .write(move |messages| messages.show(&kind, scenario.as_deref()));
        } else {
            self.tell_progress(kind);
        }
        // A moving line already shows work that has begun.
        let moves = self.is_moving && matches!(kind, Kind::StepStarted { .. });
        if let Some(line) = line.filter(|_| !moves) {
            let painted = self.paint(&line);
            self.write_message(painted);
        }
    }

    fn stream_on(&mut self, event: &Event) {
        let text = serde_json::to_string(event).expect("an event always becomes JSON");
        self.write_data(text);
        self.tell_loss();
    }

    /// Says once that events could not be written. The work continues.
    fn tell_loss(&mut self) {
        if self.stream != Stream::Written || self.loss_told {
            return;
        }
        let lost = match &*self.fate.lock() {
            Fate::Lost(error) => format!(
                "! could not write events to standard output ({error}): continuing \
                         without them"
            ),
            Fate::Written | Fate::Enough => return,
        };
        self.loss_told = true;
        self.write_message(lost);
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
        self.write_message(format!("{} {text}", Sign::Note.as_str()));
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
