//! Decides values: by a flag, by a question at the terminal, or by what was found.

use std::time::Duration;

use camino::Utf8Path;

use crate::error::{CommandError, Exit};
use crate::init::Evidence;
use crate::ui::Ui;

/// How long a question waits.
const PATIENCE: Duration = Duration::from_hours(1);

/// How many other suggestions a question shows.
const MOST_OTHERS: usize = 4;

/// A value to decide, as the text that a flag would give.
pub(super) struct Question {
    /// What it is, in an error and at the prompt.
    pub(super) what: &'static str,
    /// The flag with its placeholder.
    pub(super) flag: &'static str,
    /// The value of the flag.
    pub(super) given: Option<String>,
    pub(super) found: Vec<Found>,
    /// The default of a value that `init` does not need.
    pub(super) otherwise: Option<Otherwise>,
    /// Why a text is no value.
    pub(super) check: fn(&str) -> Result<(), String>,
}

/// A default that comes from no source.
#[derive(Clone, Copy)]
pub(super) struct Otherwise {
    pub(super) text: &'static str,
    /// What a question shows in its place.
    pub(super) shown: &'static str,
}

/// A value that was found.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) evidence: Evidence,
    /// The value of the question before, if this one depends on it.
    pub(super) after: Option<String>,
}

impl Question {
    /// What was found, given the answers before. What is in the file of an answer comes first, since a
    /// repository may have several workers.
    fn found_after(&self, before: &Answered<'_>) -> Vec<&Found> {
        let last = before.texts.last();
        let found = self.found.iter();
        let mut found: Vec<&Found> = found
            .filter(|found| found.after.is_none() || found.after.as_ref() == last)
            .collect();
        found.sort_by_key(|found| before.file.is_some_and(|file| file != found.evidence.path));
        found
    }

    /// The file in which a text was found.
    fn file_of(&self, text: &str) -> Option<&Utf8Path> {
        let found = self.found.iter().find(|found| found.text == text)?;
        Some(&found.evidence.path)
    }
}

/// The answers so far.
struct Answered<'a> {
    texts: Vec<String>,
    /// The file in which the first of them was found that was given or answered.
    file: Option<&'a Utf8Path>,
}

impl<'a> Answered<'a> {
    /// Nothing, and the file of the first given value.
    fn of(questions: &'a [Question]) -> Self {
        let mut files = questions.iter().filter_map(|question| {
            let given = question.given.as_ref()?;
            question.file_of(given)
        });
        Self {
            texts: Vec::new(),
            file: files.next(),
        }
    }

    fn push(&mut self, question: &'a Question, text: String) {
        self.file = self.file.or_else(|| question.file_of(&text));
        self.texts.push(text);
    }
}

/// Decides every value, in order, and says whether the user was asked.
pub(super) async fn decide(
    questions: &[Question],
    yes: bool,
    ui: &mut Ui,
) -> Result<(Vec<String>, bool), CommandError> {
    let is_open = questions.iter().any(|it| it.given.is_none());
    if yes || !is_open || !ui.can_ask() {
        let texts = take(questions, yes, ui)?;
        return Ok((texts, false));
    }
    let mut answered = Answered::of(questions);
    for question in questions {
        let text = match &question.given {
            Some(given) => given.clone(),
            None => ask(question, &answered, ui).await?,
        };
        answered.push(question, text);
    }
    Ok((answered.texts, true))
}

/// Takes what is given, and with `--yes` what was found. The error names every flag that is missing.
fn take(questions: &[Question], yes: bool, ui: &mut Ui) -> Result<Vec<String>, CommandError> {
    let mut answered = Answered::of(questions);
    let (mut taken, mut open) = (Vec::new(), Vec::new());
    for question in questions {
        let all = question.found_after(&answered);
        let found = all.first().copied();
        let text = match (&question.given, found, question.otherwise) {
            (Some(given), _, _) => given.clone(),
            // A value that has a default is not asked for, so it needs no consent.
            (None, Some(found), otherwise) if yes || otherwise.is_some() => {
                let Found { text, evidence, .. } = found;
                taken.push(format!("{}: {text} ({evidence})", question.what));
                taken.extend(others(&all));
                text.clone()
            }
            (None, None, Some(otherwise)) => otherwise.text.to_owned(),
            (None, found, _) => {
                open.push((question, found));
                found.map(|found| found.text.clone()).unwrap_or_default()
            }
        };
        answered.push(question, text);
    }
    if !open.is_empty() {
        return Err(undecided(&open, yes));
    }
    for line in taken {
        ui.say(line);
    }
    Ok(answered.texts)
}

/// The line with the other suggestions, if there are any.
fn others(found: &[&Found]) -> Option<String> {
    let others = found.iter().skip(1).take(MOST_OTHERS);
    let others: Vec<&str> = others.map(|found| found.text.as_str()).collect();
    (!others.is_empty()).then(|| format!("  also found: {}", others.join(", ")))
}

/// The error of values that are neither given nor taken.
fn undecided(open: &[(&Question, Option<&Found>)], yes: bool) -> CommandError {
    let names: Vec<&str> = open.iter().map(|(question, _)| question.what).collect();
    let names = names.join(", ");
    let message = if yes {
        format!("found nothing in the sources for: {names}")
    } else {
        format!("there is no terminal to ask for: {names}")
    };
    let flags: Vec<String> = open
        .iter()
        .map(|(it, _)| format!("`{}`", it.flag))
        .collect();
    let flags = format!("Pass {}.", flags.join(", "));
    let mut error = CommandError::new(Exit::Usage, message);
    let found: Option<Vec<String>> = open
        .iter()
        .map(|(question, found)| {
            let Found { text, evidence, .. } = (*found)?;
            Some(format!("{} `{text}` ({evidence})", question.what))
        })
        .collect();
    if let Some(found) = found {
        let found = found.join(", ");
        error = error.hint(format!("Add `--yes` to take what was found: {found}."));
    }
    error = error.hint(flags);
    if open.iter().all(|(question, _)| question.found.is_empty()) {
        error = error.hint(
            "Pass `--example go` to write a small worker as well; also `python`, `typescript` and \
             `java`.",
        );
    }
    error
}

/// Asks until the answer is a value. An empty answer takes the default.
async fn ask(
    question: &Question,
    before: &Answered<'_>,
    ui: &mut Ui,
) -> Result<String, CommandError> {
    let found = question.found_after(before);
    if let Some(others) = others(&found) {
        ui.say(others);
    }
    let first = found.first();
    let default = first.map(|found| (found.text.as_str(), found.text.as_str()));
    let default = default.or(question.otherwise.map(|it| (it.text, it.shown)));
    let otherwise = question.otherwise.filter(|_| first.is_some());
    let or = otherwise.map(|it| format!(", or {}", it.shown));
    let evidence = first.map(|found| format!(" ({})", found.evidence));
    let shown = default.map(|(_, shown)| format!(" [{shown}]"));
    let prompt = format!(
        "{}{}{}{}:",
        question.what,
        or.unwrap_or_default(),
        evidence.unwrap_or_default(),
        shown.unwrap_or_default()
    );
    loop {
        let Some(answer) = ui.ask(&prompt, PATIENCE).await else {
            let message = format!("no answer for: {}", question.what);
            let hint = format!("Pass `{}`.", question.flag);
            return Err(CommandError::new(Exit::Usage, message).hint(hint));
        };
        let answer = match (default, question.otherwise) {
            (Some((default, _)), _) if answer.is_empty() => default.to_owned(),
            (_, Some(otherwise)) if answer == otherwise.shown => otherwise.text.to_owned(),
            _ => answer,
        };
        match (question.check)(&answer) {
            Ok(()) => return Ok(answer),
            Err(why) => ui.say(format!("! {why}")),
        }
    }
}

/// Asks until the answer is yes or no. An empty answer is a yes, and no answer a no.
pub(super) async fn confirm(question: &str, ui: &mut Ui) -> bool {
    let question = format!("{question} [Y/n]");
    loop {
        match ui.ask(&question, PATIENCE).await.as_deref() {
            Some("" | "y" | "Y" | "yes") => return true,
            None | Some("n" | "N" | "no") => return false,
            Some(_) => ui.say("! answer y or n"),
        }
    }
}
