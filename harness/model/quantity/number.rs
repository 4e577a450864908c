//! Numbers as quantities have them: digits, perhaps with a fraction, nothing else.

/// The most digits before the point; that many fit every type that takes them.
const WHOLE_DIGITS: usize = 15;

/// The most digits after the point: those of any number that was written by this program.
const FRACTION_DIGITS: usize = 40;

/// Reads a decimal number without sign, space or exponent: what the patterns of the published
/// schemas let through, neither more nor less.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let good = digits(whole, WHOLE_DIGITS) && digits(fraction, FRACTION_DIGITS);
    good.then(|| text.parse().ok()).flatten()
}

/// Whether a text is digits alone: one at least, and so many at most.
pub(super) fn digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
