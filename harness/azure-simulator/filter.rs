//! `$filter` of a list: comparisons, joined by `and` and `or`.
//!
//! <https://learn.microsoft.com/rest/api/resources/resources/list>,
//! <https://learn.microsoft.com/graph/filter-query-parameter>

use super::message::Request;
use super::refusal::Refusal;

/// What a list is narrowed down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// A field is a value.
    Is(String, String),
    /// A field is not a value.
    IsNot(String, String),
    /// A field contains a text.
    Contains(String, String),
    /// A field begins with a text.
    Begins(String, String),
    /// A function without a field, such as `atScope()`, with what it is given: one that is given
    /// nothing asks whether there is the field of its name.
    Call(String, Option<String>),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// Either.
    Or(Box<Filter>, Box<Filter>),
}

impl Filter {
    /// The filter of a request, which may speak of these fields and functions: `name`, `name()` or
    /// `name('')`.
    pub(super) fn of(request: &Request, known: &[&str]) -> Result<Option<Self>, Refusal> {
        let Some(text) = request.query("$filter").filter(|it| !it.trim().is_empty()) else {
            return Ok(None);
        };
        let read = tokens(&text).and_then(|tokens| {
            let mut rest = tokens.as_slice();
            let filter = either(&mut rest)?;
            rest.is_empty().then_some(filter)
        });
        let read = read.filter(|filter| filter.speaks_of(known));
        read.map(Some).ok_or_else(|| invalid(request))
    }

    fn speaks_of(&self, known: &[&str]) -> bool {
        match self {
            Self::Is(field, _)
            | Self::IsNot(field, _)
            | Self::Contains(field, _)
            | Self::Begins(field, _) => known.contains(&field.as_str()),
            Self::Call(name, None) => known.contains(&format!("{name}()").as_str()),
            Self::Call(name, Some(_)) => known.contains(&format!("{name}('')").as_str()),
            Self::And(one, other) | Self::Or(one, other) => {
                one.speaks_of(known) && other.speaks_of(known)
            }
        }
    }

    /// Whether something passes; `value` is what it has of a field.
    pub(super) fn passes(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        let lower = |field: &str| value(field).map(|it| it.to_lowercase());
        match self {
            Self::Is(field, wanted) | Self::Call(field, Some(wanted)) => {
                lower(field).is_some_and(|it| it == wanted.to_lowercase())
            }
            Self::IsNot(field, wanted) => lower(field).is_none_or(|it| it != wanted.to_lowercase()),
            Self::Contains(field, part) => {
                lower(field).is_some_and(|it| it.contains(&part.to_lowercase()))
            }
            Self::Begins(field, part) => {
                lower(field).is_some_and(|it| it.starts_with(&part.to_lowercase()))
            }
            Self::Call(name, None) => value(name).is_some(),
            Self::And(one, other) => one.passes(value) && other.passes(value),
            Self::Or(one, other) => one.passes(value) || other.passes(value),
        }
    }

    /// Whether a field is only to begin with a text.
    pub(super) fn begins(&self, name: &str) -> bool {
        match self {
            Self::Begins(field, _) => field == name,
            Self::And(one, other) | Self::Or(one, other) => one.begins(name) || other.begins(name),
            _ => false,
        }
    }

    /// What a field has to be, wherever it stands.
    pub(super) fn wanted(&self, name: &str) -> Option<&str> {
        match self {
            Self::Is(field, value) | Self::Begins(field, value) if field == name => Some(value),
            Self::And(one, other) | Self::Or(one, other) => {
                one.wanted(name).or_else(|| other.wanted(name))
            }
            _ => None,
        }
    }
}

/// What is said of a filter that is none.
pub(super) fn invalid(request: &Request) -> Refusal {
    let text = request.query("$filter").unwrap_or_default();
    let message = format!("Invalid $filter '{text}' specified in the query string.");
    Refusal::bad("InvalidFilterInQueryString", message)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

/// Nothing where a text does not end.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '(' | ')' | ',' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
                &rest[1..]
            }
            '\'' => {
                let (text, after) = quoted(&rest[1..])?;
                tokens.push(Token::Text(text));
                after
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || "(),'".contains(c);
                let end = rest.find(ends).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_lowercase()));
                &rest[end..]
            }
        };
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// A text up to its closing quote, which is written twice where it is meant, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('\'')?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

fn either(rest: &mut &[Token]) -> Option<Filter> {
    let mut filter = both(rest)?;
    while word(rest, "or") {
        filter = Filter::Or(Box::new(filter), Box::new(both(rest)?));
    }
    Some(filter)
}

fn both(rest: &mut &[Token]) -> Option<Filter> {
    let mut filter = one(rest)?;
    while word(rest, "and") {
        filter = Filter::And(Box::new(filter), Box::new(one(rest)?));
    }
    Some(filter)
}

fn word(rest: &mut &[Token], wanted: &str) -> bool {
    match rest {
        [Token::Word(word), after @ ..] if word == wanted => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn one(rest: &mut &[Token]) -> Option<Filter> {
    use Token::{Close, Comma, Open, Text, Word};
    let (filter, after) = match rest {
        [Open, after @ ..] => {
            *rest = after;
            let filter = either(rest)?;
            let [Close, after @ ..] = rest else {
                return None;
            };
            (filter, after)
        }
        [
            Word(name),
            Open,
            Text(part),
            Comma,
            Word(field),
            Close,
            after @ ..,
        ] if name == "substringof" => (Filter::Contains(field.clone(), part.clone()), after),
        [
            Word(name),
            Open,
            Word(field),
            Comma,
            Text(part),
            Close,
            after @ ..,
        ] if name == "startswith" => (Filter::Begins(field.clone(), part.clone()), after),
        // One of the values of a field, as in `servicePrincipalNames/any(c:c eq 'x')`.
        [
            Word(name),
            Open,
            Word(each),
            Word(how),
            Text(value),
            Close,
            after @ ..,
        ] if how == "eq" && each.split_once(':').is_some_and(|(of, it)| of == it) => {
            let field = name.strip_suffix("/any")?.to_owned();
            (Filter::Is(field, value.clone()), after)
        }
        [Word(name), Open, Close, after @ ..] => (Filter::Call(name.clone(), None), after),
        [Word(name), Open, Text(given), Close, after @ ..] => {
            (Filter::Call(name.clone(), Some(given.clone())), after)
        }
        [Word(field), Word(how), Text(value), after @ ..] => {
            let (field, value) = (field.clone(), value.clone());
            match how.as_str() {
                "eq" => (Filter::Is(field, value), after),
                "ne" => (Filter::IsNot(field, value), after),
                _ => return None,
            }
        }
        _ => return None,
    };
    *rest = after;
    Some(filter)
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;

    fn read(text: &str) -> Result<Option<Filter>, Refusal> {
        let mut url = Url::parse("https://cloud/").expect("an address");
        url.query_pairs_mut().append_pair("$filter", text);
        Filter::of(
            &Request::new("GET", url),
            &["name", "location", "atscope()", "assignedto('')"],
        )
    }

    fn passes(text: &str, name: &str) -> bool {
        let filter = read(text).expect("sound").expect("one");
        let has = |field: &str| match field {
            "name" => Some(name.to_owned()),
            "assignedto" => Some("X".to_owned()),
            "atscope" => (name != "elsewhere").then(String::new),
            _ => None,
        };
        filter.passes(&has)
    }

    #[test]
    fn comparisons_are_joined_as_they_are_written() {
        assert!(passes("name eq 'a'", "A"));
        assert!(passes("NAME ne 'a'", "b"));
        assert!(passes("name eq 'a' or name eq 'b' and name eq 'c'", "a"));
        assert!(!passes("(name eq 'a' or name eq 'b') and name eq 'c'", "a"));
        assert!(passes("substringof('ell', name)", "hello"));
        assert!(passes("startswith(name,'it''s')", "it's here"));
        assert!(passes("atScope() and assignedTo('x')", "any"));
        assert!(!passes("atScope() and assignedTo('y')", "any"));
        assert!(!passes("atScope() and assignedTo('x')", "elsewhere"));
        assert!(passes("atScope() or assignedTo('x')", "elsewhere"));
        assert!(passes("name/any(n:n eq 'a')", "A"));
        assert!(!passes("name/any(n:n eq 'a')", "b"));
        assert!(!passes("location eq 'a'", "a"));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        assert_eq!(read("  "), Ok(None));
        for text in [
            "name",
            "name eq",
            "name eq a",
            "name eq 'a",
            "name gt 'a'",
            "owner eq 'a'",
            "name eq 'a' name eq 'b'",
            "(name eq 'a'",
            "atScope",
            "atScope('x')",
            "atScope eq 'x'",
            "assignedTo()",
            "name('a')",
            "name/all(n:n eq 'a')",
            "name/any(n:m eq 'a')",
            "not name eq 'a'",
        ] {
            let refusal = read(text).expect_err(text);
            assert_eq!(refusal.code, "InvalidFilterInQueryString");
        }
    }
}
