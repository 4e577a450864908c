//! `$filter` of a list: comparisons joined by `and` and `or`.
//!
//! <https://learn.microsoft.com/rest/api/resources/resources/list>,
//! <https://learn.microsoft.com/graph/filter-query-parameter>

use super::message::Request;
use super::refusal::Refusal;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// A field equals a value.
    Equals(String, String),
    /// A field differs from a value.
    Differs(String, String),
    /// A field contains a text.
    Contains(String, String),
    /// A field starts with a text.
    StartsWith(String, String),
    /// A function, such as `atScope()`, and its argument. Without an argument, it passes if the
    /// item has the field of that name.
    Call(String, Option<String>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
}

impl Filter {
    /// Parses the filter of a request. `known` lists the fields and functions that it may use:
    /// `name`, `name()` or `name('')`.
    pub(super) fn of(request: &Request, known: &[&str]) -> Result<Option<Self>, Refusal> {
        let Some(text) = request.query("$filter").filter(|it| !it.trim().is_empty()) else {
            return Ok(None);
        };
        let read = tokens(&text).and_then(|tokens| {
            let mut rest = tokens.as_slice();
            let filter = parse_or(&mut rest)?;
            rest.is_empty().then_some(filter)
        });
        let read = read.filter(|filter| filter.uses_only(known));
        read.map(Some).ok_or_else(|| invalid(request))
    }

    fn uses_only(&self, known: &[&str]) -> bool {
        match self {
            Self::Equals(field, _)
            | Self::Differs(field, _)
            | Self::Contains(field, _)
            | Self::StartsWith(field, _) => known.contains(&field.as_str()),
            Self::Call(name, None) => known.contains(&format!("{name}()").as_str()),
            Self::Call(name, Some(_)) => known.contains(&format!("{name}('')").as_str()),
            Self::And(one, other) | Self::Or(one, other) => {
                one.uses_only(known) && other.uses_only(known)
            }
        }
    }

    /// Whether an item passes. `value` returns its value of a field.
    pub(super) fn passes(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        let lower = |field: &str| value(field).map(|it| it.to_lowercase());
        match self {
            Self::Equals(field, wanted) | Self::Call(field, Some(wanted)) => {
                lower(field).is_some_and(|it| it == wanted.to_lowercase())
            }
            Self::Differs(field, wanted) => {
                lower(field).is_none_or(|it| it != wanted.to_lowercase())
            }
            Self::Contains(field, part) => {
                lower(field).is_some_and(|it| it.contains(&part.to_lowercase()))
            }
            Self::StartsWith(field, part) => {
                lower(field).is_some_and(|it| it.starts_with(&part.to_lowercase()))
            }
            Self::Call(name, None) => value(name).is_some(),
            Self::And(one, other) => one.passes(value) && other.passes(value),
            Self::Or(one, other) => one.passes(value) || other.passes(value),
        }
    }

    /// Whether the filter compares the start of this field.
    pub(super) fn compares_start(&self, name: &str) -> bool {
        match self {
            Self::StartsWith(field, _) => field == name,
            Self::And(one, other) | Self::Or(one, other) => {
                one.compares_start(name) || other.compares_start(name)
            }
            _ => false,
        }
    }

    /// The value that the filter wants for a field, at any depth.
    pub(super) fn wanted(&self, name: &str) -> Option<&str> {
        match self {
            Self::Equals(field, value) | Self::StartsWith(field, value) if field == name => {
                Some(value)
            }
            Self::And(one, other) | Self::Or(one, other) => {
                one.wanted(name).or_else(|| other.wanted(name))
            }
            _ => None,
        }
    }
}

/// The refusal of an invalid filter.
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

/// Returns `None` if a quoted text has no end.
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

/// Splits a text at its closing quote. A doubled quote stands for one quote.
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

fn parse_or(rest: &mut &[Token]) -> Option<Filter> {
    let mut filter = parse_and(rest)?;
    while take_word(rest, "or") {
        filter = Filter::Or(Box::new(filter), Box::new(parse_and(rest)?));
    }
    Some(filter)
}

fn parse_and(rest: &mut &[Token]) -> Option<Filter> {
    let mut filter = parse_one(rest)?;
    while take_word(rest, "and") {
        filter = Filter::And(Box::new(filter), Box::new(parse_one(rest)?));
    }
    Some(filter)
}

fn take_word(rest: &mut &[Token], wanted: &str) -> bool {
    match rest {
        [Token::Word(word), after @ ..] if word == wanted => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn parse_one(rest: &mut &[Token]) -> Option<Filter> {
    use Token::{Close, Comma, Open, Text, Word};
    let (filter, after) = match rest {
        [Open, after @ ..] => {
            *rest = after;
            let filter = parse_or(rest)?;
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
        ] if name == "startswith" => (Filter::StartsWith(field.clone(), part.clone()), after),
        // Any value of a list field, as in `servicePrincipalNames/any(c:c eq 'x')`.
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
            (Filter::Equals(field, value.clone()), after)
        }
        [Word(name), Open, Close, after @ ..] => (Filter::Call(name.clone(), None), after),
        [Word(name), Open, Text(given), Close, after @ ..] => {
            (Filter::Call(name.clone(), Some(given.clone())), after)
        }
        [Word(field), Word(how), Text(value), after @ ..] => {
            let (field, value) = (field.clone(), value.clone());
            match how.as_str() {
                "eq" => (Filter::Equals(field, value), after),
                "ne" => (Filter::Differs(field, value), after),
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
        let filter = read(text).expect("a valid filter").expect("a filter");
        let has = |field: &str| match field {
            "name" => Some(name.to_owned()),
            "assignedto" => Some("X".to_owned()),
            "atscope" => (name != "elsewhere").then(String::new),
            _ => None,
        };
        filter.passes(&has)
    }

    #[test]
    fn and_binds_stronger_than_or_and_parentheses_group() {
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
    fn invalid_filters_are_refused() {
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
