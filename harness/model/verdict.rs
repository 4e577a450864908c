//! What a scenario came to, in one word.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of verdict, from the lightest to the gravest: of several scenarios, the gravest
/// decides.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// Everything that was asked for held.
    Pass,
    /// The scenario needs more than this place has; nothing was run.
    Skipped,
    /// The run says nothing: no steady state, a fault without effect, a saturated generator.
    Inconclusive,
    /// A threshold was missed.
    ThresholdMissed,
    /// An invariant was violated.
    Fail,
    /// The run was interrupted, and its faults were healed.
    Interrupted,
    /// A fault could not be undone: the environment is not what it was.
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

/// What a scenario came to: a verdict, or a word for why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// It could not be run to its end.
    Error,
    /// It was not begun.
    NotRun,
    /// It was judged.
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
    fn a_conclusion_is_one_word_that_is_read_back() {
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
