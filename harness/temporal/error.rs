//! What a failed call means.

use std::time::Duration;

use tonic::{Code, Status};

use super::{Error, StartOutcome};

impl Error {
    pub(super) fn new(
        operation: &'static str,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            operation,
            code: code.into(),
            message: message.into(),
        }
    }

    pub(super) fn from_status(operation: &'static str, status: &Status) -> Self {
        Self::new(operation, name(status.code()), status.message())
    }

    /// No answer came within the deadline.
    pub(super) fn no_answer(operation: &'static str, deadline: Duration) -> Self {
        let message = format!(
            "no answer within {}",
            crate::quantity::Duration::from(deadline)
        );
        Self::new(operation, name(Code::DeadlineExceeded), message)
    }

    /// Whether the server itself said that it did not do what was asked. Any other error leaves it
    /// open: the request may have been carried out, or may yet be.
    pub fn is_refusal(&self) -> bool {
        [
            Code::AlreadyExists,
            Code::NotFound,
            Code::InvalidArgument,
            Code::FailedPrecondition,
            Code::ResourceExhausted,
        ]
        .iter()
        .any(|code| self.has(*code))
    }

    /// Whether asking again can give another answer: all but a definite no, which being asked too
    /// much is not.
    pub fn is_passing(&self) -> bool {
        let hopeless = [
            Code::Unimplemented,
            Code::PermissionDenied,
            Code::Unauthenticated,
        ];
        (!self.is_refusal() || self.is_too_much()) && !hopeless.iter().any(|code| self.has(*code))
    }

    /// Whether the server answered that it is asked too much.
    pub fn is_too_much(&self) -> bool {
        self.has(Code::ResourceExhausted)
    }

    pub(super) fn has(&self, code: Code) -> bool {
        self.code == name(code)
    }
}

impl From<Error> for StartOutcome {
    fn from(error: Error) -> Self {
        if error.is_refusal() {
            Self::Refused(error)
        } else {
            Self::Unknown(error)
        }
    }
}

/// The name of a gRPC status code, such as `NotFound`.
fn name(code: Code) -> String {
    format!("{code:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_server_refused_is_certain_not_to_happen() {
        let class = |code| match Error::from_status("start workflow", &Status::new(code, "")).into()
        {
            StartOutcome::Started { .. } => "started",
            StartOutcome::Refused(_) => "refused",
            StartOutcome::Unknown(_) => "unknown",
        };
        let table: Vec<String> = (0..=16)
            .map(Code::from_i32)
            .map(|code| format!("{code:?} {}", class(code)))
            .collect();
        insta::assert_snapshot!(table.join("\n"), @"
        Ok unknown
        Cancelled unknown
        Unknown unknown
        InvalidArgument refused
        DeadlineExceeded unknown
        NotFound refused
        AlreadyExists refused
        PermissionDenied unknown
        ResourceExhausted refused
        FailedPrecondition refused
        Aborted unknown
        OutOfRange unknown
        Unimplemented unknown
        Internal unknown
        Unavailable unknown
        DataLoss unknown
        Unauthenticated unknown
        ");
    }

    #[test]
    fn being_asked_too_much_and_being_away_pass() {
        let passing: Vec<Code> = (1..=16)
            .map(Code::from_i32)
            .filter(|code| Error::from_status("poll", &Status::new(*code, "")).is_passing())
            .collect();
        insta::assert_compact_debug_snapshot!(passing, @"[Cancelled, Unknown, DeadlineExceeded, ResourceExhausted, Aborted, OutOfRange, Internal, Unavailable, DataLoss]");
    }
}
