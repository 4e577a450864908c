//! Serializes seconds as milliseconds, for `#[serde(serialize_with)]` on keys that end in `-ms`.

use std::time::Duration;

use model::quantity::Milliseconds;
use serde::{Serialize as _, Serializer};

/// A value that rounding made negative becomes zero.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(super) fn in_milliseconds<S: Serializer>(
    seconds: &f64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let span = Duration::try_from_secs_f64(*seconds).unwrap_or_default();
    Milliseconds::from(span).serialize(serializer)
}
