//! A quantity that changes over time, such as an arrival rate: piecewise linear, with jumps. Pure.

use std::time::Duration;

/// A quantity from time zero on, never negative. It changes linearly between points, may jump at a
/// point, and stays what it is after the last one.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// In order of time, at least one. The last one has no slope and no end.
    pieces: Vec<Piece>,
}

/// A straight line up to the beginning of the next piece.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// When it begins, in seconds.
    from: f64,
    /// The area below the curve before it.
    area: f64,
    /// The value at its beginning.
    value: f64,
    /// The change of the value per second.
    slope: f64,
}

impl Curve {
    /// The same value at all times.
    pub fn constant(value: f64) -> Self {
        Self::through(value, [])
    }

    /// Begins with `start` and reaches each target after its duration. A duration of zero is a jump.
    pub fn through(start: f64, stages: impl IntoIterator<Item = (f64, Duration)>) -> Self {
        let (mut from, mut area, mut value) = (0.0, 0.0, start);
        let mut pieces = Vec::new();
        for (target, duration) in stages {
            let seconds = duration.as_secs_f64();
            if seconds > 0.0 {
                let slope = (target - value) / seconds;
                pieces.push(Piece {
                    from,
                    area,
                    value,
                    slope,
                });
                from += seconds;
                area += f64::midpoint(value, target) * seconds;
            }
            value = target;
        }
        pieces.push(Piece {
            from,
            area,
            value,
            slope: 0.0,
        });
        Self { pieces }
    }

    /// The value at a time, in seconds. At a jump, it is the value after it.
    pub fn at(&self, time: f64) -> f64 {
        let piece = &self.pieces[self.index_before(|piece| piece.from <= time)];
        piece.value_after(time - piece.from)
    }

    /// The greatest value before `end`, in seconds.
    pub fn greatest_before(&self, end: f64) -> f64 {
        let mut greatest = self.pieces[0].value;
        for (index, piece) in self.pieces.iter().enumerate() {
            if piece.from >= end {
                break;
            }
            let until = self.end(index).map_or(end, |until| until.min(end));
            greatest = greatest
                .max(piece.value)
                .max(piece.value_after(until - piece.from));
        }
        greatest
    }

    /// The last time at which the area below the curve is `area`, in seconds. While the curve is zero,
    /// the area stays the same. `None` if that is for ever, or the area is never reached.
    pub fn when_area(&self, area: f64) -> Option<f64> {
        let piece = &self.pieces[self.index_before(|piece| piece.area <= area)];
        let left = area - piece.area;
        // The root of slope/2*t² + value*t = left, in the form that loses no digits.
        let discriminant = piece.value * piece.value + 2.0 * piece.slope * left;
        let divisor = piece.value + discriminant.max(0.0).sqrt();
        if left > 0.0 || piece.slope > 0.0 {
            (divisor > 0.0 || left == 0.0).then(|| match left {
                0.0 => piece.from,
                left => piece.from + 2.0 * left / divisor,
            })
        } else {
            (piece.value > 0.0).then_some(piece.from)
        }
    }

    /// The first time from `from` on at which the value is at least `level`, in seconds.
    pub fn when_at_least(&self, level: f64, from: f64) -> Option<f64> {
        let first = self.index_before(|piece| piece.from <= from);
        self.pieces[first..]
            .iter()
            .enumerate()
            .find_map(|(after, piece)| {
                let begin = piece.from.max(from);
                let value = piece.value_after(begin - piece.from);
                if value >= level {
                    return Some(begin);
                }
                let reached = begin + (level - value) / piece.slope;
                let within = match self.end(first + after) {
                    Some(end) => reached < end,
                    None => false,
                };
                (piece.slope > 0.0 && within).then_some(reached)
            })
    }

    /// When a piece ends; `None` for the last one.
    fn end(&self, index: usize) -> Option<f64> {
        self.pieces.get(index + 1).map(|next| next.from)
    }

    /// The last piece of those that begin early enough; the first one if none does.
    fn index_before(&self, is_early: impl FnMut(&Piece) -> bool) -> usize {
        self.pieces.partition_point(is_early).saturating_sub(1)
    }
}

impl Piece {
    fn value_after(&self, seconds: f64) -> f64 {
        self.value + self.slope * seconds
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "binary fractions are exact")]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Up to 10 in 10 s, 5 s of that, down to 0 in 10 s, 5 s of that, and a jump to 4.
    fn mountain() -> Curve {
        let stages = [
            (10.0, 10.0),
            (10.0, 5.0),
            (0.0, 10.0),
            (0.0, 5.0),
            (4.0, 0.0),
        ];
        Curve::through(
            0.0,
            stages.map(|(target, length)| (target, seconds(length))),
        )
    }

    fn curves() -> impl Strategy<Value = Curve> {
        let target = prop_oneof![Just(0.0), 0.01..2000.0_f64];
        let length = prop_oneof![Just(0_u64), 1..100_000_u64];
        let stage = (target.clone(), length.prop_map(Duration::from_millis));
        (target, vec(stage, 0..6)).prop_map(|(start, stages)| Curve::through(start, stages))
    }

    #[test]
    fn values_are_on_the_line_and_the_last_one_stays() {
        let mountain = mountain();
        let wanted = [
            (0.0, 0.0),
            (2.5, 2.5),
            (10.0, 10.0),
            (14.0, 10.0),
            (20.0, 5.0),
            (27.0, 0.0),
            (30.0, 4.0),
            (1e6, 4.0),
        ];
        for (time, value) in wanted {
            assert!((mountain.at(time) - value).abs() < 1e-9, "at {time}");
        }
        assert_eq!(Curve::constant(7.0).at(3.0), 7.0);
    }

    #[test]
    fn areas_are_reached_when_the_integral_says_so() {
        let mountain = mountain();
        // 50 up, 50 on top, 50 down.
        let wanted = [
            (0.0, Some(0.0)),
            (12.5, Some(5.0)),
            (50.0, Some(10.0)),
            (75.0, Some(12.5)),
            (137.5, Some(20.0)),
            (150.0, Some(30.0)),
            (154.0, Some(31.0)),
        ];
        for (area, time) in wanted {
            assert_eq!(mountain.when_area(area), time, "area {area}");
        }
        let ending = Curve::through(2.0, [(0.0, seconds(1.0))]);
        assert_eq!(ending.when_area(0.75), Some(0.5));
        assert_eq!(ending.when_area(1.0), None, "it is zero for ever");
        assert_eq!(ending.when_area(1.5), None);
        assert_eq!(Curve::constant(0.0).when_area(0.0), None);
    }

    #[test]
    fn levels_are_reached_on_the_way_up_and_at_jumps() {
        let mountain = mountain();
        assert_eq!(mountain.when_at_least(4.0, 0.0), Some(4.0));
        assert_eq!(mountain.when_at_least(4.0, 12.0), Some(12.0));
        assert_eq!(mountain.when_at_least(4.0, 24.0), Some(30.0));
        assert_eq!(mountain.when_at_least(4.1, 24.0), None);
        assert_eq!(mountain.when_at_least(10.0, 0.0), Some(10.0));
    }

    #[test]
    fn the_greatest_value_before_an_end_is_that_of_what_is_offered() {
        let mountain = mountain();
        assert_eq!(mountain.greatest_before(5.0), 5.0);
        assert_eq!(mountain.greatest_before(100.0), 10.0);
        let jump = Curve::through(1.0, [(1.0, seconds(10.0)), (9.0, seconds(0.0))]);
        assert_eq!(jump.greatest_before(10.0), 1.0);
        assert_eq!(jump.greatest_before(10.1), 9.0);
    }

    proptest! {
        #[test]
        fn the_area_until_the_time_of_an_area_is_that_area(
            curve in curves(),
            area in 0.0..100_000.0_f64,
        ) {
            let Some(time) = curve.when_area(area) else {
                return Ok(());
            };
            // Simpson's rule would be exact as well; a sum over the pieces is what the caller means.
            let mut found = 0.0;
            for (index, piece) in curve.pieces.iter().enumerate() {
                let until = curve.end(index).unwrap_or(f64::INFINITY).min(time);
                if until > piece.from {
                    let middle = piece.value_after((until - piece.from) / 2.0);
                    found += middle * (until - piece.from);
                }
            }
            prop_assert!((found - area).abs() <= 1e-6 * area.max(1.0), "{found} of {area}");
        }

        #[test]
        fn a_level_is_not_reached_before_it_is_said_to_be(
            curve in curves(),
            level in 0.01..2000.0_f64,
            from in 0.0..500.0_f64,
            before in 0.0..1.0_f64,
        ) {
            let reached = curve.when_at_least(level, from);
            if let Some(reached) = reached {
                prop_assert!(reached >= from);
                prop_assert!(curve.at(reached) >= level * (1.0 - 1e-9), "{} of {level}", curve.at(reached));
            }
            let earlier = from + (reached.unwrap_or(1e6) - from) * before;
            if reached.is_none_or(|reached| earlier < reached) {
                prop_assert!(curve.at(earlier) < level * (1.0 + 1e-9));
            }
        }
    }
}
