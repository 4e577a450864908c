//! What helps against an error of Azure's, by its code: the rules in `remedies.json`.
//!
//! The codes are those of the pages below
//! <https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors>
//! and of the providers. A code without a rule has no remedy, and is shown as it is.

use std::sync::LazyLock;

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
    /// What helps.
    remedy: String,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("remedies.json")).expect("a test reads the rules")
});

/// What helps against a fault and all below it, the deepest first, each remedy once.
pub(super) fn of(fault: &Fault) -> impl Iterator<Item = &'static str> {
    let mut remedies = Vec::new();
    for fault in fault.all() {
        if let Some(rule) = RULES.iter().find(|rule| rule.fits(fault))
            && !remedies.contains(&rule.remedy.as_str())
        {
            remedies.push(rule.remedy.as_str());
        }
    }
    remedies.into_iter()
}

impl Rule {
    fn fits(&self, fault: &Fault) -> bool {
        let code = |code: &String| {
            code.eq_ignore_ascii_case(&fault.code) || code.eq_ignore_ascii_case(&fault.subcode)
        };
        self.codes.iter().any(code) && fault.message.to_lowercase().contains(&self.message)
    }
}
