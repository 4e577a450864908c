//! The result of a scenario, in one word.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of verdict, from the least to the most severe. The most severe verdict of several
/// scenarios is the verdict of all of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// All expectations were met.
    Pass,
    /// The scenario needs something that this backend does not have, so it did not run.
    Skipped,
    /// The run does not support a conclusion: it had no steady state, a fault without effect, or a
    /// saturated load generator.
    Inconclusive,
    /// A threshold was missed.
    ThresholdMissed,
    /// An invariant was violated.
    Fail,
    /// The run was interrupted, and its faults were healed.
    Interrupted,
    /// A fault could not be healed. The environment is still changed.
    HealFailed,
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Pass => "pass",
            Self::Skipped => "skipped",
            Self::Inconclusive => "inconclusive",
            Self::ThresholdMissed => "threshold-missed",
            Self::Fail => "fail",
            Self::Interrupted => "interrupted",
            Self::HealFailed => "heal-failed",
        })
    }
}

/// The result of a scenario: a verdict, or the reason why it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// The run failed before its end.
    Error,
    /// The scenario was not started.
    NotRun,
    /// The run ended and was judged.
    #[serde(untagged)]
    Verdict(VerdictKind),
}

impl fmt::Display for Conclusion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => out.pad("error"),
            Self::NotRun => out.pad("not-run"),
            Self::Verdict(kind) => kind.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conclusion_is_one_word_and_round_trips() {
        let verdicts = [
            VerdictKind::Pass,
            VerdictKind::Skipped,
            VerdictKind::Inconclusive,
            VerdictKind::ThresholdMissed,
            VerdictKind::Fail,
            VerdictKind::Interrupted,
            VerdictKind::HealFailed,
        ];
        let without = [Conclusion::Error, Conclusion::NotRun];
        for conclusion in verdicts.map(Conclusion::Verdict).into_iter().chain(without) {
            let json = serde_json::to_value(conclusion).expect("a word");
            assert_eq!(json, conclusion.to_string());
            assert_eq!(
                serde_json::from_value::<Conclusion>(json).ok(),
                Some(conclusion)
            );
        }
        assert!(serde_json::from_str::<Conclusion>("\"perhaps\"").is_err());
    }
}
