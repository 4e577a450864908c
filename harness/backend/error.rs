//! What a place could not do.

use base::hint::Hint;

/// A backend that could not do what it was asked: its own error, with ways out for the user.
#[derive(Debug)]
pub struct Error {
    own: Box<dyn std::error::Error + Send + Sync>,
    /// What the user can do.
    pub hints: Vec<Hint>,
    /// What has to change.
    pub blame: Blame,
    /// Whether the same command may succeed later although what it asks for is the same.
    pub may_pass: bool,
}

/// What has to change for an error not to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blame {
    /// Something about the place: it may be well the next time.
    #[default]
    Place,
    /// The profile: it asks for what cannot be, here or at all.
    Profile,
    /// Who may do what: credentials, rights, or whose something is.
    Leave,
    /// Nothing: the user asked to stop.
    Interruption,
}

impl Error {
    /// Wraps a backend's own error; shows as that error does, with its causes.
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
