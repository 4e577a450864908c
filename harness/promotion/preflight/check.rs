//! The result of a check.

use base::hint::Hint;
use serde::{Serialize, Serializer};

use super::question::Answer;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub what: String,
    /// The problem, which prevents a promotion; `None` if there is none.
    pub problem: Option<Problem>,
    /// Why the check has no result, if so. It does not prevent a promotion.
    pub unknown: Option<String>,
    /// What the promotion will do on its own, or another remark.
    pub note: Option<String>,
}

/// A problem and its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub reason: String,
    /// A lowercase fragment that follows `reason`.
    #[serde(serialize_with = "as_text")]
    pub remedy: Hint,
}

/// Serializes a remedy as text.
fn as_text<S: Serializer>(remedy: &Hint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(remedy)
}

impl Problem {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<Hint>) -> Self {
        Self {
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }
}

impl Check {
    /// Completes the commands of the remedy with the options that name the topology.
    pub fn about(&mut self, options: &[String]) {
        if let Some(problem) = &mut self.problem {
            problem.remedy.about(options);
        }
    }

    /// Judges an answer; without an answer, the check has no result.
    pub(crate) fn of<T>(
        what: impl Into<String>,
        answer: Answer<T>,
        judge: impl FnOnce(T) -> Option<Problem>,
    ) -> Self {
        let (problem, unknown) = match answer {
            Ok(answer) => (judge(answer), None),
            Err(why) => (None, Some(why)),
        };
        Self {
            what: what.into(),
            problem,
            unknown,
            note: None,
        }
    }

    pub(super) fn unknown(what: impl Into<String>, why: String) -> Self {
        Self::of(what, Err::<(), _>(why), |()| None)
    }
}
