//! Durations in the dynamic configuration of the Temporal server
//! (`common/primitives/timestamp/parse_duration.go` in its source): the form of Go
//! (`time.ParseDuration`) with an additional unit for days, or a number of seconds without a unit.

/// The units with their length in nanoseconds.
const UNITS: [(&str, f64); 9] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("\u{b5}s", 1e3),
    ("\u{3bc}s", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
    ("d", 86_400e9),
];

/// The longest duration of Go in nanoseconds, about 292 years.
const LONGEST: f64 = 9_223_372_036_854_775_807.0;

/// The longest duration in whole seconds.
pub(super) const LONGEST_SECONDS: u64 = 9_223_372_036;

/// Whether the server parses a string as a duration.
pub(super) fn is_duration(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // A number without a unit must not have a sign, except for zero.
    if number(text).is_some_and(|(_, rest)| rest.is_empty()) || unsigned == "0" {
        return true;
    }
    let mut rest = unsigned;
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let Some((count, after)) = number(rest) else {
            return false;
        };
        let end = after
            .find(|letter: char| letter == '.' || letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return false;
        };
        nanoseconds += count * length;
        rest = after;
    }
    !unsigned.is_empty() && nanoseconds < LONGEST
}

/// The decimal number at the start of a string, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let digits = |text: &str| {
        let end = text.find(|letter: char| !letter.is_ascii_digit());
        end.unwrap_or(text.len())
    };
    let whole = digits(text);
    let after = &text[whole..];
    let fraction = after.strip_prefix('.').map(digits);
    if whole == 0 && fraction.unwrap_or(0) == 0 {
        return None;
    }
    let length = whole + fraction.map_or(0, |fraction| fraction + 1);
    let (number, rest) = text.split_at(length);
    let number = number.strip_suffix('.').unwrap_or(number);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_server_are_accepted() {
        for text in [
            "0",
            "5",
            "1.5",
            ".5",
            "5.",
            "90s",
            "1h30m",
            "1.5h",
            "-5s",
            "+5s",
            "3d",
            "1d12h",
            "0.5d",
            "100us",
            "100\u{b5}s",
            "1m1m",
            "-0",
        ] {
            assert!(is_duration(text), "{text}");
        }
    }

    #[test]
    fn other_strings_are_rejected() {
        for text in [
            "",
            "-",
            "+",
            "-5",
            "5 s",
            "fast",
            "1w",
            "5S",
            "s",
            "1h30",
            "1e3s",
            ".",
            ".s",
            "300y",
            "107000d",
            "9999999999s",
            "5s ",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
