//! The value of an expression: a string, a constant with a string, or a variable of the environment
//! with a string as its default.

use super::code::{Code, is_part, literal, literals};
use super::suggestion::{Evidence, Suggestion};

/// The variable in which a worker gets its task queue.
pub(super) const QUEUE_VARIABLE: &str = "TEMPORAL_TASK_QUEUE";

/// How many names are followed from one expression.
const MOST_FOLLOWED: usize = 16;

/// The string that an expression stands for. `at` is where it is used, which is its evidence.
pub(super) fn text(
    expression: &str,
    code: &Code,
    at: usize,
    all: &[Code],
) -> Option<Suggestion<String>> {
    let mut search = Search {
        all,
        followed: Vec::new(),
    };
    let value = search.value(expression, code)?;
    Some(Suggestion::new(value, code.evidence(at)))
}

/// The search for the value of one expression.
struct Search<'a> {
    all: &'a [Code],
    /// Each name is followed once, so that the search ends.
    followed: Vec<String>,
}

impl Search<'_> {
    fn value(&mut self, expression: &str, code: &Code) -> Option<String> {
        let expression = expression.trim().trim_end_matches(" as const");
        if let Some((value, rest)) = literal(expression) {
            let ends = rest.trim_start().is_empty() || rest.trim_start().starts_with('.');
            return (ends && !value.is_empty()).then(|| value.to_owned());
        }
        if let Some(default) = default_of_variable(expression) {
            return Some(default);
        }
        let name = last_name(expression)?;
        let is_followed = self.followed.iter().any(|it| it == name);
        if is_followed || self.followed.len() >= MOST_FOLLOWED {
            return None;
        }
        self.followed.push(name.to_owned());
        if let Some(found) = self.defined(name, code) {
            return Some(found);
        }
        let all = self.all;
        let folder = code.path.parent();
        let beside = all.iter().filter(|it| it.path.parent() == folder);
        if let Some(found) = self.only(beside, name) {
            return Some(found);
        }
        self.only(all.iter(), name)
    }

    /// The value that all definitions of a name in these files agree on.
    fn only<'a>(&mut self, files: impl Iterator<Item = &'a Code>, name: &str) -> Option<String> {
        let mut found: Vec<String> = files.filter_map(|code| self.defined(name, code)).collect();
        found.sort_unstable();
        found.dedup();
        match &found[..] {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The value of the first definition of a name in a file that has one.
    fn defined(&mut self, name: &str, code: &Code) -> Option<String> {
        let mut definitions = code.words(name).filter_map(|at| {
            let rest = &code.text[at + name.len()..];
            let kind = rest.find(|it| !is_in_type(it))?;
            let value = rest[kind..].strip_prefix('=')?;
            if value.starts_with(['=', '>']) {
                return None;
            }
            let line = value.trim_start().lines().next().unwrap_or_default();
            Some(line.trim_end().trim_end_matches([';', ',']))
        });
        definitions.find_map(|expression| self.value(expression, code))
    }
}

/// Whether a character can be between a name and its `=`, which is where many languages have the
/// type.
fn is_in_type(letter: char) -> bool {
    is_part(letter) || matches!(letter, ' ' | ':' | '&' | '\'' | '<' | '>' | '[' | ']')
}

/// The last name of a path such as `shared.TASK_QUEUE` or `crate::QUEUE`.
fn last_name(expression: &str) -> Option<&str> {
    let path = expression
        .trim_start_matches('&')
        .trim_end_matches(".into()");
    let is_path = path
        .chars()
        .all(|it| is_part(it) || matches!(it, '.' | ':'));
    let name = path.rsplit(['.', ':']).next()?;
    (is_path && !name.is_empty()).then_some(name)
}

/// The default of an expression that reads a variable of the environment.
fn default_of_variable(expression: &str) -> Option<String> {
    let reads = ["getenv", "Getenv", "environ", "process.env", "env::var"];
    let reads = reads.iter().any(|read| expression.contains(read));
    if !reads && !expression.contains(QUEUE_VARIABLE) {
        return None;
    }
    let values = literals(expression);
    let is_variable = |text: &&str| {
        text.chars()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_')
    };
    let rest = match values.first() {
        Some(first) if is_variable(first) => &values[1..],
        _ => &values[..],
    };
    let default = rest.last().filter(|text| !text.is_empty())?;
    Some((*default).to_owned())
}

/// Where the sources read the task queue from the environment. Any name is right there.
pub(super) fn reads_queue(all: &[Code]) -> Option<Evidence> {
    all.iter().find_map(|code| {
        let at = code.words(QUEUE_VARIABLE).next()?;
        Some(code.evidence(at))
    })
}

#[cfg(test)]
mod tests {
    use super::super::code::Syntax;
    use super::*;

    fn of(expression: &str, files: &[(&str, &str)]) -> Option<String> {
        let files: Vec<Code> = files
            .iter()
            .map(|(path, text)| Code::new((*path).into(), text, Syntax::Go))
            .collect();
        text(expression, &files[0], 0, &files).map(|it| it.value)
    }

    #[test]
    fn constants_of_every_language_are_followed() {
        for text in [
            "const Queue = \"orders\"",
            "const (\n\tQueue string = \"orders\"\n)",
            "Queue := \"orders\"",
            "Queue: str = 'orders'",
            "Queue: Final[str] = 'orders'",
            "export const Queue = 'orders' as const;",
            "export const Queue: string = 'orders';",
            "static final String Queue = \"orders\";",
            "const val Queue = \"orders\"",
            "pub const Queue: &'static str = \"orders\";",
            "Queue = os.environ.get(\"TEMPORAL_TASK_QUEUE\", \"orders\")",
            "const Queue = process.env.TEMPORAL_TASK_QUEUE ?? 'orders';",
            "const Queue = process.env.QUEUE || 'orders';",
            "Queue := os.Getenv(\"Q\")\nQueue == \"no\"\n Queue = \"orders\"",
            "if Queue == \"no\" {}\nvar Queue = Other\nconst Other = \"orders\"",
        ] {
            let found = of("Queue", &[("a.go", text)]);
            assert_eq!(found.as_deref(), Some("orders"), "{text}");
        }
    }

    #[test]
    fn the_same_folder_comes_before_all_others_which_must_agree() {
        let files = [
            ("a/a.go", ""),
            ("a/b.go", "const Queue = \"near\""),
            ("c/c.go", "const Queue = \"far\""),
        ];
        assert_eq!(of("shared.Queue", &files).as_deref(), Some("near"));
        let files = [
            ("a.go", ""),
            ("b/b.go", "const Queue = \"one\""),
            ("c/c.go", "const Queue = \"other\""),
        ];
        assert_eq!(of("shared.Queue", &files), None);
        assert_eq!(of("b::Queue", &files[..2]).as_deref(), Some("one"));
    }

    #[test]
    fn what_is_not_simple_has_no_value() {
        for expression in [
            "\"a\" + b",
            "f(x)",
            "",
            "\"\"",
            "os.Getenv(\"QUEUE\")",
            "a[0]",
        ] {
            assert_eq!(of(expression, &[("a.go", "")]), None, "{expression}");
        }
        let endless = [("a.go", "A = B\nB = A\nA = x.A")];
        assert_eq!(of("A", &endless), None);
    }

    #[test]
    fn a_search_ends_soon_whatever_the_sources_say() {
        let text: Vec<String> = (0..20_000)
            .map(|number| format!("Q = x.Q\nQ = Q{}\nQ{number} = Q\n", number % 100))
            .collect();
        let text = text.concat();
        assert_eq!(of("Q", &[("a.go", &text), ("b.go", &text)]), None);
    }
}
