//! Shared by the request handlers: they read the JSON body and refuse unknown methods.

use serde_json::Value;

use super::message::Request;
use super::refusal::Refusal;

/// The JSON object in the body of a request.
pub(super) fn document_of(request: &Request) -> Result<Value, Refusal> {
    serde_json::from_slice(&request.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            let message = "The request content was invalid and could not be deserialized.";
            Refusal::bad("InvalidRequestContent", message)
        })
}

/// The refusal of a method that the resource does not support.
pub(super) fn unknown_method(method: &str) -> Refusal {
    let message = format!("The requested resource does not support http method '{method}'.");
    Refusal::new(405, "HttpMethodNotAllowed", message)
}
