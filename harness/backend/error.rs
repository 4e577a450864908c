//! The error of a place.

use base::hint::Hint;

/// What a backend failed to do: its own error, with hints for the user.
#[derive(Debug)]
pub struct Error {
    own: Box<dyn std::error::Error + Send + Sync>,
    /// What the user can do about it.
    pub hints: Vec<Hint>,
    /// What must change.
    pub blame: Blame,
    /// Whether the same command may succeed later without a change.
    pub may_pass: bool,
}

/// What must change so that an error does not come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blame {
    /// Nothing that the user wrote: the place may recover.
    #[default]
    Place,
    /// The profile: it asks for something impossible, here or anywhere.
    Profile,
    /// Permissions: credentials, rights, or ownership.
    Permission,
    /// Nothing: the user asked to stop.
    Interruption,
}

impl Error {
    /// Wraps a backend's own error. `Display` and `source` are those of that error.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            own: error.into(),
            hints: Vec::new(),
            blame: Blame::default(),
            may_pass: true,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.own.fmt(out)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.own.source()
    }
}
