//! Values with templates in them.

use std::collections::HashSet;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use model::document::suggestion;
use serde_json::Value;

use super::expression::Expression;
use super::random::{self, FUNCTIONS};
use super::variables::Variables;

/// The key of an object that stands for the value of the expression in it.
const VALUE: &str = "$value";

/// How many instructions a template may carry out, so that a loop cannot hold up the load.
const FUEL: u64 = 100_000;

/// The name of the template in an environment of its own.
const TEXT: &str = "text";

/// A template could not be compiled or filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub(super) String);

/// A value in which every string is a template, and every object with the only key `$value` an
/// expression. Numbers, booleans and keys stay as they are.
#[derive(Debug)]
pub struct Template(Node);

#[derive(Debug)]
enum Node {
    Literal(Value),
    Text {
        source: String,
        /// Has the compiled template, which cannot be kept without it.
        environment: Box<Environment<'static>>,
    },
    Value(Expression),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Template {
    pub fn compile(value: &Value) -> Result<Self, Error> {
        Node::compile(value).map(Self)
    }

    /// Fills in the variables. An undefined variable is an error.
    pub fn fill(&self, variables: &Variables) -> Result<Value, Error> {
        self.0.fill(variables)
    }
}

impl Node {
    fn compile(value: &Value) -> Result<Self, Error> {
        Ok(match value {
            Value::String(text) if text.contains('{') => {
                let mut environment = ENVIRONMENT.clone();
                let added = environment.add_template_owned(TEXT, text.clone());
                added.map_err(|error| explain(&error))?;
                Self::Text {
                    source: text.clone(),
                    environment: Box::new(environment),
                }
            }
            Value::Array(items) => {
                Self::Array(items.iter().map(Self::compile).collect::<Result<_, _>>()?)
            }
            Value::Object(entries) if entries.contains_key(VALUE) => {
                if entries.len() > 1 {
                    let message =
                        format!("`{VALUE}` stands for a value, so it must be the only key");
                    return Err(Error(message));
                }
                let source = entries[VALUE].as_str();
                let wrong = || Error(format!("`{VALUE}` needs an expression in quotes"));
                Self::Value(Expression::compile(source.ok_or_else(wrong)?)?)
            }
            Value::Object(entries) => {
                let each = entries.iter();
                let each = each.map(|(key, entry)| Ok((key.clone(), Self::compile(entry)?)));
                Self::Object(each.collect::<Result<_, Error>>()?)
            }
            other => Self::Literal(other.clone()),
        })
    }

    fn fill(&self, variables: &Variables) -> Result<Value, Error> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Text {
                source,
                environment,
            } => {
                let template = environment.get_template(TEXT);
                let filled = template.and_then(|template| template.render(variables.context()));
                let unknown = || {
                    let template = environment.template_from_str(source).ok()?;
                    unknown(&template.undeclared_variables(false), variables)
                };
                let explain = |error| unknown().unwrap_or_else(|| explain(&error));
                Value::String(filled.map_err(explain)?)
            }
            Self::Value(expression) => expression.json(variables)?,
            Self::Array(items) => {
                let items = items.iter().map(|item| item.fill(variables));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Object(entries) => {
                let entries = entries.iter();
                let filled = entries.map(|(key, entry)| Ok((key.clone(), entry.fill(variables)?)));
                Value::Object(filled.collect::<Result<_, Error>>()?)
            }
        })
    }
}

/// What templates and expressions can use.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// An environment that keeps all text outside of template tags byte for byte: it keeps a trailing
/// newline and escapes nothing for HTML, unlike the engine's defaults.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the default delimiters are valid"));
    environment.set_fuel(Some(FUEL));
    random::add_to(&mut environment);
    environment
}

/// The first of these names that does not exist.
pub(super) fn unknown(names: &HashSet<String>, variables: &Variables) -> Option<Error> {
    let known = variables.names();
    let exists = |name: &str| known.contains(&name) || is_global(name);
    let name = names.iter().filter(|name| !exists(name)).min()?;
    let known: Vec<&str> = known.into_iter().chain(FUNCTIONS).collect();
    Some(Error(format!(
        "unknown variable `{name}`{}",
        suggestion(name, &known)
    )))
}

/// Whether it is a function, or another name that there always is.
pub(super) fn is_global(name: &str) -> bool {
    ENVIRONMENT.globals().any(|(global, _)| global == name)
}

pub(super) fn explain(error: &minijinja::Error) -> Error {
    let detail = error
        .detail()
        .map_or(String::new(), |detail| format!(": {detail}"));
    Error(match error.kind() {
        ErrorKind::OutOfFuel => format!("the template takes more than {FUEL} instructions"),
        kind => format!("{kind}{detail}"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fill(value: &Value, variables: &Variables) -> Result<Value, Error> {
        Template::compile(value)?.fill(variables)
    }

    #[test]
    fn every_string_is_filled_and_nothing_else_changes() {
        let value = json!({"who": ["{{ name }}", 5, true, null], "id": "{{id}}/{{ n + 1 }}"});
        let filled = fill(&value, &Variables::of(42, 7, "hello-7".to_owned()));
        insta::assert_snapshot!(filled.expect("the templates are good"), @r#"{"id":"hello-7/8","who":["olive-curlew",5,true,null]}"#);
    }

    #[test]
    fn text_outside_of_tags_is_kept_byte_for_byte() {
        let variables = Variables::of(42, 7, "hello-7".to_owned());
        let filled = |text: &str| fill(&json!(text), &variables).expect("the template is good");
        for (text, wanted) in [
            ("{{ n }}\n", "7\n"),
            ("{{ n }}\r\n", "7\r\n"),
            ("\n\n  {{ n }}  \n\n", "\n\n  7  \n\n"),
            ("{{ n }}\n{{ n }}\r\n\t", "7\n7\r\n\t"),
            ("{% if n %}\n  {{ n }}\n{% endif %}\n", "\n  7\n\n"),
            ("{\n", "{\n"),
            ("{\"a\": 1}\r\n", "{\"a\": 1}\r\n"),
            (
                "<&'\"> \u{0} ä 日本 🦀 {{ n }} \u{feff}",
                "<&'\"> \u{0} ä 日本 🦀 7 \u{feff}",
            ),
            ("{% raw %}{{ name }}{% endraw %}\n", "{{ name }}\n"),
            ("{{ '{{' }} n }}", "{{ n }}"),
            ("no mark at all }}\n", "no mark at all }}\n"),
        ] {
            assert_eq!(filled(text), json!(wanted), "{text:?}");
        }
    }

    #[test]
    fn keys_and_values_that_are_not_strings_do_not_change() {
        let value = json!({
            "{{ n }}": [1.0, -0.0, 9_007_199_254_740_993_u64, u64::MAX, i64::MIN, 1e300, null],
            "text": "{{ n }}",
        });
        let variables = Variables::of(42, 7, String::new());
        let filled = fill(&value, &variables).expect("the template is good");
        let mut wanted = value;
        wanted["text"] = json!("7");
        assert_eq!(filled, wanted);
        assert_eq!(filled.to_string(), wanted.to_string());
    }

    #[test]
    fn a_big_string_is_filled() {
        let big = "ä\n".repeat(1 << 20);
        let variables = Variables::of(42, 7, String::new());
        let filled = fill(&json!(format!("{big}{{{{ n }}}}\n")), &variables);
        assert_eq!(filled, Ok(json!(format!("{big}7\n"))));
    }

    #[test]
    fn an_undefined_variable_is_an_error() {
        let variables = Variables::of(42, 0, String::new());
        let error = fill(&json!("Hello {{ nmae }}!"), &variables).expect_err("there is no `nmae`");
        assert_eq!(
            error.to_string(),
            "unknown variable `nmae`; did you mean `name`?"
        );
    }

    fn values(seed: u64, n: u64, expressions: &[&str]) -> Vec<Value> {
        let variables = Variables::of(seed, n, "hello-7".to_owned());
        let value = |expression: &&str| {
            let template = Template::compile(&json!({ "$value": expression }));
            template
                .and_then(|template| template.fill(&variables))
                .expect("a value")
        };
        expressions.iter().map(value).collect()
    }

    #[test]
    fn an_expression_stands_for_its_value() {
        let found = values(
            42,
            7,
            &["n", "n * 1.5", "[n, id]", "{'a': n > 3}", "none", "id"],
        );
        let wanted = json!([7, 10.5, [7, "hello-7"], {"a": true}, null, "hello-7"]);
        assert_eq!(Value::from(found), wanted);
    }

    #[test]
    fn random_values_follow_from_the_seed_and_the_number() {
        let expressions = [
            "choice(['a', 'b', 'c'])",
            "uniform(1, 6)",
            "uniform(0.5, 1)",
            "normal(100, 15) | round(6)",
            "exponential(20) | round(6)",
            "text(12)",
            "text('1KiB') | length",
        ];
        let found = values(42, 7, &expressions);
        assert_eq!(found, values(42, 7, &expressions));
        assert_ne!(found, values(42, 8, &expressions));
        assert_ne!(found, values(43, 7, &expressions));
        insta::assert_snapshot!(Value::from(found), @r#"["a",1,0.8272667872673447,102.008037,4.058286,"agbnl6ymak5t",1024]"#);
    }

    #[test]
    fn random_numbers_have_the_distribution_that_they_are_named_for() {
        let template = |expression: &str| {
            Template::compile(&json!({ "$value": expression })).expect("an expression")
        };
        let drawn = |expression: &str| -> Vec<f64> {
            let template = template(expression);
            let draw = |n| {
                template
                    .fill(&Variables::of(1, n, String::new()))
                    .expect("a number")
            };
            (0..20_000)
                .map(|n| draw(n).as_f64().expect("a number"))
                .collect()
        };
        let moments = |numbers: &[f64]| {
            let count = f64::from(u32::try_from(numbers.len()).expect("few enough"));
            let mean = numbers.iter().sum::<f64>() / count;
            let variance = numbers.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count;
            (mean, variance.sqrt())
        };
        let close = |found: f64, wanted: f64| (found - wanted).abs() < 0.03 * wanted;
        for (expression, mean, deviation) in [
            ("normal(100, 15)", 100.0, 15.0),
            ("exponential(20)", 20.0, 20.0),
            ("uniform(1, 6)", 3.5, (35.0_f64 / 12.0).sqrt()),
            ("uniform(0.0, 12)", 6.0, 12.0_f64.sqrt()),
        ] {
            let found = moments(&drawn(expression));
            assert!(
                close(found.0, mean) && close(found.1, deviation),
                "{expression}: {found:?}"
            );
        }
        let dice = drawn("uniform(1, 6)");
        assert!(
            dice.iter()
                .all(|it| it.fract() == 0.0 && (1.0..=6.0).contains(it))
        );
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        let variables = Variables::of(42, 0, String::new());
        for (value, message) in [
            (
                json!({"$value": "nmae"}),
                "unknown variable `nmae`; did you mean `name`?",
            ),
            (
                json!({"$value": 5}),
                "`$value` needs an expression in quotes",
            ),
            (
                json!({"$value": "choice([])"}),
                "invalid operation: `choice` needs a list with at least one item",
            ),
            (
                json!("{{ uniform(2, 1) }}"),
                "invalid operation: `uniform` from 2 to 1 is empty",
            ),
            (
                json!("{{ text('3MiB') }}"),
                "invalid operation: `text` makes at most 1MiB",
            ),
            (
                json!({"$value": "n", "other": "{{ n }}"}),
                "`$value` stands for a value, so it must be the only key",
            ),
            (
                json!({"$value": "1e308 * 10"}),
                "`1e308 * 10` has no value in JSON",
            ),
            (
                json!("{{ unifrom(1, 2) }}"),
                "unknown variable `unifrom`; did you mean `uniform`?",
            ),
            (
                json!("{{ exponential(-1) }}"),
                "invalid operation: the mean of `exponential` must not be negative, found -1.0",
            ),
            (
                json!(
                    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}"
                ),
                "the template takes more than 100000 instructions",
            ),
            (
                json!("{{ normal('a', 1) }}"),
                "invalid operation: `a` is not a number",
            ),
        ] {
            let error = fill(&value, &variables).expect_err("it has no value");
            assert_eq!(error.to_string(), message);
        }
        assert!(fill(&json!("{{ n + }}"), &variables).is_err());
        assert!(fill(&json!({"$value": "1 +"}), &variables).is_err());
    }
}
