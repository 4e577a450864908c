//! The time of the simulated server, which stops while the server is frozen. Pure.

use std::time::Duration;

use super::Window;

/// When work that begins at `from` and takes `work` is done. The server does no work during
/// `freezes`.
pub(super) fn done_at(freezes: &[Window], from: Duration, work: Duration) -> Duration {
    let mut now = from;
    let mut left = work;
    for freeze in freezes {
        if now + left <= freeze.from {
            break;
        }
        if now < freeze.until {
            left = left.saturating_sub(freeze.from.saturating_sub(now));
            now = freeze.until;
        }
    }
    now + left
}

/// The first time at or after `from` that no window covers.
pub(super) fn first_outside(windows: &[Window], from: Duration) -> Duration {
    windows.iter().fold(from, |now, window| {
        if window.covers(now) {
            window.until
        } else {
            now
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(from: u64, work: u64) -> u64 {
        let freezes = [(10, 20), (30, 40)].map(|(from, until)| Window {
            from: Duration::from_secs(from),
            until: Duration::from_secs(until),
        });
        done_at(
            &freezes,
            Duration::from_secs(from),
            Duration::from_secs(work),
        )
        .as_secs()
    }

    #[test]
    fn no_work_is_done_during_a_freeze() {
        assert_eq!(done(0, 5), 5);
        assert_eq!(done(5, 5), 10, "done just before the freeze");
        assert_eq!(done(5, 6), 21, "the rest is done after the freeze");
        assert_eq!(
            done(15, 0),
            20,
            "the server does not answer during a freeze"
        );
        assert_eq!(done(5, 16), 41, "two freezes");
        assert_eq!(done(20, 1), 21, "a freeze that is over");
        assert_eq!(done(50, 1), 51);
    }
}
