//! What a verb returns.

use crate::error::{CommandError, Exit};

/// How a verb ended, or the error to show.
pub(super) type Outcome = Result<Exit, CommandError>;
