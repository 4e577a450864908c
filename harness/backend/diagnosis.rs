//! Why a resource is not ready, as far as its place can find out.

use base::hint::Hint;

/// Why a resource is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// For people, as a lowercase fragment. It replaces the reason of the last check.
    pub reason: String,
    /// What the user can do about it.
    pub remedy: Hint,
    /// Whether this was seen, and not only concluded from what was not seen. Then it is told during
    /// the wait too.
    pub certain: bool,
}
