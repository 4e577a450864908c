//! What `init` prints.

use camino::Utf8Path;
use serde::Serialize;

use crate::init::{Action, Answers, Load, Plan, SMOKE, Step};
use crate::ui::Ui;

/// What there is to show.
pub(super) struct View<'a> {
    pub(super) plan: &'a Plan,
    pub(super) answers: &'a Answers,
    /// The commands that follow.
    pub(super) next: &'a [String],
}

/// What `--output json` prints.
#[derive(Serialize)]
struct Report<'a> {
    plan: Vec<Row<'a>>,
    answers: &'a Answers,
    written: bool,
    next: &'a [String],
}

#[derive(Serialize)]
struct Row<'a> {
    action: Action,
    path: &'a Utf8Path,
    /// With `--dry-run`, the text to create or to append.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

impl View<'_> {
    /// The plan and the texts, of which nothing is written.
    pub(super) fn preview(&self, ui: &mut Ui) {
        self.plan(ui);
        for step in &self.plan.steps {
            if step.content.is_empty() {
                continue;
            }
            ui.text(format!("\n--- {}", step.path));
            ui.text(text(step));
        }
        ui.json(&self.report(false, true));
    }

    pub(super) fn plan(&self, ui: &mut Ui) {
        ui.text(self.plan);
    }

    pub(super) fn declined(&self, ui: &mut Ui) {
        ui.text("nothing was written");
        ui.json(&self.report(false, false));
    }

    pub(super) fn written(&self, ui: &mut Ui) {
        if self.plan.is_empty() {
            ui.text("nothing to do: every file exists");
        }
        let load = self.answers.load.as_ref();
        if load.is_some_and(Load::is_incomplete) {
            ui.say(format!(
                "! fill in the fields of `{{}}` in `input` of {SMOKE}"
            ));
        }
        let lines = self.next.iter().map(|line| format!("\n  {line}"));
        ui.text(format!("next:{}", lines.collect::<String>()));
        ui.json(&self.report(!self.plan.is_empty(), false));
    }

    fn report(&self, written: bool, with_content: bool) -> Report<'_> {
        let rows = self.plan.steps.iter().map(|step| Row {
            action: step.action,
            path: &step.path,
            content: (with_content && step.action != Action::Keep).then_some(&*step.content),
        });
        Report {
            plan: rows.collect(),
            answers: self.answers,
            written,
            next: self.next,
        }
    }
}

/// The text of a step for people. A schema has thousands of lines, which say nothing new.
fn text(step: &Step) -> &str {
    match step.path.file_name() {
        Some("profile.schema.json") => "(the JSON Schema of profiles)",
        Some("scenario.schema.json") => "(the JSON Schema of scenarios)",
        _ => step.content.trim_end(),
    }
}
