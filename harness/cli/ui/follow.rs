//! Progress lines that move on a terminal, below the lines of finished work.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::event::Kind;
use base::news::News;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a moving line is drawn.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Moving {
    all: MultiProgress,
    lines: BTreeMap<String, ProgressBar>,
}

impl Moving {
    pub(super) fn new() -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10)),
            lines: BTreeMap::new(),
        }
    }

    /// Prints a line above the moving ones.
    pub(super) fn print(&self, line: &str) {
        let _ = self.all.println(line);
    }

    /// Updates the lines that an event concerns. `scenario` is `None` outside of a run.
    pub(super) fn show(&mut self, kind: &Kind, scenario: Option<&str>) {
        match kind {
            Kind::StepStarted { id, action, .. } => {
                self.spin(id.to_string(), format!("{action} {id}"));
            }
            Kind::StepWaiting { id, reason } => {
                self.spin(id.to_string(), format!("{id}: {reason}"));
            }
            Kind::StepFinished { id, .. } => self.end(&id.to_string()),
            Kind::News(News::Progress { what, done, total }) => self.fill(what, *done, *total),
            Kind::News(News::ProgressFinished { what } | News::ProgressGivenUp { what }) => {
                self.end(what);
            }
            Kind::Load {
                started,
                closed,
                failed,
                dropped,
                not_sent,
                ..
            } => {
                let scenario = scenario.unwrap_or("load");
                let mut text = format!(
                    "{scenario}: {started} started, {closed} closed, {failed} failed, {dropped} dropped"
                );
                if *not_sent > 0 {
                    text = format!("{text}, {not_sent} not sent");
                }
                self.spin(scenario.to_owned(), text);
            }
            Kind::ScenarioFinished { scenario, .. } => self.end(scenario),
            _ => {}
        }
    }

    /// Removes every moving line.
    pub(super) fn clear(&mut self) {
        for line in std::mem::take(&mut self.lines).into_values() {
            line.finish_and_clear();
        }
    }

    fn spin(&mut self, key: String, message: String) {
        let all = &self.all;
        let line = self.lines.entry(key).or_insert_with(|| {
            let line = all.add(ProgressBar::new_spinner());
            line.set_style(style("{spinner} {wide_msg} {elapsed}"));
            line.enable_steady_tick(TICK);
            line
        });
        line.set_message(message);
    }

    fn fill(&mut self, what: &str, done: u64, total: Option<u64>) {
        let all = &self.all;
        let line = self.lines.entry(what.to_owned()).or_insert_with(|| {
            let line = all.add(ProgressBar::no_length());
            line.set_message(what.to_owned());
            line.set_style(style(if total.is_some() {
                "{spinner} {msg} [{bar:30}] {percent}% {elapsed}"
            } else {
                "{spinner} {msg} {elapsed}"
            }));
            line.enable_steady_tick(TICK);
            line
        });
        if let Some(total) = total {
            line.set_length(total);
        }
        line.set_position(done);
    }

    fn end(&mut self, key: &str) {
        if let Some(line) = self.lines.remove(key) {
            line.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant of this file")
}
