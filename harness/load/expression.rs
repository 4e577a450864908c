//! Expressions in templates.

use std::collections::HashSet;

use minijinja::Value as Variable;

use super::template::{ENVIRONMENT, Error, explain, unknown};
use super::variables::Variables;

/// An expression, such as `n + 1`.
#[derive(Debug)]
pub struct Expression {
    source: String,
    compiled: Box<minijinja::Expression<'static, 'static>>,
}

impl Expression {
    pub fn compile(source: &str) -> Result<Self, Error> {
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned());
        Ok(Self {
            source: source.to_owned(),
            compiled: Box::new(compiled.map_err(|error| explain(&error))?),
        })
    }

    /// Its value. An undefined variable is an error.
    pub(super) fn value(&self, variables: &Variables) -> Result<Variable, Error> {
        let unknown = || unknown(&self.names(), variables);
        let value = self.compiled.eval(variables.context());
        let value = value.map_err(|error| unknown().unwrap_or_else(|| explain(&error)))?;
        if value.is_undefined() {
            let nothing = || Error(format!("`{}` has no value", self.source));
            return Err(unknown().unwrap_or_else(nothing));
        }
        Ok(value)
    }

    /// Its value in JSON.
    pub(super) fn json(&self, variables: &Variables) -> Result<serde_json::Value, Error> {
        let value = self.value(variables)?;
        let number = f64::try_from(value.clone()).ok();
        let json = match number {
            Some(number) if !number.is_finite() => None,
            _ => serde_json::to_value(value).ok(),
        };
        json.ok_or_else(|| Error(format!("`{}` has no value in JSON", self.source)))
    }

    /// Whether it is just this variable.
    pub fn is_variable(&self, name: &str) -> bool {
        self.source == name && self.names() == HashSet::from([name.to_owned()])
    }

    /// The names of what it uses.
    pub(super) fn names(&self) -> HashSet<String> {
        self.compiled.undeclared_variables(false)
    }
}
