//! Classes of failed calls.

use std::time::Duration;

use base::secret::Secret;
use tonic::{Code, Status};

use super::Error;

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

    pub(super) fn no_answer(operation: &'static str, deadline: Duration) -> Self {
        let message = format!(
            "no answer within {}",
            model::quantity::Duration::from(deadline)
        );
        Self::new(operation, name(Code::DeadlineExceeded), message)
    }

    /// Whether the server refused the request, so that it was certainly not carried out. After any
    /// other error, the request may have been carried out, or may be later.
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

    /// Whether a retry can succeed. It cannot after a refusal, unless the reason was the rate limit or
    /// a namespace that the service does not know yet.
    pub fn is_passing(&self) -> bool {
        let hopeless = [
            Code::Unimplemented,
            Code::PermissionDenied,
            Code::Unauthenticated,
        ];
        let certain = self.is_refusal() && !self.is_rate_limited() && !self.is_unknown_namespace();
        !certain && !hopeless.iter().any(|code| self.has(*code))
    }

    /// Whether the server answered that the object does not exist. An unknown namespace does not
    /// count: the object may exist in it.
    pub fn is_absent(&self) -> bool {
        self.has(Code::NotFound) && !self.is_unknown_namespace()
    }

    /// Whether it is the namespace that was not found. The other services learn of a namespace after
    /// the frontend, and a service that has just started knows none until it has read them all. The
    /// text is that of `serviceerror.NewNamespaceNotFound` in the server.
    fn is_unknown_namespace(&self) -> bool {
        self.has(Code::NotFound) && self.message.starts_with("Namespace ")
    }

    /// Whether a rate limit of the server was exceeded.
    pub fn is_rate_limited(&self) -> bool {
        self.has(Code::ResourceExhausted)
    }

    /// The error without a secret that the server repeated.
    pub(super) fn without(mut self, secret: &Secret) -> Self {
        self.message = secret.removed_from(&self.message);
        self
    }

    pub(super) fn has(&self, code: Code) -> bool {
        self.code == name(code)
    }
}

/// The name of a gRPC status code, such as `NotFound`.
fn name(code: Code) -> String {
    format!("{code:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Answer;

    #[test]
    fn only_a_refused_request_is_certain_not_to_be_carried_out() {
        let class = |code| {
            let error = Error::from_status("start workflow", &Status::new(code, ""));
            match Answer::from(Err(error)) {
                Answer::Ok(_) => "ok",
                Answer::Fail(_) => "fail",
                Answer::Info(_) => "info",
            }
        };
        let table: Vec<String> = (0..=16)
            .map(Code::from_i32)
            .map(|code| format!("{code:?} {}", class(code)))
            .collect();
        insta::assert_snapshot!(table.join("\n"), @"
        Ok info
        Cancelled info
        Unknown info
        InvalidArgument fail
        DeadlineExceeded info
        NotFound fail
        AlreadyExists fail
        PermissionDenied info
        ResourceExhausted fail
        FailedPrecondition fail
        Aborted info
        OutOfRange info
        Unimplemented info
        Internal info
        Unavailable info
        DataLoss info
        Unauthenticated info
        ");
    }

    #[test]
    fn an_unknown_namespace_does_not_mean_that_a_workflow_is_absent() {
        for (message, absent) in [
            ("Namespace default is not found.", false),
            (
                "workflow execution not found for workflow ID \"Namespace \"",
                true,
            ),
            ("workflow not found for ID: hello", true),
        ] {
            let error = Error::from_status("describe workflow", &Status::not_found(message));
            assert_eq!(error.is_absent(), absent, "{message}");
            assert_eq!(error.is_passing(), !absent, "{message}");
            assert!(error.is_refusal(), "nothing was done: {message}");
        }
        let other = Status::unavailable("Namespace default is not found.");
        assert!(!Error::from_status("describe workflow", &other).is_absent());
    }

    #[test]
    fn rate_limits_and_outages_are_transient() {
        let passing: Vec<Code> = (1..=16)
            .map(Code::from_i32)
            .filter(|code| Error::from_status("poll", &Status::new(*code, "")).is_passing())
            .collect();
        insta::assert_compact_debug_snapshot!(passing, @"[Cancelled, Unknown, DeadlineExceeded, ResourceExhausted, Aborted, OutOfRange, Internal, Unavailable, DataLoss]");
    }
}
