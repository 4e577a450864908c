//! Hints against Azure's errors, by error code: the rules in `remedies.json`.
//!
//! The codes are those of the pages below
//! <https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors>
//! and of the resource providers. An error without a rule has no hint.

use std::sync::LazyLock;

use base::hint::{Hint, Verb};
use serde::Deserialize;

use super::ErrorDetail;

/// A rule. The first rule that matches an error decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The error codes that it matches, in any case.
    codes: Vec<String>,
    /// A text that the message must contain as well, in lower case.
    #[serde(default)]
    message: String,
    /// Whether the same command may succeed later without a change of what it asks for.
    #[serde(default)]
    again: bool,
    remedy: Remedy,
}

/// A hint as `remedies.json` writes it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Remedy {
    Words(String),
    Sentence(Vec<Part>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Part {
    Words(String),
    Command(CommandPart),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandPart {
    run: HarnessCommand,
}

/// A command of the harness.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HarnessCommand {
    Destroy,
}

impl Remedy {
    fn hint(&self) -> Hint {
        match self {
            Self::Words(words) => Hint::say(words),
            Self::Sentence(parts) => parts.iter().fold(Hint::say(""), |hint, part| match part {
                Part::Words(words) => hint.words(words),
                Part::Command(CommandPart {
                    run: HarnessCommand::Destroy,
                }) => hint.command(Verb::Destroy),
            }),
        }
    }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("remedies.json")).expect("a test parses the rules")
});

/// The hints against an error and its nested errors, the innermost first, each hint once.
pub(super) fn of(detail: &ErrorDetail) -> impl Iterator<Item = Hint> {
    let mut remedies = Vec::new();
    for detail in detail.all() {
        if let Some(rule) = RULES.iter().find(|rule| rule.fits(detail))
            && let remedy = rule.remedy.hint()
            && !remedies.contains(&remedy)
        {
            remedies.push(remedy);
        }
    }
    remedies.into_iter()
}

/// Whether the same command may succeed later without a change of what it asks for. `None` if no
/// rule matches the error.
pub(super) fn may_pass(detail: &ErrorDetail) -> Option<bool> {
    let rules = detail.all().into_iter().filter_map(|detail| {
        let rule = RULES.iter().find(|rule| rule.fits(detail))?;
        Some(rule.again)
    });
    rules.reduce(|one, other| one && other)
}

impl Rule {
    fn fits(&self, detail: &ErrorDetail) -> bool {
        let code = |code: &String| detail.is(code);
        self.codes.iter().any(code) && detail.message.to_lowercase().contains(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_marked_as_again_exactly_if_its_hint_says_to_run_the_same_command_again() {
        for rule in RULES.iter() {
            let remedy = rule.remedy.hint().to_string();
            let repeats = remedy.contains("the same command again");
            assert_eq!(rule.again, repeats, "{remedy}");
        }
        assert!(RULES.iter().any(|rule| rule.again));
    }

    #[test]
    fn an_error_that_needs_a_change_outweighs_one_that_passes() {
        let detail = |code: &str, details: Vec<ErrorDetail>| ErrorDetail {
            code: code.to_owned(),
            details,
            ..ErrorDetail::default()
        };
        let (busy, quota) = (
            detail("ServerBusy", vec![]),
            detail("QuotaExceeded", vec![]),
        );
        assert_eq!(may_pass(&busy), Some(true));
        assert_eq!(may_pass(&quota), Some(false));
        assert_eq!(
            may_pass(&detail("DeploymentFailed", vec![busy, quota])),
            Some(false)
        );
        assert_eq!(may_pass(&detail("Whatever", vec![])), None);
    }
}
