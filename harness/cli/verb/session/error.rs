//! The errors of backends and of state folders as errors of a command.

use backend::Blame;
use backend::state;
use base::hint::{Hint, Verb};

use crate::error::{CommandError, Exit};

/// The exit of a command by what is to blame.
pub(in crate::verb) fn exit_of(blame: Blame) -> Exit {
    match blame {
        Blame::Place => Exit::Unavailable,
        Blame::Profile => Exit::Invalid,
        Blame::Permission => Exit::NotAllowed,
        Blame::Interruption => Exit::Interrupted,
    }
}

/// A backend's error with its hints, as a command's error.
pub(in crate::verb) fn backend_error(error: backend::Error) -> CommandError {
    let (hints, exit) = (error.hints.clone(), exit_of(error.blame));
    let mut whole = CommandError::new(exit, error);
    whole.hints = hints;
    whole
}

pub(super) fn is_busy(error: &CommandError) -> bool {
    let state = error.source.downcast_ref::<state::Error>();
    matches!(state, Some(state::Error::Busy { .. }))
}

/// Whether `rehearse serve` holds the folder. It never ends by itself, so waiting is useless.
pub(super) fn is_served(error: &CommandError) -> bool {
    let state = error.source.downcast_ref::<state::Error>();
    matches!(state, Some(state::Error::Busy { holder, .. }) if holder.has_verb(SERVE))
}

/// The verb in the lock of a folder that `rehearse serve` holds.
pub(in crate::verb) const SERVE: &str = "rehearse serve";

/// The hint for a broken record.
pub(in crate::verb) fn garbage() -> Hint {
    Hint::run(Verb::Down)
        .words(
            " to stop what is running, which it finds by its marker, and to remove that file; for \
             a topology in Azure, remove the file and run ",
        )
        .command(Verb::Destroy)
}

pub(in crate::verb) fn state_error(error: state::Error) -> CommandError {
    let (exit, hint) = match &error {
        state::Error::Access { source, .. }
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            let whose = "Use the account that brought the topology up: it may still be running.";
            (Exit::Unavailable, Hint::say(whose))
        }
        state::Error::Access { source, .. } if base::file::no_room(source) => (
            Exit::Unavailable,
            Hint::say("Free some space on the disk, then run the command again."),
        ),
        state::Error::Access { .. } => (
            Exit::Unavailable,
            Hint::say(
                "Choose another working directory with `-C FOLDER`: the harness keeps its state \
                 below it.",
            ),
        ),
        state::Error::Busy { holder, .. } if holder.has_verb(SERVE) => (
            Exit::Unavailable,
            Hint::say(format!(
                "Stop `{holder}` with Ctrl-C or SIGTERM, then run this command again: it uses the \
                 same resources."
            )),
        ),
        state::Error::Busy { .. } => (
            Exit::Unavailable,
            Hint::say(
                "Wait for that command, or interrupt it: it heals and cleans up after itself.",
            ),
        ),
        state::Error::Backend { found, .. } => {
            let down = if found.starts_with("azure") {
                Verb::Destroy
            } else {
                Verb::Down
            };
            let first = format!(" first, or use backend `{found}` again.");
            (Exit::Invalid, Hint::run(down).words(first))
        }
        state::Error::Garbage { .. } => (Exit::Invalid, garbage()),
        state::Error::Layout { path, .. } => {
            let then = format!(" with the version that wrote it, then remove {path}.");
            (Exit::Invalid, Hint::run(Verb::Down).words(then))
        }
    };
    CommandError::new(exit, error).hint(hint)
}
