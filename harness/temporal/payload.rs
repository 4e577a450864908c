//! JSON values as Temporal payloads, and failures as one line. Pure.

use serde_json::{Value, json};
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use temporalio_common::protos::temporal::api::failure::v1::Failure;

const ENCODING: &str = "encoding";
const JSON: &[u8] = b"json/plain";
const NULL: &[u8] = b"binary/null";

/// A value as a payload that SDKs in all languages read.
pub(super) fn encode(value: &Value) -> Payload {
    Payload {
        metadata: [(ENCODING.to_owned(), JSON.to_vec())].into(),
        data: value.to_string().into_bytes(),
        ..Payload::default()
    }
}

/// The first of the payloads as a value. One that is not JSON is described, not read.
pub(super) fn decode(payloads: Option<&Payloads>) -> Option<Value> {
    let payload = payloads?.payloads.first()?;
    let encoding = payload
        .metadata
        .get(ENCODING)
        .map_or(&[][..], Vec::as_slice);
    let value = match encoding {
        NULL => Some(Value::Null),
        JSON => serde_json::from_slice(&payload.data).ok(),
        _ => None,
    };
    Some(value.unwrap_or_else(|| {
        json!({
            "encoding": String::from_utf8_lossy(encoding),
            "bytes": payload.data.len(),
        })
    }))
}

/// The messages of a failure and of its causes, from the outermost to the root.
pub(super) fn failure_message(failure: &Failure) -> String {
    let mut message = failure.message.clone();
    let mut cause = failure.cause.as_deref();
    while let Some(failure) = cause {
        message.push_str(": ");
        message.push_str(&failure.message);
        cause = failure.cause.as_deref();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(encoding: &[u8], data: &[u8]) -> Payloads {
        Payloads {
            payloads: vec![Payload {
                metadata: [(ENCODING.to_owned(), encoding.to_vec())].into(),
                data: data.to_vec(),
                ..Payload::default()
            }],
        }
    }

    #[test]
    fn a_value_is_read_back_as_it_was_written() {
        let value = json!({"name": "Guest", "steps": [1, 2.5, null]});
        let payloads = Payloads {
            payloads: vec![encode(&value)],
        };
        assert_eq!(decode(Some(&payloads)), Some(value));
    }

    #[test]
    fn nothing_null_and_foreign_bytes_are_told_apart() {
        assert_eq!(decode(None), None);
        assert_eq!(decode(Some(&Payloads::default())), None);
        assert_eq!(decode(Some(&payload(NULL, b""))), Some(Value::Null));
        assert_eq!(
            decode(Some(&payload(b"json/protobuf", b"{}"))),
            Some(json!({"encoding": "json/protobuf", "bytes": 2}))
        );
        assert_eq!(
            decode(Some(&payload(JSON, b"{"))),
            Some(json!({"encoding": "json/plain", "bytes": 1}))
        );
    }

    #[test]
    fn a_failure_is_told_down_to_its_root() {
        let root = Failure {
            message: "connection refused".to_owned(),
            ..Failure::default()
        };
        let failure = Failure {
            message: "activity failed".to_owned(),
            cause: Some(Box::new(root)),
            ..Failure::default()
        };
        assert_eq!(
            failure_message(&failure),
            "activity failed: connection refused"
        );
    }
}
