//! The numbers in quantities: digits, with an optional fraction.

/// The maximum number of digits before the point. Such a number fits every quantity type.
const WHOLE_DIGITS: usize = 15;

/// The maximum number of digits after the point. Enough for every number that the harness writes.
const FRACTION_DIGITS: usize = 40;

/// Parses a decimal number without sign, space or exponent. Accepts exactly what the patterns of
/// the published schemas accept.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let good = digits(whole, WHOLE_DIGITS) && digits(fraction, FRACTION_DIGITS);
    good.then(|| text.parse().ok()).flatten()
}

/// Whether a string has only digits: at least one and at most `limit`.
pub(super) fn digits(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
