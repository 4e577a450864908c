//! The result of a verb: its exit, or the error to print.

use crate::error::{CommandError, Exit};

pub(super) type VerbResult = Result<Exit, CommandError>;
