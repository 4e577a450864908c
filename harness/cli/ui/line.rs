//! The table from events to printed lines.

use backend::event::Kind;
use backend::fault::Proof;
use base::news::News;
use model::quantity::Duration;
use model::verdict_kind::{Conclusion, VerdictKind};

/// A message with its sign. Colour never carries meaning alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sign: Sign,
    pub(super) text: String,
}

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something begins.
    Begin,
    /// Something succeeded.
    Done,
    /// Something is worth knowing.
    Note,
    /// Something failed.
    Bad,
}

impl Sign {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "…",
            Self::Done => "✓",
            Self::Note => "·",
            Self::Bad => "✗",
        }
    }
}

/// The line of an event. `scenario` is `None` outside of a run. Returns `None` for events that only
/// a moving line shows, or that another line covers.
pub(super) fn line(kind: &Kind, scenario: Option<&str>) -> Option<Line> {
    let within = |text: String| match scenario {
        Some(scenario) => format!("{scenario}: {text}"),
        None => text,
    };
    let (sign, text) = match kind {
        Kind::News(News::Notice { message }) => (Sign::Note, message.clone()),
        Kind::StepStarted { id, action, reason } => {
            (Sign::Begin, format!("{action} {id}: {reason}"))
        }
        Kind::StepFinished {
            id,
            action,
            elapsed_ms,
        } => {
            let seconds = elapsed_ms.as_std().as_secs_f64();
            (Sign::Done, format!("{action} {id}: done in {seconds:.1}s"))
        }
        Kind::ScenarioStarted { scenario, seed, .. } => {
            (Sign::Begin, format!("scenario {scenario} (seed {seed})"))
        }
        Kind::PhaseStarted {
            phase, length_ms, ..
        } => {
            let length = Duration::from(*length_ms);
            (Sign::Note, within(format!("{phase}, {length}")))
        }
        Kind::FaultInjected { fault, effect, .. } => match effect {
            Proof::Seen(effect) => (Sign::Note, within(format!("fault {fault}: {effect}"))),
            Proof::Unseen(reason) => {
                let text = format!("fault {fault} had no proven effect: {reason}");
                (Sign::Bad, within(text))
            }
        },
        Kind::FaultFailed { fault, failure } => {
            let text = format!("fault {fault} could not be injected: {failure}");
            (Sign::Bad, within(text))
        }
        Kind::FaultHealed { fault, .. } => (Sign::Note, within(format!("fault {fault} healed"))),
        Kind::ReplicaDied { death } => (Sign::Bad, within(death.to_string())),
        Kind::Checking { executions } => {
            let text = format!("reading {executions} histories back");
            (Sign::Note, within(text))
        }
        Kind::ScenarioFinished {
            scenario,
            verdict,
            reason,
        } => (
            sign_of(*verdict),
            format!("{scenario}: {verdict}: {reason}"),
        ),
        Kind::Stream { .. }
        | Kind::StepApplied { .. }
        | Kind::StepWaiting { .. }
        | Kind::News(
            News::Progress { .. } | News::ProgressFinished { .. } | News::ProgressGivenUp { .. },
        )
        | Kind::Load { .. }
        | Kind::SteadyStateJudged { .. }
        | Kind::EvidenceComplete { .. }
        | Kind::EvidenceLost { .. } => return None,
    };
    Some(Line { sign, text })
}

fn sign_of(verdict: Conclusion) -> Sign {
    match verdict {
        Conclusion::Verdict(VerdictKind::Pass) => Sign::Done,
        Conclusion::Verdict(VerdictKind::Skipped) => Sign::Note,
        Conclusion::Verdict(
            VerdictKind::Inconclusive
            | VerdictKind::ThresholdMissed
            | VerdictKind::Fail
            | VerdictKind::Interrupted
            | VerdictKind::HealFailed,
        )
        | Conclusion::Error
        | Conclusion::NotRun => Sign::Bad,
    }
}

#[cfg(test)]
mod tests;
