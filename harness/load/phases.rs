//! The phases under load, one after another on one time axis.

use std::time::Duration;

/// A phase of a run during which load is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedPhase {
    pub name: String,
    /// When it begins, from the start of the run.
    pub offset: Duration,
    pub length: Duration,
}

/// Consecutive loaded phases. One driver run covers all of them without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline(Vec<LoadedPhase>);

impl Timeline {
    /// Places phases, each a name and a length, one after another. The first begins at `offset`.
    pub fn back_to_back<N: Into<String>>(
        offset: Duration,
        phases: impl IntoIterator<Item = (N, Duration)>,
    ) -> Self {
        let mut next = offset;
        let place = |(name, length): (N, Duration)| {
            let phase = LoadedPhase {
                name: name.into(),
                offset: next,
                length,
            };
            next += length;
            phase
        };
        Self(phases.into_iter().map(place).collect())
    }

    pub fn phases(&self) -> &[LoadedPhase] {
        &self.0
    }

    pub fn begin(&self) -> Duration {
        self.0.first().map_or(Duration::ZERO, |phase| phase.offset)
    }

    /// When the last phase ends. No start is scheduled from here on.
    pub fn end(&self) -> Duration {
        self.0
            .last()
            .map_or(Duration::ZERO, |phase| phase.offset + phase.length)
    }

    /// From the first beginning to the last end.
    pub fn length(&self) -> Duration {
        self.end().saturating_sub(self.begin())
    }

    /// The phase that covers an offset from the start of the run. A boundary belongs to the later
    /// phase.
    pub fn phase_at(&self, offset: Duration) -> Option<&LoadedPhase> {
        let after = self.0.partition_point(|phase| phase.offset <= offset);
        let phase = self.0.get(after.checked_sub(1)?)?;
        (offset < phase.offset + phase.length).then_some(phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_at(timeline: &Timeline, milliseconds: u64) -> Option<&str> {
        let phase = timeline.phase_at(Duration::from_millis(milliseconds))?;
        Some(&phase.name)
    }

    #[test]
    fn a_boundary_belongs_to_the_later_phase_and_no_phase_covers_times_outside() {
        let second = Duration::from_secs(1);
        let timeline = Timeline::back_to_back(
            second,
            [
                ("warmup", second),
                ("empty", Duration::ZERO),
                ("baseline", second),
            ],
        );
        assert_eq!(name_at(&timeline, 999), None);
        assert_eq!(name_at(&timeline, 1000), Some("warmup"));
        assert_eq!(name_at(&timeline, 1999), Some("warmup"));
        assert_eq!(name_at(&timeline, 2000), Some("baseline"));
        assert_eq!(name_at(&timeline, 3000), None);
        assert_eq!(timeline.length(), second * 2);
    }
}
