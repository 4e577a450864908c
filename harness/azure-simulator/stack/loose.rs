//! Reads templates in loose JSON: with comments, unquoted names, single quotes, texts over several
//! lines and trailing commas. Azure Resource Manager accepts this in the body of a deployment, and
//! azure-cli sends it (`JsonCTemplatePolicy` of azure-cli 2.91).

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value;

/// Parses loose JSON.
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&strict(text)))
        .ok()
}

/// Rewrites loose JSON as strict JSON. Other text stays invalid.
fn strict(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            '/' if matches!(rest.peek(), Some('/' | '*')) => skip_comment(&mut rest),
            '"' | '\'' => copy_text(first, &mut rest, &mut out),
            '}' | ']' => {
                if out.trim_end().ends_with(',') {
                    out.truncate(out.trim_end().len() - 1);
                }
                out.push(first);
            }
            first if first.is_alphabetic() || "_$".contains(first) => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| c.is_alphanumeric() || "_$".contains(*c)) {
                    word.push(next);
                }
                let value = ["true", "false", "null"].contains(&word.as_str());
                let quote = if value { "" } else { "\"" };
                out.extend([quote, &word, quote]);
            }
            // The exponent is a part of the number.
            first if first.is_ascii_digit() || first == '-' => {
                out.push(first);
                while let Some(next) = rest.next_if(|c| c.is_ascii_digit() || "+-.eE".contains(*c))
                {
                    out.push(next);
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn skip_comment(rest: &mut Peekable<Chars<'_>>) {
    if rest.next() == Some('/') {
        while rest.next_if(|c| *c != '\n').is_some() {}
        return;
    }
    let mut before = ' ';
    for next in rest.by_ref() {
        if (before, next) == ('*', '/') {
            return;
        }
        before = next;
    }
}

fn copy_text(quote: char, rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('"');
    while let Some(next) = rest.next() {
        match next {
            end if end == quote => {
                out.push('"');
                return;
            }
            '\\' => match rest.next() {
                Some('\'') => out.push('\''),
                Some(escaped) => out.extend(['\\', escaped]),
                None => {}
            },
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_in_loose_json_is_read() {
        let text = r#"{"properties": {"mode": "Incremental", template:{
            // what it is for
            "a": 'it\'s "b"', /* and * more */ c: [1e3, -2.5, true, null,],
            "url": "https://x/*not a comment*/",
            "long": "one
two",
        }}}"#;
        let wanted = json!({"properties": {"mode": "Incremental", "template": {
            "a": "it's \"b\"", "c": [1000.0, -2.5, true, null],
            "url": "https://x/*not a comment*/", "long": "one\ntwo",
        }}});
        assert_eq!(read(text), Some(wanted));
        for text in ["", "{", "{a}", "{'a': }", "{a: b c}", "/* {} "] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn strict_json_does_not_change(texts in prop::collection::vec(any::<String>(), 0..4), number: f64) {
            prop_assume!(number.is_finite());
            let document = json!({"texts": texts, "number": number});
            let written = serde_json::to_string_pretty(&document).expect("JSON");
            let again: Value = serde_json::from_str(&strict(&written)).expect("JSON");
            prop_assert_eq!(again, serde_json::from_str::<Value>(&written).expect("JSON"));
        }
    }
}
