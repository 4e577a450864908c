//! Dynamic configuration of the Temporal server: values and their constraints.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// The dynamic configuration of a server: the setting of each key.
pub type DynamicConfig = BTreeMap<String, Setting>;

/// The values of one key. The server uses the value with the most specific matching constraints.
/// Serialises as the bare value if there is one value without constraints.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting(Vec<Conditional>);

/// A value with its constraints. Without constraints it always applies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conditional {
    pub value: Value,
    /// The constraints by name, such as `namespace`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<String, Value>,
}

impl Setting {
    /// One value without constraints.
    pub fn always(value: impl Into<Value>) -> Self {
        Self::of(vec![Conditional {
            value: value.into(),
            constraints: BTreeMap::new(),
        }])
    }

    pub fn of(values: Vec<Conditional>) -> Self {
        Self(values)
    }

    pub fn values(&self) -> &[Conditional] {
        &self.0
    }

    /// The value, if it is the only one and has no constraints.
    pub fn only(&self) -> Option<&Value> {
        match &*self.0 {
            [only] if only.constraints.is_empty() => Some(&only.value),
            _ => None,
        }
    }
}

/// Serialises in the form of a profile: the bare value, or the list with constraints.
impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.only() {
            Some(value) => value.serialize(serializer),
            None => self.0.serialize(serializer),
        }
    }
}

/// The content of the server's dynamic configuration file: each key with the list of its values.
/// It is JSON, which is valid YAML and quotes all strings, so that no string is read as a number.
pub fn dynamic_config_text(settings: &DynamicConfig) -> String {
    let file: Map<String, Value> = settings
        .iter()
        .map(|(key, Setting(values))| (key.clone(), json!(values)))
        .collect();
    let text = serde_json::to_string_pretty(&file).expect("a JSON value serialises");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_server_keeps_number_types_and_constraints() {
        let orders = Conditional {
            value: json!(100),
            constraints: [("namespace".to_owned(), json!("orders"))].into(),
        };
        let rest = Conditional {
            value: json!(2400),
            constraints: BTreeMap::new(),
        };
        let settings = DynamicConfig::from([
            (
                "frontend.namespaceRPS".to_owned(),
                Setting::of(vec![orders, rest]),
            ),
            (
                "a.big".to_owned(),
                Setting::always(9_007_199_254_740_993_u64),
            ),
            ("a.float".to_owned(), Setting::always(1.0)),
            ("a.text".to_owned(), Setting::always("1")),
        ]);
        insta::assert_snapshot!(dynamic_config_text(&settings), @r#"
        {
          "a.big": [
            {
              "value": 9007199254740993
            }
          ],
          "a.float": [
            {
              "value": 1.0
            }
          ],
          "a.text": [
            {
              "value": "1"
            }
          ],
          "frontend.namespaceRPS": [
            {
              "constraints": {
                "namespace": "orders"
              },
              "value": 100
            },
            {
              "value": 2400
            }
          ]
        }
        "#);
        assert_eq!(dynamic_config_text(&DynamicConfig::new()), "{}\n");
    }

    #[test]
    fn a_single_value_without_constraints_is_written_bare() {
        assert_eq!(json!(Setting::always(5)), json!(5));
        let orders = Conditional {
            value: json!(5),
            constraints: [("namespace".to_owned(), json!("orders"))].into(),
        };
        let list = json!([{"value": 5, "constraints": {"namespace": "orders"}}]);
        assert_eq!(json!(Setting::of(vec![orders])), list);
    }
}
