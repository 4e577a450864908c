//! How often it is looked.

use std::time::Duration;

use backend::fault::Remedy;
use backend::wait::Pace;

/// For the effect of a fault, or for its end.
pub(super) const SIGN: Pace = Pace {
    first: Duration::from_millis(20),
    last: Duration::from_millis(200),
};

/// The same where somebody else does the work, who limits how often he is asked.
const SOMEBODY_ELSE: Pace = Pace {
    first: Duration::from_millis(100),
    last: Duration::from_secs(2),
};

/// Whether workflows can be started.
pub(super) const WHOLE: Pace = Pace::steady(Duration::from_millis(200));

/// For the signs of a fault that is undone in this way.
pub(super) fn of(remedy: &Remedy) -> Pace {
    if remedy.pulls.is_empty() {
        SOMEBODY_ELSE
    } else {
        SIGN
    }
}
