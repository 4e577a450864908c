//! How often the signs of faults are checked.

use std::time::Duration;

use backend::fault::Remedy;
use backend::wait::Pace;

/// For the effect of a fault, and for its end.
pub(super) const SIGN: Pace = Pace {
    first: Duration::from_millis(20),
    last: Duration::from_millis(200),
};

/// For a service that somebody else operates and that limits the rate of requests.
const SOMEBODY_ELSE: Pace = Pace {
    first: Duration::from_millis(100),
    last: Duration::from_secs(2),
};

/// For whether workflows can be started.
pub(super) const WHOLE: Pace = Pace::steady(Duration::from_millis(200));

/// For the signs of a fault with this remedy.
pub(super) fn of(remedy: &Remedy) -> Pace {
    if remedy.pulls.is_empty() {
        SOMEBODY_ELSE
    } else {
        SIGN
    }
}
