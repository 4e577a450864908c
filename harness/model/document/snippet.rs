//! Shows the line of an error with the error underlined.

use serde_saphyr::Error;
use unicode_width::UnicodeWidthChar as _;

use super::Position;

/// Renders the line of `position` with carets below it. Returns `None` if the document has no such
/// line.
pub(super) fn render(text: &str, position: Position) -> Option<String> {
    let line = line(text, position.line)?;
    let before = position.column.saturating_sub(1);
    // The text below a character must be as wide as the character.
    let under = |character: char, mark: &str| match character {
        '\t' => '\t'.to_string(),
        _ => mark.repeat(character.width().unwrap_or(1)),
    };
    let characters = || line.chars().chain(std::iter::repeat(' '));
    let indent: String = characters().take(before).map(|it| under(it, " ")).collect();
    let room = line.trim_end().chars().count().saturating_sub(before);
    let marked = characters().skip(before).take(position.length.min(room));
    let carets: String = marked.map(|it| under(it, "^").replace('\t', "^")).collect();
    let carets = if carets.is_empty() { "^" } else { &carets };
    let number = position.line.to_string();
    let gutter = " ".repeat(number.len());
    let line = line.trim_end();
    Some(format!(
        "{gutter} |\n{number} | {line}\n{gutter} | {indent}{carets}"
    ))
}

/// The position of an error. If Serde rejects a value, the parser only knows the position of its
/// key; the value follows the key on the line.
pub(super) fn locate(error: &Error, text: &str, position: Position) -> Position {
    let beside = match error {
        Error::WithSnippet { error, .. } => return locate(error, text, position),
        Error::SerdeUnknownVariant { variant, .. } => cut(text, position) != Some(variant),
        Error::SerdeInvalidType { .. } | Error::SerdeInvalidValue { .. } => true,
        // The parser reports the key that it read last, which can be anywhere in the map.
        Error::SerdeMissingField { .. } => return first_key(text, position).unwrap_or(position),
        _ => false,
    };
    let value = beside.then(|| value_after(text, position)).flatten();
    value.unwrap_or(position)
}

/// A line by its number, counted from 1. Lines end as in YAML. A byte order mark at the start of
/// the document is not part of the line.
fn line(text: &str, number: usize) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    let found = lines.nth(number.checked_sub(1)?)?;
    // A text that ends with a line break has no line after it.
    (!found.is_empty() || lines.next().is_some()).then_some(found)
}

/// The first key of a document.
pub(super) fn top(text: &str) -> Option<Position> {
    (1..)
        .map_while(|number| Some((number, line(text, number)?)))
        .find(|(_, line)| {
            let content = line.trim();
            let mark = ["#", "%", "---"]
                .iter()
                .any(|mark| content.starts_with(mark));
            !content.is_empty() && !mark
        })
        .map(|(number, line)| key(line, number, 1 + line.len() - line.trim_start().len()))
}

/// The first key of the map that contains the key `last`, if the map is in block style.
fn first_key(text: &str, last: Position) -> Option<Position> {
    let column = last.column;
    let mut first = None;
    for number in (1..=last.line).rev() {
        let line = line(text, number)?;
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if column == 1 && (content.starts_with('%') || content.starts_with("---")) {
            break;
        }
        let indent = 1 + line.chars().count() - content.chars().count();
        // The first key of a list item comes after the dash.
        let inner = content.trim_start_matches(['-', ' ']);
        let start = 1 + line.chars().count() - inner.chars().count();
        if indent == column || start == column {
            first = Some(key(line, number, column));
        }
        if indent < column {
            break;
        }
    }
    first
}

/// The position of a key that begins at a column.
fn key(line: &str, number: usize, column: usize) -> Position {
    let written = line.chars().skip(column - 1);
    Position {
        line: number,
        column,
        length: written.take_while(|letter| *letter != ':').count(),
    }
}

/// The position of the value of a key, if the value begins on the line of the key.
fn value_after(text: &str, key: Position) -> Option<Position> {
    let line = line(text, key.line)?;
    let before = key.column.checked_sub(1)?.checked_add(key.length)?;
    let after: String = line.chars().skip(before).collect();
    let gap = after.strip_prefix(':')?;
    let value = gap.trim_start();
    let end = match value.chars().next()? {
        '#' => return None,
        '[' | '{' => 1,
        _ => [value.find([',', '}', ']']), value.find(" #")]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(value.len()),
    };
    let skipped = 1 + gap.len() - value.len();
    Some(Position {
        line: key.line,
        column: key.column + key.length + skipped,
        length: value[..end].trim_end().chars().count(),
    })
}

/// The text at `position`, up to the end of its line.
pub(super) fn cut(text: &str, position: Position) -> Option<&str> {
    let line = line(text, position.line)?;
    let offset = |characters: usize| {
        line.char_indices()
            .nth(characters)
            .map_or(line.len(), |(offset, _)| offset)
    };
    let start = position.column.checked_sub(1)?;
    let found = line.get(offset(start)..offset(start.saturating_add(position.length)))?;
    Some(found).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_range_ends_with_its_line() {
        let position = Position {
            line: 2,
            column: 4,
            length: 100,
        };
        insta::assert_snapshot!(render("a: 1\nbé: [1,\n 2]", position).unwrap_or_default(), @r"
          |
        2 | bé: [1,
          |    ^^^^
        ");
    }

    #[test]
    fn wide_characters_get_wide_underlines_and_a_byte_order_mark_is_not_a_column() {
        let position = Position {
            line: 1,
            column: 4,
            length: 2,
        };
        insta::assert_snapshot!(render("\u{feff}a: 名前 x", position).unwrap_or_default(), @r"
          |
        1 | a: 名前 x
          |    ^^^^
        ");
        let position = Position {
            line: 1,
            column: 4,
            length: 1,
        };
        insta::assert_snapshot!(render("名: x", position).unwrap_or_default(), @r"
          |
        1 | 名: x
          |     ^
        ");
    }

    #[test]
    fn lines_end_as_in_yaml() {
        for text in ["a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r", "a: 1\nb: 2"] {
            assert_eq!(line(text, 2), Some("b: 2"), "{text:?}");
            assert_eq!(line(text, 3), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_position_of_any_text_panics(
            text in "[a\té\n ]{0,20}",
            line in 0..6_usize,
            column in 0..9_usize,
            length in 0..9_usize,
        ) {
            let position = Position { line, column, length };
            prop_assert_eq!(render(&text, position).is_some(), line > 0 && line <= text.lines().count());
            if let Some(found) = cut(&text, position) {
                prop_assert!(text.contains(found));
            }
        }
    }
}
