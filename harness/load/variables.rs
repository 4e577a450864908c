//! The variables of templates, with their seeded values.

use std::collections::{BTreeMap, HashSet};
use std::iter;
use std::sync::Arc;

use minijinja::Value as Variable;
use minijinja::value::Object;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::expression::Expression;
use super::random::{Random, SOURCE};
use super::template::{Error, is_global};

/// The names of the variables that there are without a definition; `i` only in repeated calls.
const NAMES: [&str; 4] = ["name", "id", "n", "i"];

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

/// The variables of a template. All of them follow from the seed and the workflow's number.
#[derive(Debug, Clone)]
pub struct Variables(Arc<Scope>);

/// A variable, and those around it.
#[derive(Debug)]
struct Scope {
    name: String,
    value: Variable,
    outer: Option<Arc<Scope>>,
}

impl Variables {
    /// The variables of the workflow with number `n` and id `id`, in a workload with this seed: `name`
    /// (a random word such as `olive-curlew`), `id` and `n`.
    pub fn of(seed: u64, n: u64, id: String) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // Stream 0 is used by the arrivals of the workload.
        random.set_stream(n.wrapping_add(1));
        let mut pick = |words: &[&'static str]| words[random.random_range(0..words.len())];
        let name = format!("{}-{}", pick(&MANNERS), pick(&ANIMALS));
        let source = Scope {
            name: SOURCE.to_owned(),
            value: Variable::from_object(Random::new(random)),
            outer: None,
        };
        let values = [("name", name.into()), ("id", id.into()), ("n", n.into())];
        let source = Self(Arc::new(source));
        values
            .into_iter()
            .fold(source, |outer, (name, value)| outer.and(name, value))
    }

    /// These variables and `i`, the number of the repetition.
    #[must_use]
    pub fn repeated(&self, i: u32) -> Self {
        self.and("i", i.into())
    }

    fn and(&self, name: &str, value: Variable) -> Self {
        Self(Arc::new(Scope {
            name: name.to_owned(),
            value,
            outer: Some(Arc::clone(&self.0)),
        }))
    }

    /// What templates are filled from.
    pub(super) fn context(&self) -> Variable {
        Variable::from_dyn_object(Arc::clone(&self.0))
    }

    /// The names of all variables, in alphabetical order.
    pub(super) fn names(&self) -> Vec<&str> {
        let names = self.0.scopes().map(|scope| scope.name.as_str());
        let mut names: Vec<&str> = names.filter(|name| *name != SOURCE).collect();
        names.sort_unstable();
        names
    }
}

impl Scope {
    /// This one and those around it.
    fn scopes(&self) -> impl Iterator<Item = &Self> {
        iter::successors(Some(self), |scope| scope.outer.as_deref())
    }
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Variable) -> Option<Variable> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Variable> {
        let scope = self.scopes().find(|scope| scope.name == key)?;
        Some(scope.value.clone())
    }
}

/// Whether a name in templates already means something.
pub fn is_reserved(name: &str) -> bool {
    NAMES.contains(&name) || is_global(name)
}

/// The variables of a flow, in an order in which each comes after those that it uses.
#[derive(Debug, Default)]
pub struct Definitions(Vec<(String, Expression)>);

impl Definitions {
    /// Puts expressions, each with the name of its variable, into order. An error has the name of a
    /// variable that depends on itself.
    pub fn new(expressions: BTreeMap<String, Expression>) -> Result<Self, (String, Error)> {
        let mut left: Vec<_> = expressions
            .into_iter()
            .map(|(name, expression)| (expression.names(), name, expression))
            .collect();
        let mut ordered = Vec::new();
        while !left.is_empty() {
            let is_ready =
                |names: &HashSet<String>| !left.iter().any(|(_, it, _)| names.contains(it));
            let Some(next) = left.iter().position(|(names, ..)| is_ready(names)) else {
                let names = left.into_iter().map(|(names, name, _)| (name, names));
                let name = circular(&names.collect());
                let error = Error(format!("variable `{name}` depends on itself"));
                return Err((name, error));
            };
            let (_, name, expression) = left.remove(next);
            ordered.push((name, expression));
        }
        Ok(Self(ordered))
    }

    /// The variables with those that are defined here. An error has the name of its variable.
    pub fn add_to(&self, mut variables: Variables) -> Result<Variables, (String, Error)> {
        for (name, expression) in &self.0 {
            let value = expression.value(&variables);
            let value = value.map_err(|error| (name.clone(), error))?;
            variables = variables.and(name, value);
        }
        Ok(variables)
    }
}

/// A variable that depends on itself, if each of these depends on at least one of them.
fn circular(needs: &BTreeMap<String, HashSet<String>>) -> String {
    let mut seen = HashSet::new();
    let mut name = needs.keys().next().cloned().unwrap_or_default();
    while seen.insert(name.clone()) {
        let next = needs[&name]
            .iter()
            .filter(|it| needs.contains_key(*it))
            .min();
        name = next.cloned().unwrap_or(name);
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Template;

    fn defined(expressions: &[(&str, &str)]) -> Result<String, String> {
        let expressions = expressions.iter().map(|(name, expression)| {
            let expression = Expression::compile(expression).expect("an expression");
            ((*name).to_owned(), expression)
        });
        let told = |(name, error)| format!("{name}: {error}");
        let definitions = Definitions::new(expressions.collect()).map_err(told)?;
        let variables = definitions.add_to(Variables::of(42, 7, "hello/7".to_owned()));
        let all = Template::compile(&json!("{{ a }} {{ b }} {{ c }}")).expect("a template");
        let filled = all.fill(&variables.map_err(told)?);
        Ok(filled.map_err(|error| error.to_string())?.to_string())
    }

    #[test]
    fn the_name_depends_on_the_seed_and_the_number_only() {
        let name = |seed, n| {
            Variables::of(seed, n, String::new())
                .0
                .get_value_by_str("name")
        };
        assert_eq!(name(1, 5), name(1, 5));
        assert!((0..20).any(|n| name(1, n) != name(2, n)));
        assert!((0..20).any(|n| name(1, n) != name(1, n + 1)));
    }

    #[test]
    fn a_variable_comes_after_those_that_it_uses() {
        let found = defined(&[("a", "b + 1"), ("b", "c * 2"), ("c", "n")]);
        assert_eq!(found.as_deref(), Ok("\"15 14 7\""));
    }

    #[test]
    fn a_variable_is_drawn_once() {
        let drawn = "uniform(0, 1000000000)";
        let found = defined(&[("a", drawn), ("b", "a"), ("c", "[a, b] | max")]).expect("values");
        let values: Vec<&str> = found.trim_matches('"').split(' ').collect();
        assert!(values.iter().all(|value| *value == values[0]), "{found}");
    }

    #[test]
    fn a_variable_that_depends_on_itself_is_named() {
        let error =
            |expressions: &[(&str, &str)]| defined(expressions).expect_err("it is a circle");
        let own = error(&[("a", "a + 1"), ("b", "1"), ("c", "1")]);
        assert_eq!(own, "a: variable `a` depends on itself");
        let circle = error(&[("a", "b"), ("b", "c"), ("c", "b")]);
        assert_eq!(circle, "b: variable `b` depends on itself");
    }
}
