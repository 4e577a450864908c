//! How a topology is deployed and removed: by `up` and `down`, or by `promote` and `destroy`.
//! Decided once per command.

use base::hint::Verb;
use model::profile::Backend;

/// How a topology is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By `up` on this machine. Any command may bring it up.
    Up,
    /// By `promote`. Only `promote` and `destroy` change it; other commands use it as they find it.
    Promotion,
}

impl Way {
    /// The way of a profile's backend.
    pub(super) fn to(backend: &Backend) -> Self {
        if matches!(backend, Backend::Azure(_)) {
            Self::Promotion
        } else {
            Self::Up
        }
    }

    pub(super) fn is_promotion(self) -> bool {
        self == Self::Promotion
    }

    /// The verb that deploys.
    pub(super) fn up(self) -> Verb {
        match self {
            Self::Up => Verb::Up,
            Self::Promotion => Verb::Promote,
        }
    }

    /// The verb that removes.
    pub(super) fn down(self) -> Verb {
        match self {
            Self::Up => Verb::Down,
            Self::Promotion => Verb::Destroy,
        }
    }

    /// What the verb that removes does, for hints.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::Up => "stop everything",
            Self::Promotion => "list what exists, and delete it with `--yes`",
        }
    }
}
