//! JSON values as Temporal payloads. Pure.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};

const ENCODING: &str = "encoding";
const JSON: &[u8] = b"json/plain";
/// A Protocol Buffers message as JSON.
const PROTOBUF: &[u8] = b"json/protobuf";
const NULL: &[u8] = b"binary/null";

/// Encodes a value so that the SDKs of all languages can read it.
pub(super) fn encode(value: &Value) -> Payload {
    Payload {
        metadata: [(ENCODING.to_owned(), JSON.to_vec())].into(),
        data: value.to_string().into_bytes(),
        ..Payload::default()
    }
}

/// Encodes arguments.
pub(super) fn encode_all(values: &[Value]) -> Payloads {
    Payloads {
        payloads: values.iter().map(encode).collect(),
    }
}

/// Encodes the fields of a memo or of search attributes; `None` if there are none.
pub(super) fn encode_fields(fields: &BTreeMap<String, Value>) -> Option<HashMap<String, Payload>> {
    let encoded = fields
        .iter()
        .map(|(name, value)| (name.clone(), encode(value)));
    (!fields.is_empty()).then(|| encoded.collect())
}

/// Decodes payloads as one value. For a payload that is not JSON, the value has its encoding and
/// length. Several payloads, which no SDK makes of one result, become `{"payloads": [...]}`, so that
/// they differ from one payload that is an array.
pub(super) fn decode(payloads: Option<&Payloads>) -> Option<Value> {
    match payloads?.payloads.as_slice() {
        [] => None,
        [payload] => Some(decode_one(payload)),
        several => {
            let several: Vec<Value> = several.iter().map(decode_one).collect();
            Some(json!({ "payloads": several }))
        }
    }
}

fn decode_one(payload: &Payload) -> Value {
    let encoding = payload
        .metadata
        .get(ENCODING)
        .map_or(&[][..], Vec::as_slice);
    let value = match encoding {
        NULL => Some(Value::Null),
        JSON | PROTOBUF => serde_json::from_slice(&payload.data).ok(),
        _ => None,
    };
    value.unwrap_or_else(|| {
        json!({
            "encoding": String::from_utf8_lossy(encoding),
            "bytes": payload.data.len(),
        })
    })
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
    fn a_value_round_trips() {
        let value = json!({"name": "Guest", "steps": [1, 2.5, null]});
        let payloads = Payloads {
            payloads: vec![encode(&value)],
        };
        assert_eq!(decode(Some(&payloads)), Some(value));
    }

    #[test]
    fn json_text_is_encoded_byte_for_byte() {
        for text in [
            "\"a\\n\"",
            "1.0",
            "1",
            "-0.0",
            "9007199254740993",
            "18446744073709551615",
            "-9223372036854775808",
            "1e+300",
            "null",
            "\"\\u0000 ä 日本\"",
        ] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            let written = String::from_utf8(encode(&value).data).expect("JSON is text");
            assert_eq!(written, text);
        }
    }

    #[test]
    fn several_payloads_are_all_decoded() {
        let mut payloads = payload(JSON, b"\"Hello Guest!\"");
        payloads.payloads.extend(payload(NULL, b"").payloads);
        let wanted = json!({"payloads": ["Hello Guest!", null]});
        assert_eq!(decode(Some(&payloads)), Some(wanted));
    }

    #[test]
    fn no_payload_null_and_other_encodings_are_distinguished() {
        assert_eq!(decode(None), None);
        assert_eq!(decode(Some(&Payloads::default())), None);
        assert_eq!(decode(Some(&payload(NULL, b""))), Some(Value::Null));
        assert_eq!(
            decode(Some(&payload(b"binary/protobuf", b"{}"))),
            Some(json!({"encoding": "binary/protobuf", "bytes": 2}))
        );
        assert_eq!(
            decode(Some(&payload(b"json/protobuf", b"{\"id\": 5}"))),
            Some(json!({"id": 5}))
        );
        assert_eq!(
            decode(Some(&payload(JSON, b"{"))),
            Some(json!({"encoding": "json/plain", "bytes": 1}))
        );
    }
}
