//! Error responses of registries.

use serde_json::json;

use super::super::message::Response;

/// An error in the format of registries.
pub(in super::super) fn failure(status: u16, code: &str, message: &str) -> Response {
    Response::json(
        status,
        json!({"errors": [{"code": code, "message": message}]}),
    )
}
