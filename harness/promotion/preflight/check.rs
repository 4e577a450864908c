//! What was looked at, and what is wrong with it.

use serde::Serialize;

use super::question::Answer;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub what: String,
    /// What is wrong, and what helps; `None` if all is well.
    pub problem: Option<Problem>,
    /// Why it could not be found out, if so. It does not stand in the way.
    pub unknown: Option<String>,
    /// What the promotion will do about it by itself, or what else is to be known.
    pub note: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What.
    pub reason: String,
    /// What helps.
    pub remedy: String,
}

impl Problem {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }
}

impl Check {
    /// What an answer says, or that there is none.
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
