//! The table from an event to the line that tells it.

use backend::event::Event;
use backend::fault::Proof;
use base::news::News;

/// A line of talk, with its sign: no meaning is carried by colour alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sign: Sign,
    pub(super) text: String,
}

/// What kind of news a line is.
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

/// The line that tells an event; `None` for those that only a moving display shows.
pub(super) fn line(event: &Event) -> Option<Line> {
    let (sign, text) = match event {
        Event::News(News::Notice { message }) => (Sign::Note, message.clone()),
        Event::StepStarted { id, action, reason } => {
            (Sign::Begin, format!("{action} {id}: {reason}"))
        }
        Event::StepFinished {
            id,
            action,
            elapsed,
        } => (
            Sign::Done,
            format!("{action} {id}: done in {:.1}s", elapsed.as_secs_f64()),
        ),
        Event::ScenarioStarted { scenario, seed } => {
            (Sign::Begin, format!("scenario {scenario} (seed {seed})"))
        }
        Event::PhaseStarted {
            scenario,
            phase,
            duration,
        } => (Sign::Note, format!("{scenario}: {phase}, {duration}")),
        Event::FaultInjected {
            scenario,
            fault,
            effect,
        } => match effect {
            Proof::Seen(effect) => (Sign::Note, format!("{scenario}: fault {fault}: {effect}")),
            Proof::Unseen(reason) => (
                Sign::Bad,
                format!("{scenario}: fault {fault} had no proven effect: {reason}"),
            ),
        },
        Event::FaultHealed { scenario, fault } => {
            (Sign::Note, format!("{scenario}: fault {fault} healed"))
        }
        Event::ReplicaDied { scenario, death } => {
            let scenario = scenario.iter().map(|scenario| format!("{scenario}: "));
            (Sign::Bad, scenario.collect::<String>() + &death.to_string())
        }
        Event::Checking {
            scenario,
            executions,
        } => (
            Sign::Note,
            format!("{scenario}: reading {executions} histories back"),
        ),
        Event::ScenarioFinished {
            scenario,
            verdict,
            reason,
        } => {
            let sign = match verdict.as_str() {
                "pass" => Sign::Done,
                "skipped" => Sign::Note,
                _ => Sign::Bad,
            };
            (sign, format!("{scenario}: {verdict}: {reason}"))
        }
        Event::StepApplied { .. }
        | Event::StepWaiting { .. }
        | Event::News(
            News::Progress { .. } | News::ProgressFinished { .. } | News::ProgressGivenUp { .. },
        )
        | Event::Load { .. } => return None,
    };
    Some(Line { sign, text })
}

#[cfg(test)]
mod tests;
