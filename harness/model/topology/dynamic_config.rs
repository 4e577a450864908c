//! Dynamic configuration of the Temporal server: values, and the conditions under which they hold.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// The dynamic configuration of a server: what each key is set to.
pub type DynamicConfig = BTreeMap<String, Setting>;

/// What one key is set to: one value, or several of which the server takes the one whose conditions
/// are the most specific. Serialises as the bare value where it holds always.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting(Vec<Conditional>);

/// A value that holds under conditions, or always where there are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conditional {
    /// The value.
    pub value: Value,
    /// The conditions by their names, such as `namespace`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<String, Value>,
}

impl Setting {
    /// A value that holds always.
    pub fn always(value: impl Into<Value>) -> Self {
        Self::of(vec![Conditional {
            value: value.into(),
            constraints: BTreeMap::new(),
        }])
    }

    /// Values with their conditions.
    pub fn of(values: Vec<Conditional>) -> Self {
        Self(values)
    }

    /// The values with their conditions.
    pub fn values(&self) -> &[Conditional] {
        &self.0
    }

    /// The value, if there is one that holds always and no other.
    pub fn only(&self) -> Option<&Value> {
        match &*self.0 {
            [only] if only.constraints.is_empty() => Some(&only.value),
            _ => None,
        }
    }
}

/// As a profile has it: the bare value where it holds always, else the server's list.
impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.only() {
            Some(value) => value.serialize(serializer),
            None => self.0.serialize(serializer),
        }
    }
}

/// The server's own file: each key with the list of its values. It is JSON, which is YAML in which
/// no text is taken for a number.
pub fn dynamic_config_text(settings: &DynamicConfig) -> String {
    let file: Map<String, Value> = settings
        .iter()
        .map(|(key, Setting(values))| (key.clone(), json!(values)))
        .collect();
    let text = serde_json::to_string_pretty(&file).expect("JSON can always be written");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_file_keeps_the_kind_of_each_number_and_the_conditions() {
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
    fn a_value_that_holds_always_is_written_bare() {
        assert_eq!(json!(Setting::always(5)), json!(5));
        let orders = Conditional {
            value: json!(5),
            constraints: [("namespace".to_owned(), json!("orders"))].into(),
        };
        let list = json!([{"value": 5, "constraints": {"namespace": "orders"}}]);
        assert_eq!(json!(Setting::of(vec![orders])), list);
    }
}
