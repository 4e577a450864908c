//! The plan: which files are created, which get lines, and which stay. A file that exists is never
//! overwritten.

use std::fmt;
use std::io::{self, Write as _};

use base::shell;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile;
use serde::Serialize;

use super::answers::Answers;
use super::example::Example;
use super::{ci, documents};

/// The profile with the worker.
pub const BASE: &str = "profiles/base.yaml";

/// The scenario.
pub const SMOKE: &str = "scenarios/smoke.yaml";

pub(super) const K3D: &str = "profiles/k3d.yaml";

/// The folder of state, as ignore files name it.
const STATE: &str = ".harness/";

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    /// Adds lines at the end.
    Append,
    Keep,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub action: Action,
    pub path: Utf8PathBuf,
    /// The text to write or to append; empty for a file that stays.
    pub content: String,
}

/// The steps, in the order of their writing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
}

/// What decides the plan.
#[derive(Debug)]
pub struct Request<'a> {
    pub answers: &'a Answers,
    /// There is a Dockerfile from which k3d can build the worker.
    pub has_image: bool,
    /// Whether to write a workflow for GitHub.
    pub github: bool,
    /// The shell commands that such a workflow runs first.
    pub install: Vec<String>,
    pub example: Option<Example>,
}

impl Plan {
    /// The plan, given the text of each file that exists.
    pub fn of(request: &Request<'_>, existing: &dyn Fn(&Utf8Path) -> Option<String>) -> Self {
        let mut plan = Drawing {
            plan: Self::default(),
            existing,
        };
        let answers = request.answers;
        for (path, text) in request.example.iter().flat_map(Example::files) {
            plan.file(path.as_str(), Some(text.to_owned()));
        }
        plan.file(BASE, answers.worker.as_ref().map(documents::base));
        if request.has_image {
            plan.file(K3D, Some(documents::K3D.to_owned()));
        }
        let schema = format!("{:#}\n", profile::json_schema());
        plan.file("profiles/profile.schema.json", Some(schema));
        plan.file(SMOKE, answers.load.as_ref().map(documents::smoke));
        let schema = format!("{:#}\n", scenario::json_schema());
        plan.file("scenarios/scenario.schema.json", Some(schema));
        let ignored = request.example.map_or(&[][..], |example| example.ignored);
        let ignored: Vec<&str> = [STATE].into_iter().chain(ignored.iter().copied()).collect();
        plan.lines(".gitignore", &ignored);
        if request.has_image {
            // An image with the state would have its passwords.
            plan.lines(".dockerignore", &[STATE]);
        }
        if request.github {
            let text = ci::github(&request.install);
            plan.file(".github/workflows/harness.yaml", Some(text));
        }
        plan.plan
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Keep)
    }

    /// The text of a file that is created.
    pub(super) fn created(&self, path: &Utf8Path) -> Option<&str> {
        let mut created = self.steps.iter().filter(|it| it.action == Action::Create);
        let step = created.find(|step| step.path == path)?;
        Some(&step.content)
    }

    /// Writes the files into a folder. A file that came into being since the plan was made is an
    /// error, and stays. No file is left half written if the disk is full.
    pub fn carry_out(&self, folder: &Utf8Path) -> io::Result<()> {
        for step in &self.steps {
            let path = folder.join(&step.path);
            let mut options = fs_err::OpenOptions::new();
            match step.action {
                Action::Keep => continue,
                Action::Append => options.append(true),
                Action::Create => {
                    if let Some(parent) = path.parent().filter(|parent| *parent != "") {
                        fs_err::create_dir_all(parent)?;
                    }
                    options.write(true).create_new(true)
                }
            };
            let mut file = options.open(&path)?;
            let before = file.metadata()?.len();
            if let Err(error) = file.write_all(step.content.as_bytes()) {
                let _ = match step.action {
                    Action::Create => fs_err::remove_file(&path),
                    Action::Append | Action::Keep => file.set_len(before),
                };
                return Err(error);
            }
        }
        Ok(())
    }
}

/// A plan that is being made.
struct Drawing<'a> {
    plan: Plan,
    existing: &'a dyn Fn(&Utf8Path) -> Option<String>,
}

impl Drawing<'_> {
    fn step(&mut self, action: Action, path: &str, content: String) {
        let path = path.into();
        self.plan.steps.push(Step {
            action,
            path,
            content,
        });
    }

    /// A file, which stays if it exists. Without a text there is nothing to create.
    fn file(&mut self, path: &str, text: Option<String>) {
        if (self.existing)(path.into()).is_some() {
            self.step(Action::Keep, path, String::new());
        } else if let Some(text) = text {
            self.step(Action::Create, path, text);
        }
    }

    /// Lines that a file must have.
    fn lines(&mut self, path: &str, lines: &[&str]) {
        let text = |lines: &[&str]| -> String {
            let lines = lines.iter().map(|line| format!("{line}\n"));
            lines.collect()
        };
        match (self.existing)(path.into()) {
            None => self.step(Action::Create, path, text(lines)),
            Some(present) => {
                let missing: Vec<&str> = lines
                    .iter()
                    .copied()
                    .filter(|line| !is_ignored(&present, line))
                    .collect();
                if missing.is_empty() {
                    self.step(Action::Keep, path, String::new());
                } else {
                    let ends = present.is_empty() || present.ends_with('\n');
                    let begin = if ends { "" } else { "\n" };
                    self.step(Action::Append, path, format!("{begin}{}", text(&missing)));
                }
            }
        }
    }
}

/// Whether an ignore file has a folder, in one of the usual spellings.
fn is_ignored(present: &str, folder: &str) -> bool {
    let bare = |line: &str| {
        let line = line.trim().trim_end_matches(['/', '*']);
        line.trim_start_matches("**").trim_matches('/').to_owned()
    };
    present.lines().any(|line| bare(line) == bare(folder))
}

impl Example {
    /// The files that are in the way: those that exist with another text. A profile of another worker
    /// is one, because the example would not run with it. A `README.md`, which many repositories begin
    /// with, stays.
    pub fn conflicts(
        &self,
        answers: &Answers,
        existing: &dyn Fn(&Utf8Path) -> Option<String>,
    ) -> Vec<&'static str> {
        let base = answers.worker.as_ref().map(documents::base);
        let smoke = answers.load.as_ref().map(documents::smoke);
        let own = [(BASE, base), (SMOKE, smoke)];
        let own = own
            .into_iter()
            .filter_map(|(path, text)| Some((path, text?)));
        let files = self
            .files()
            .filter(|(path, _)| *path != "README.md")
            .map(|(path, text)| (path.as_str(), text.to_owned()));
        let differs = |path: &str, text: &str| {
            let present = existing(path.into());
            present.is_some_and(|present| present != text)
        };
        let conflicts = files.chain(own).filter(|(path, text)| differs(path, text));
        conflicts.map(|(path, _)| path).collect()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shell::word(self.path.as_str());
        match self.action {
            Action::Create => write!(out, "create {path}"),
            Action::Append => {
                let lines: Vec<&str> = self.content.split_whitespace().collect();
                write!(out, "append {} to {path}", lines.join(", "))
            }
            Action::Keep => write!(out, "keep {path}: it exists"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.steps.iter().map(Step::to_string).collect();
        out.write_str(&lines.join("\n"))
    }
}
