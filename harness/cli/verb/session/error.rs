//! How a command ends for which a backend, or a state folder, does not do its part.

use backend::Blame;
use backend::state;
use base::hint::{Hint, Verb};

use crate::error::{CommandError, Exit};

/// How a command ends that something is to blame for.
pub(in crate::verb) fn exit_of(blame: Blame) -> Exit {
    match blame {
        Blame::Place => Exit::Unavailable,
        Blame::Profile => Exit::Invalid,
        Blame::Leave => Exit::NotAllowed,
        Blame::Interruption => Exit::Interrupted,
    }
}

/// A backend's error, with its hints, as a command's.
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

/// Whether it is in use by one that ends only when it is told to, so that waiting is for nothing.
pub(super) fn is_served(error: &CommandError) -> bool {
    let state = error.source.downcast_ref::<state::Error>();
    matches!(state, Some(state::Error::Busy { holder, .. }) if holder.has_verb(SERVE))
}

/// The verb that a served Azure holds its folder by.
pub(in crate::verb) const SERVE: &str = "rehearse serve";

/// The way out where a record is not what the harness writes there.
pub(in crate::verb) fn garbage() -> Hint {
    Hint::run(Verb::Down)
        .words(
            ": it ends what is up, which it finds by its marks, and clears that file; for a place \
             in Azure, remove the file and run ",
        )
        .command(Verb::Destroy)
}

pub(in crate::verb) fn state_error(error: state::Error) -> CommandError {
    let (exit, hint) = match &error {
        state::Error::Access { source, .. }
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            let whose = "whoever brought that topology up can look at it and take it down; it may \
                         be up";
            (Exit::Unavailable, Hint::say(whose))
        }
        state::Error::Access { .. } => (
            Exit::Unavailable,
            Hint::say(
                "the harness keeps its state below the working directory; choose another with \
                 `-C FOLDER`",
            ),
        ),
        state::Error::Busy { holder, .. } if holder.has_verb(SERVE) => (
            Exit::Unavailable,
            Hint::say(format!(
                "end `{holder}` by Ctrl-C where it runs, or by SIGTERM: what was made in it is kept, \
                 and then this command goes on with it"
            )),
        ),
        state::Error::Busy { .. } => (
            Exit::Unavailable,
            Hint::say(
                "wait for that command, or interrupt it; it heals and cleans up after itself",
            ),
        ),
        state::Error::Backend { found, .. } => {
            let down = if found.starts_with("azure") {
                Verb::Destroy
            } else {
                Verb::Down
            };
            let first = format!(" first, or name backend `{found}` again");
            (Exit::Invalid, Hint::run(down).words(first))
        }
        state::Error::Garbage { .. } => (Exit::Invalid, garbage()),
        state::Error::Layout { path, .. } => {
            let then = format!(" of the version that wrote it, then remove {path}");
            (Exit::Invalid, Hint::run(Verb::Down).words(then))
        }
    };
    CommandError::new(exit, error).hint(hint)
}
