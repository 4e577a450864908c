//! Evaluates template expressions. Supports only some functions.

use azure::template::is_expression;
use serde_json::{Map, Value, json};

/// What expressions can refer to.
pub(super) struct Scope<'a> {
    pub(super) parameters: &'a Map<String, Value>,
    pub(super) variables: &'a Map<String, Value>,
    pub(super) group: &'a Value,
    /// The document of a resource by its id, if the resource exists.
    pub(super) reference: &'a dyn Fn(&str) -> Option<Value>,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EvaluationError {
    /// It refers to a resource that does not exist yet. The text is the id.
    UnknownResource(String),
    /// It is invalid. The text is the reason.
    Invalid(String),
}

/// Whether a text is an escaped expression, and so a plain text.
fn is_escaped(text: &str) -> bool {
    text.starts_with("[[") && text.ends_with(']')
}

impl Scope<'_> {
    /// The document with all expressions evaluated.
    pub(super) fn evaluate(&self, value: &Value) -> Result<Value, EvaluationError> {
        match value {
            Value::String(text) if is_expression(text) => self.expression(&text[1..text.len() - 1]),
            Value::String(text) if is_escaped(text) => Ok(json!(&text[1..])),
            Value::Array(all) => all.iter().map(|one| self.evaluate(one)).collect(),
            Value::Object(all) => {
                let pairs = all
                    .iter()
                    .map(|(key, one)| Ok((key.clone(), self.evaluate(one)?)));
                pairs.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            other => Ok(other.clone()),
        }
    }

    /// The document with expressions evaluated where possible. Others stay as they are.
    pub(super) fn evaluate_known(&self, value: &Value) -> Value {
        match value {
            Value::Array(all) => all.iter().map(|one| self.evaluate_known(one)).collect(),
            Value::Object(all) => {
                let pairs = all
                    .iter()
                    .map(|(key, one)| (key.clone(), self.evaluate_known(one)));
                Value::Object(pairs.collect())
            }
            other => self.evaluate(other).unwrap_or_else(|_| other.clone()),
        }
    }

    fn expression(&self, text: &str) -> Result<Value, EvaluationError> {
        let mut parser = Parser {
            rest: text,
            scope: self,
        };
        let value = parser.value()?;
        match parser.rest.trim() {
            "" => Ok(value),
            rest => Err(EvaluationError::Invalid(format!(
                "unexpected '{rest}' in '[{text}]'"
            ))),
        }
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, EvaluationError> {
        let text = |index: usize| {
            arguments
                .get(index)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let named = |map: &Map<String, Value>, what: &str| {
            let mut all = map.iter();
            let found = all.find(|(key, _)| key.eq_ignore_ascii_case(text(0)));
            found.map(|(_, value)| value.clone()).ok_or_else(|| {
                EvaluationError::Invalid(format!("The template {what} '{}' is not found.", text(0)))
            })
        };
        match name.to_lowercase().as_str() {
            "parameters" => named(self.parameters, "parameter"),
            "variables" => self.evaluate(&named(self.variables, "variable")?),
            "resourcegroup" => Ok(self.group.clone()),
            "subscription" => {
                let id = self.group["id"].as_str().unwrap_or_default();
                let subscription = id.split('/').nth(2).unwrap_or_default();
                Ok(
                    json!({"id": format!("/subscriptions/{subscription}"), "subscriptionId": subscription}),
                )
            }
            "concat" => Ok(Value::String(
                arguments
                    .iter()
                    .map(|part| {
                        part.as_str()
                            .map_or_else(|| part.to_string(), str::to_owned)
                    })
                    .collect(),
            )),
            "resourceid" => {
                let path: Vec<&str> = arguments.iter().skip(1).filter_map(Value::as_str).collect();
                let group = self.group["id"].as_str().unwrap_or_default();
                Ok(json!(id_of(group, text(0), &path)))
            }
            "reference" => {
                let known = (self.reference)(text(0));
                let full = text(2).eq_ignore_ascii_case("full");
                let document =
                    known.ok_or_else(|| EvaluationError::UnknownResource(text(0).to_owned()))?;
                Ok(if full {
                    document
                } else {
                    document["properties"].clone()
                })
            }
            _ => Err(EvaluationError::Invalid(format!(
                "The template function '{name}' is not valid."
            ))),
        }
    }
}

/// The id of a resource with a type and names, in a group or on a resource.
pub(super) fn id_of(scope: &str, kind: &str, names: &[&str]) -> String {
    let mut parts = kind.split('/');
    let namespace = parts.next().unwrap_or_default();
    let pairs: Vec<String> = parts
        .zip(names)
        .map(|(kind, name)| format!("/{kind}/{name}"))
        .collect();
    format!("{scope}/providers/{namespace}{}", pairs.concat())
}

struct Parser<'a, 'b> {
    rest: &'a str,
    scope: &'b Scope<'b>,
}

impl<'a> Parser<'a, '_> {
    fn value(&mut self) -> Result<Value, EvaluationError> {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('\'') {
            return self.quoted().map(Value::String);
        }
        let word = self.word();
        if let Ok(number) = word.parse::<i64>() {
            return Ok(json!(number));
        }
        if word.is_empty() || !self.takes('(') {
            return Err(EvaluationError::Invalid(format!(
                "expected a function at '{word}{}'",
                self.rest
            )));
        }
        let mut arguments = Vec::new();
        while !self.takes(')') {
            arguments.push(self.value()?);
            if !self.takes(',') && !self.rest.trim_start().starts_with(')') {
                return Err(EvaluationError::Invalid(format!(
                    "expected ',' or ')' at '{}'",
                    self.rest
                )));
            }
        }
        let mut value = self.scope.call(word, &arguments)?;
        loop {
            let key = if self.takes('.') {
                self.word().to_owned()
            } else if self.takes('[') {
                let key = self.value()?;
                if !self.takes(']') {
                    return Err(EvaluationError::Invalid("expected ']'".to_owned()));
                }
                match key.as_u64() {
                    Some(index) => {
                        let index = usize::try_from(index).unwrap_or(usize::MAX);
                        value = value.get(index).cloned().unwrap_or_default();
                        continue;
                    }
                    None => key.as_str().unwrap_or_default().to_owned(),
                }
            } else {
                return Ok(value);
            };
            value = field(&value, &key)?;
        }
    }

    fn quoted(&mut self) -> Result<String, EvaluationError> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    characters.next();
                    text.push('\'');
                }
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                other => text.push(other),
            }
        }
        Err(EvaluationError::Invalid(format!(
            "a text has no closing quote: {}",
            self.rest
        )))
    }

    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn takes(&mut self, wanted: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(wanted);
        rest.inspect(|rest| self.rest = rest).is_some()
    }
}

fn field(value: &Value, key: &str) -> Result<Value, EvaluationError> {
    let found = value.as_object().and_then(|all| {
        all.iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, one)| one.clone())
    });
    found.ok_or_else(|| {
        let message = format!("The language expression property '{key}' doesn't exist.");
        EvaluationError::Invalid(message)
    })
}
