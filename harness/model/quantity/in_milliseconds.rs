//! Serialises a duration as a number of milliseconds, for documents that programs read. Use it with
//! `#[serde(with = "model::quantity::in_milliseconds")]` on keys that end in `-ms`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Duration, Milliseconds};

/// A duration in a document. Earlier versions of the harness wrote it as a string such as `90s`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Number(Milliseconds),
    Text(Duration),
}

impl From<Read> for Duration {
    fn from(read: Read) -> Self {
        match read {
            Read::Number(number) => number.into(),
            Read::Text(text) => text,
        }
    }
}

pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    Milliseconds::from(*duration).serialize(serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Read::deserialize(deserializer).map(Into::into)
}

/// The same for an `Option<Duration>`.
pub mod option {
    use serde::{Serialize, Serializer};

    use super::{Duration, Milliseconds};

    pub fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(Milliseconds::from).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Walk {
        #[serde(rename = "length-ms", alias = "length", with = "super")]
        length: Duration,
    }

    #[derive(Serialize)]
    struct Rest {
        #[serde(rename = "length-ms", serialize_with = "super::option::serialize")]
        length: Option<Duration>,
    }

    fn read(json: Value) -> Option<Walk> {
        serde_json::from_value(json).ok()
    }

    #[test]
    fn a_duration_is_written_as_a_number_and_read_from_a_number_or_a_string() {
        let walk = || Walk {
            length: Duration::from_millis(1500),
        };
        let written = serde_json::to_value(walk()).expect("JSON");
        assert_eq!(written, json!({"length-ms": 1500}));
        assert_eq!(read(written), Some(walk()));
        assert_eq!(read(json!({"length": "1s500ms"})), Some(walk()));
        for wrong in [json!(-1), json!("1500"), Value::Null] {
            assert_eq!(read(json!({"length-ms": wrong})), None, "{wrong}");
        }
    }

    #[test]
    fn no_duration_is_null() {
        let written = |length| serde_json::to_value(Rest { length }).expect("JSON");
        assert_eq!(written(None), json!({"length-ms": null}));
        let some = Some(Duration::from_millis(2));
        assert_eq!(written(some), json!({"length-ms": 2}));
    }
}
