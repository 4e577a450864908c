//! What helps against an error of Azure's, by its code: the rules in `remedies.json`.
//!
//! The codes are those of the pages below
//! <https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors>
//! and of the providers. A code without a rule has no remedy, and is shown as it is.

use std::sync::LazyLock;

use base::hint::{Hint, Verb};
use serde::Deserialize;

use super::Fault;

/// A rule: the first one that fits decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The codes it is for, compared without regard to case.
    codes: Vec<String>,
    /// What the message has to contain besides, in lower case.
    #[serde(default)]
    message: String,
    /// Whether the same command may succeed later although nobody has changed what it asks for.
    #[serde(default)]
    again: bool,
    /// What helps.
    remedy: Remedy,
}

/// A hint as it is written.
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
    Command(Told),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    run: Ours,
}

/// A command of the harness's that helps.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ours {
    Destroy,
}

impl Remedy {
    fn hint(&self) -> Hint {
        match self {
            Self::Words(words) => Hint::say(words),
            Self::Sentence(parts) => parts.iter().fold(Hint::say(""), |hint, part| match part {
                Part::Words(words) => hint.words(words),
                Part::Command(Told { run: Ours::Destroy }) => hint.command(Verb::Destroy),
            }),
        }
    }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("remedies.json")).expect("a test reads the rules")
});

/// What helps against a fault and all below it, the deepest first, each remedy once.
pub(super) fn of(fault: &Fault) -> impl Iterator<Item = Hint> {
    let mut remedies = Vec::new();
    for fault in fault.all() {
        if let Some(rule) = RULES.iter().find(|rule| rule.fits(fault))
            && let remedy = rule.remedy.hint()
            && !remedies.contains(&remedy)
        {
            remedies.push(remedy);
        }
    }
    remedies.into_iter()
}

/// Whether the same command may succeed later although what it asks for is the same; not known of a
/// fault that no rule is for.
pub(super) fn may_pass(fault: &Fault) -> Option<bool> {
    let rules = fault.all().into_iter().filter_map(|fault| {
        let rule = RULES.iter().find(|rule| rule.fits(fault))?;
        Some(rule.again)
    });
    rules.reduce(|one, other| one && other)
}

impl Rule {
    fn fits(&self, fault: &Fault) -> bool {
        let code = |code: &String| fault.is(code);
        self.codes.iter().any(code) && fault.message.to_lowercase().contains(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_that_the_same_command_may_pass_where_its_remedy_says_to_run_it_again() {
        for rule in RULES.iter() {
            let remedy = rule.remedy.hint().to_string();
            let told = remedy.contains("the same command again");
            assert_eq!(rule.again, told, "{remedy}");
        }
        assert!(RULES.iter().any(|rule| rule.again));
    }

    #[test]
    fn what_needs_a_change_does_not_pass_whatever_else_is_wrong_with_it() {
        let fault = |code: &str, details: Vec<Fault>| Fault {
            code: code.to_owned(),
            details,
            ..Fault::default()
        };
        let (busy, quota) = (fault("ServerBusy", vec![]), fault("QuotaExceeded", vec![]));
        assert_eq!(may_pass(&busy), Some(true));
        assert_eq!(may_pass(&quota), Some(false));
        assert_eq!(
            may_pass(&fault("DeploymentFailed", vec![busy, quota])),
            Some(false)
        );
        assert_eq!(may_pass(&fault("Whatever", vec![])), None);
    }
}
