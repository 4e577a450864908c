//! Formats an error with its causes.

use std::error::Error;

use temporalio_client::tonic::Status;

/// The error and its causes in one line, without repetitions.
pub(super) fn one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = text(error);
    let mut source = error.source();
    while let Some(cause) = source {
        let text = text(cause);
        // Some libraries include the cause in the error's own text.
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = cause.source();
    }
    line.replace('\n', " ")
}

/// The text of an error. The text of a gRPC status is shortened, because it includes the debug form
/// of its cause.
fn text(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<Status>() {
        Some(status) => format!("{} ({:?})", status.message(), status.code()),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Link(&'static str, #[source] Option<Box<Link>>);

    #[test]
    fn causes_follow_the_error_without_repetitions() {
        let root = Link("refused\nby peer", None);
        let copy = Link("transport: refused\nby peer", Some(Box::new(root)));
        let error = Link("connect", Some(Box::new(copy)));

        assert_eq!(one_line(&error), "connect: transport: refused by peer");
    }

    #[test]
    fn a_grpc_status_is_shown_as_message_and_code() {
        let status = Status::not_found("no such namespace");

        assert_eq!(one_line(&status), "no such namespace (NotFound)");
    }
}
