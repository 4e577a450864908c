//! Templates in inputs and results, and the seeded values of their variables.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use model::document::suggestion;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// The variables of a template. All of them follow from the seed and the workflow's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// A random word, such as `olive-curlew`.
    name: String,
    /// The workflow id.
    id: String,
    /// The number of the workflow in its workload.
    n: u64,
}

/// The names of the variables.
const NAMES: [&str; 3] = ["name", "id", "n"];

const MANNERS: [&str; 16] = [
    "amber", "brisk", "calm", "dusky", "early", "fond", "gentle", "hazel", "ivory", "jolly",
    "keen", "lively", "mellow", "nimble", "olive", "plucky",
];
const ANIMALS: [&str; 32] = [
    "adder", "badger", "crane", "dormouse", "egret", "ferret", "gecko", "heron", "ibex", "jackdaw",
    "kestrel", "lynx", "marten", "newt", "otter", "plover", "quail", "raven", "shrew", "tern",
    "urchin", "viper", "weasel", "yak", "zander", "bittern", "curlew", "dunlin", "ermine", "finch",
    "grouse", "hobby",
];

impl Variables {
    /// The variables of the workflow with number `n` and id `id`, in a workload with this seed.
    pub fn of(seed: u64, n: u64, id: String) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // Stream 0 is used by the arrivals of the workload.
        random.set_stream(n.wrapping_add(1));
        let mut pick = |words: &[&'static str]| words[random.random_range(0..words.len())];
        let name = format!("{}-{}", pick(&MANNERS), pick(&ANIMALS));
        Self { name, id, n }
    }

    fn context(&self) -> minijinja::Value {
        let Self { name, id, n } = self;
        context! { name => name.as_str(), id => id.as_str(), n }
    }
}

/// A template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// Fills every string in `value`; numbers, booleans and keys do not change. An undefined variable is
/// an error.
pub fn fill(value: &Value, variables: &Variables) -> Result<Value, Error> {
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);
    fill_with(&ENVIRONMENT, value, variables)
}

/// An environment that keeps all text outside of template tags byte for byte: it keeps a trailing
/// newline and escapes nothing for HTML, unlike the engine's defaults.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the default delimiters are valid"));
    environment
}

fn fill_with(
    environment: &Environment<'_>,
    value: &Value,
    variables: &Variables,
) -> Result<Value, Error> {
    Ok(match value {
        Value::String(text) if text.contains('{') => {
            let filled = environment.render_str(text, variables.context());
            Value::String(filled.map_err(|error| explain(environment, text, &error))?)
        }
        Value::Array(items) => items
            .iter()
            .map(|item| fill_with(environment, item, variables))
            .collect::<Result<_, _>>()?,
        Value::Object(entries) => entries
            .iter()
            .map(|(key, entry)| Ok((key.clone(), fill_with(environment, entry, variables)?)))
            .collect::<Result<_, Error>>()?,
        other => other.clone(),
    })
}

fn explain(environment: &Environment<'_>, text: &str, error: &minijinja::Error) -> Error {
    let undeclared = environment
        .template_from_str(text)
        .map(|template| template.undeclared_variables(false))
        .unwrap_or_default();
    let unknown = undeclared
        .iter()
        .filter(|name| !NAMES.contains(&name.as_str()));
    if let Some(name) = unknown.min() {
        return Error(format!(
            "unknown variable `{name}`{}",
            suggestion(name, &NAMES)
        ));
    }
    let detail = error
        .detail()
        .map_or(String::new(), |detail| format!(": {detail}"));
    Error(format!(
        "could not fill the template: {}{detail}",
        error.kind()
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[test]
    fn the_name_depends_on_the_seed_and_the_number_only() {
        let name = |seed, n| Variables::of(seed, n, String::new()).name;
        assert_eq!(name(1, 5), name(1, 5));
        assert!((0..20).any(|n| name(1, n) != name(2, n)));
        assert!((0..20).any(|n| name(1, n) != name(1, n + 1)));
    }
}
