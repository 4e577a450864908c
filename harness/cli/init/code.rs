//! A source file with its comments blanked, so that words in comments are not taken for code.
//!
//! This is no parser. It knows comments, strings and brackets, which is enough to find a call and
//! its arguments.

use camino::{Utf8Path, Utf8PathBuf};

use super::suggestion::Evidence;
use super::tree::Tree;

/// How many places of a word are looked at in a file.
const MOST_WORDS: usize = 1000;

/// The longest list of arguments, and the longest statement, in bytes.
const LONGEST: usize = 16 * 1024;

/// The lexical rules of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Go,
    Java,
    Python,
    Rust,
    Script,
}

/// The code of a file. Comments, and strings of several lines in Python and Java, are blanks.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) path: Utf8PathBuf,
    pub(super) text: String,
    pub(super) syntax: Syntax,
}

/// A call: its position, and the text of each argument.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) at: usize,
    pub(super) arguments: Vec<&'a str>,
}

impl Code {
    pub(super) fn new(path: &Utf8Path, text: &str, syntax: Syntax) -> Self {
        Self {
            path: path.to_owned(),
            text: without_comments(text, syntax),
            syntax,
        }
    }

    /// The files with one of these extensions.
    pub(super) fn of(tree: &Tree, extensions: &[&str], syntax: Syntax) -> Vec<Self> {
        let files = tree.with_extensions(extensions);
        files
            .map(|(path, text)| Self::new(path, text, syntax))
            .collect()
    }

    /// The text between the beginning of a line and a position in it.
    pub(super) fn line_before(&self, at: usize) -> &str {
        self.text[..at].rsplit('\n').next().unwrap_or_default()
    }

    /// The line of a position.
    pub(super) fn evidence(&self, at: usize) -> Evidence {
        let line = self.text[..at].matches('\n').count() + 1;
        let path = self.path.clone();
        Evidence { path, line }
    }

    /// The first places of a word. Letters, digits and `_` beside it make it another word.
    pub(super) fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.text.as_bytes();
        let found = self.text.match_indices(word).map(|(at, _)| at);
        let found = found.filter(move |at| {
            let before = at.checked_sub(1).and_then(|it| bytes.get(it));
            let after = bytes.get(at + word.len());
            let begins = word.starts_with(is_part) && before.is_some_and(|it| is_part(*it as char));
            let ends = word.ends_with(is_part) && after.is_some_and(|it| is_part(*it as char));
            !begins && !ends
        });
        found.take(MOST_WORDS)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words(word).next().is_some()
    }

    /// The calls of a function.
    pub(super) fn calls<'a>(&'a self, function: &'a str) -> impl Iterator<Item = Call<'a>> + 'a {
        self.words(function).filter_map(move |at| {
            let open = self.text[at + function.len()..].find(|it: char| !it.is_whitespace())?;
            let open = at + function.len() + open;
            let arguments = self.text[open..].starts_with('(');
            arguments.then(|| Call {
                at,
                arguments: self.items(open),
            })
        })
    }

    /// The text from a position to the end of its statement, at most, and of a bounded length.
    pub(super) fn statement(&self, at: usize) -> &str {
        let rest = &self.text[at..];
        let rest = &rest[..rest.floor_char_boundary(LONGEST)];
        rest.split(';').next().unwrap_or_default()
    }

    /// The texts between the bracket at `open` and its partner, separated by commas.
    pub(super) fn items(&self, open: usize) -> Vec<&str> {
        let mut items = Vec::new();
        let (mut depth, mut start) = (0_usize, open + 1);
        let end = self.text.floor_char_boundary(open + LONGEST);
        let bytes = &self.text.as_bytes()[..end];
        let mut at = open;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        items.push(self.text[start..at].trim());
                        break;
                    }
                }
                b',' if depth == 1 => {
                    items.push(self.text[start..at].trim());
                    start = at + 1;
                }
                _ => {
                    if let Some(end) = string_end(bytes, at, self.syntax) {
                        at = end;
                        continue;
                    }
                }
            }
            at += 1;
        }
        items.retain(|item| !item.is_empty());
        items
    }
}

/// The value of an argument that is written as `key = value`.
pub(super) fn keyword<'a>(argument: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = argument.split_once('=')?;
    (found.trim() == key).then_some(value)
}

/// Whether a character can be in a name.
pub(super) fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The name at the beginning of a text.
pub(super) fn name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.find(|it: char| !is_part(it)).unwrap_or(text.len());
    let name = &text[..end];
    (!name.is_empty() && !name.starts_with(|it: char| it.is_ascii_digit())).then_some(name)
}

/// The string that a text begins with, and what follows it. A string with escapes or with parts to
/// fill in is not plain.
pub(super) fn literal(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next()?;
    if !matches!(quote, '"' | '\'' | '`') {
        return None;
    }
    let (value, rest) = text[1..].split_once(quote)?;
    let is_filled = quote == '`' && value.contains("${");
    let is_plain = !is_filled && !value.contains(['\\', '\n']);
    is_plain.then_some((value, rest))
}

/// Every plain string in a text.
pub(super) fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        match literal(&rest[at..]) {
            Some((value, after)) => {
                found.push(value);
                rest = after;
            }
            None => rest = &rest[at + 1..],
        }
    }
    found
}

fn without_comments(text: &str, syntax: Syntax) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if let Some(length) = comment(rest, syntax) {
            blank(&mut bytes[at..at + length]);
            at += length;
        } else if let Some(end) = string_end(&bytes, at, syntax) {
            at = end;
        } else {
            at += 1;
        }
    }
    String::from_utf8(bytes).expect("only whole comments were replaced, by ASCII")
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The length of the comment that the bytes begin with.
fn comment(bytes: &[u8], syntax: Syntax) -> Option<usize> {
    let line = || {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        end.unwrap_or(bytes.len())
    };
    let until = |length: usize, end: &[u8]| {
        let found = bytes[length..]
            .windows(end.len())
            .position(|window| window == end);
        found.map_or(bytes.len(), |found| length + found + end.len())
    };
    match syntax {
        Syntax::Python if bytes.starts_with(b"#") => Some(line()),
        Syntax::Java | Syntax::Python if bytes.starts_with(b"\"\"\"") => Some(until(3, b"\"\"\"")),
        Syntax::Python if bytes.starts_with(b"'''") => Some(until(3, b"'''")),
        Syntax::Python => None,
        _ if bytes.starts_with(b"//") => Some(line()),
        _ if bytes.starts_with(b"/*") => Some(until(2, b"*/")),
        _ => None,
    }
}

/// The end of the string that begins at a position. A string in quotes ends with its line.
fn string_end(bytes: &[u8], at: usize, syntax: Syntax) -> Option<usize> {
    let quote = bytes[at];
    let is_long = quote == b'`' && matches!(syntax, Syntax::Go | Syntax::Script);
    let is_string = match quote {
        b'"' => true,
        // In Rust it also begins a lifetime.
        b'\'' => syntax != Syntax::Rust || is_rust_character(&bytes[at..]),
        _ => is_long,
    };
    if !is_string {
        return None;
    }
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' if !(is_long && syntax == Syntax::Go) => end += 1,
            b'\n' if !is_long => return Some(end),
            byte if *byte == quote => return Some(end + 1),
            _ => {}
        }
        end += 1;
    }
    Some(bytes.len())
}

fn is_rust_character(bytes: &[u8]) -> bool {
    bytes.get(1) == Some(&b'\\') || bytes.get(2) == Some(&b'\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, syntax: Syntax) -> Code {
        Code::new("a".into(), text, syntax)
    }

    #[test]
    fn words_in_comments_are_not_code_and_lines_stay() {
        for (text, syntax) in [
            ("// worker.New(a)\nx", Syntax::Go),
            ("/* worker.New(a)\n */ x", Syntax::Java),
            ("# worker.New(a)\nx", Syntax::Python),
            ("\"\"\"worker.New(a)\nä\"\"\" x", Syntax::Python),
            ("s = '#'; // worker.New(a) ü\nx", Syntax::Script),
        ] {
            let code = code(text, syntax);
            assert_eq!(code.calls("worker.New").count(), 0, "{text}");
            let x = code.words("x").next().expect("it is code");
            assert_eq!(code.evidence(x).line, 2, "{text}");
        }
    }

    #[test]
    fn a_comment_sign_in_a_string_begins_no_comment() {
        let code = code(r#"a("http://x", `/*`, 'b'); c()"#, Syntax::Script);
        let call = code.calls("a").next().expect("a call");
        assert_eq!(call.arguments, [r#""http://x""#, "`/*`", "'b'"]);
        assert!(code.has("c"));
    }

    #[test]
    fn arguments_are_split_at_the_commas_of_the_call_only() {
        let text = "worker.New ( c,\n \"a,(b\", worker.Options{A: 1, B: f(2, 3)}, )";
        let code = code(text, Syntax::Go);
        let call = code.calls("worker.New").next().expect("a call");
        let expected = ["c", "\"a,(b\"", "worker.Options{A: 1, B: f(2, 3)}"];
        assert_eq!(call.arguments, expected);
        assert_eq!(code.calls("New").count(), 1, "a word ends at a dot");
        assert_eq!(code.calls("orker.New").count(), 0);
    }

    #[test]
    fn a_lifetime_begins_no_string() {
        let code = code("fn a<'a>(b: &'a str, c: char) { d('\"', e) }", Syntax::Rust);
        let call = code.calls("d").next().expect("a call");
        assert_eq!(call.arguments, ["'\"'", "e"]);
    }

    #[test]
    fn only_plain_strings_are_values() {
        assert_eq!(literal(" 'a' + b"), Some(("a", " + b")));
        assert_eq!(literal("\"a\\n\""), None);
        assert_eq!(literal("`a${b}`"), None);
        assert_eq!(literal("a"), None);
        assert_eq!(literals("get('A', \"b\")"), ["A", "b"]);
    }

    #[test]
    fn text_that_breaks_off_is_no_problem() {
        for text in ["a(", "a(\"", "a('b", "/*", "\"\"\"", "a(`", "a(b\\"] {
            for syntax in [
                Syntax::Go,
                Syntax::Java,
                Syntax::Python,
                Syntax::Rust,
                Syntax::Script,
            ] {
                let code = code(text, syntax);
                let _ = code.calls("a").count();
            }
        }
    }
}
