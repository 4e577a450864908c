//! The parameters of a workflow, and arguments to begin with.

use super::code::{Code, Syntax};

/// A workflow type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    pub name: String,
    /// The parameters of its function, without the context, each as `name: type` if it has a type;
    /// `None` if its function was not found.
    pub parameters: Option<Vec<String>>,
}

impl Workflow {
    /// Arguments of the right kinds, as a JSON list.
    pub fn sample(&self) -> Option<String> {
        let mut samples = Vec::new();
        let parameters = self.parameters.as_ref()?;
        for parameter in parameters {
            let is_optional = parameter.contains('=') || parameter.contains("?:");
            if is_optional || parameter.starts_with(['*', '/']) {
                break;
            }
            samples.push(sample(parameter));
        }
        Some(format!("[{}]", samples.join(", ")))
    }
}

/// Types of numbers, without their width.
const NUMBERS: [&str; 14] = [
    "byte", "double", "f", "float", "i", "int", "integer", "isize", "long", "number", "short", "u",
    "uint", "usize",
];

/// Types of points in time.
const TIMES: [&str; 4] = ["date", "datetime", "instant", "offsetdatetime"];

/// A value of the kind that a parameter has.
fn sample(parameter: &str) -> &'static str {
    let Some((_, kind)) = parameter.split_once(':') else {
        return "\"{{ name }}\"";
    };
    let kind = kind.to_lowercase();
    // Without the width, as in `int64`.
    let words: Vec<&str> = kind
        .split(|it: char| !it.is_ascii_alphanumeric())
        .map(|word| word.trim_end_matches(|it: char| it.is_ascii_digit()))
        .collect();
    let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(word));
    if kind.trim_start().starts_with('{') || has(&["dict", "map", "record"]) {
        "{}"
    } else if kind.contains("[]") || has(&["array", "list", "sequence", "tuple", "vec"]) {
        "[]"
    } else if has(&["str", "string"]) {
        "\"{{ name }}\""
    } else if has(&["uuid"]) {
        "\"00000000-0000-4000-8000-000000000000\""
    } else if has(&TIMES) || kind.ends_with("time.time") {
        "\"2026-01-01T00:00:00Z\""
    } else if has(&NUMBERS) || kind.ends_with("time.duration") {
        "1"
    } else if has(&["bool", "boolean"]) {
        "false"
    } else {
        "{}"
    }
}

/// The parameters in the first parentheses after a position, with the name before the type.
pub(super) fn parameters(code: &Code, from: usize) -> Option<Vec<String>> {
    let open = from + code.text[from..].find('(')?;
    let mut parameters: Vec<String> = Vec::new();
    let mut is_open = false;
    for item in code.items(open) {
        // A comma in `Map<String, Integer>` separates no parameters.
        match parameters.last_mut().filter(|_| is_open) {
            Some(last) => {
                last.push_str(", ");
                last.push_str(item);
            }
            None => parameters.push(item.to_owned()),
        }
        let last = parameters.last().map(|it| it.replace("=>", ""));
        let last = last.unwrap_or_default();
        is_open = last.matches('<').count() > last.matches('>').count();
    }
    match code.syntax {
        Syntax::Go => typed_after(&mut parameters),
        Syntax::Java => parameters.iter_mut().for_each(typed_before),
        Syntax::Python | Syntax::Rust | Syntax::Script => {}
    }
    Some(parameters)
}

/// In Go the type follows the name, and `a, b string` has the type of `a` after `b`.
fn typed_after(parameters: &mut [String]) {
    let mut kind = String::new();
    for parameter in parameters.iter_mut().rev() {
        if let Some((_, own)) = parameter.split_once(' ') {
            own.clone_into(&mut kind);
        }
        let name = parameter.split(' ').next().unwrap_or_default();
        *parameter = format!("{name}: {kind}");
    }
}

/// In Java the type precedes the name. In Kotlin it does not.
fn typed_before(parameter: &mut String) {
    if !parameter.contains(':')
        && let Some((kind, name)) = parameter.rsplit_once(char::is_whitespace)
    {
        *parameter = format!("{name}: {kind}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Syntax;
    use super::*;

    fn of(parameters_of: &str, syntax: Syntax) -> String {
        let code = Code::new("a".into(), &format!("f({parameters_of})"), syntax);
        let workflow = Workflow {
            name: "f".to_owned(),
            parameters: parameters(&code, 0),
        };
        workflow.sample().expect("it has a signature")
    }

    #[test]
    fn arguments_have_the_kinds_of_the_parameters() {
        use Syntax::{Go, Java, Python, Rust, Script};
        for (parameters, syntax, expected) in [
            ("", Go, "[]"),
            ("name: str, count: int", Python, "[\"{{ name }}\", 1]"),
            ("name, count: int", Python, "[\"{{ name }}\", 1]"),
            ("a, b string", Go, "[\"{{ name }}\", \"{{ name }}\"]"),
            ("order Order", Go, "[{}]"),
            ("list Order, id uint64", Go, "[{}, 1]"),
            ("ids []string", Go, "[[]]"),
            ("wait time.Duration", Go, "[1]"),
            ("at *time.Time", Go, "[\"2026-01-01T00:00:00Z\"]"),
            (
                "id: UUID",
                Python,
                "[\"00000000-0000-4000-8000-000000000000\"]",
            ),
            (
                "String name, final boolean dry",
                Java,
                "[\"{{ name }}\", false]",
            ),
            ("Map<String, List<String>> a, long b", Java, "[{}, 1]"),
            ("name: String, count: Int", Java, "[\"{{ name }}\", 1]"),
            (
                "options: { a: number, b: string }, c: number",
                Script,
                "[{}, 1]",
            ),
            ("entries: dict[str, int]", Python, "[{}]"),
            ("id: string, limit?: number", Script, "[\"{{ name }}\"]"),
            ("id: str, limit: int = 3", Python, "[\"{{ name }}\"]"),
            ("name", Script, "[\"{{ name }}\"]"),
            ("*args", Python, "[]"),
            ("order: Order", Rust, "[{}]"),
            ("id: &str, count: u32", Rust, "[\"{{ name }}\", 1]"),
        ] {
            assert_eq!(of(parameters, syntax), expected, "{parameters}");
        }
    }
}
