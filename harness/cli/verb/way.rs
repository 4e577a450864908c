//! How a topology comes to its place and goes from it, decided once for all that a command does.

use base::hint::Verb;
use model::profile::Backend;

/// The way of a topology to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `up` brings it to this machine, and whoever runs a command may bring it up.
    Up,
    /// It is promoted, and goes by word of its owner only: others find it as it is, or not at all.
    Promotion,
}

impl Way {
    /// The way to the place of a profile.
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

    /// The verb that brings it.
    pub(super) fn up(self) -> Verb {
        match self {
            Self::Up => Verb::Up,
            Self::Promotion => Verb::Promote,
        }
    }

    /// The verb that takes it away.
    pub(super) fn down(self) -> Verb {
        match self {
            Self::Up => Verb::Down,
            Self::Promotion => Verb::Destroy,
        }
    }

    /// What the one that takes it away is for.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::Up => "stop everything",
            Self::Promotion => "see what there is and, with its `--yes`, delete it",
        }
    }
}
