//! The offending line of a document, underlined.

use serde_saphyr::Error;
use unicode_width::UnicodeWidthChar as _;

use super::Place;

/// Renders the line of `place` with carets under it; `None` if the document has no such line.
pub(super) fn render(text: &str, place: Place) -> Option<String> {
    let line = line(text, place.line)?;
    let before = place.column.saturating_sub(1);
    // What stands under a character takes as much room as it.
    let under = |character: char, mark: &str| match character {
        '\t' => '\t'.to_string(),
        _ => mark.repeat(character.width().unwrap_or(1)),
    };
    let characters = || line.chars().chain(std::iter::repeat(' '));
    let indent: String = characters().take(before).map(|it| under(it, " ")).collect();
    let room = line.trim_end().chars().count().saturating_sub(before);
    let offence = characters().skip(before).take(place.length.min(room));
    let carets: String = offence
        .map(|it| under(it, "^").replace('\t', "^"))
        .collect();
    let carets = if carets.is_empty() { "^" } else { &carets };
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let line = line.trim_end();
    Some(format!(
        "{gutter} |\n{number} | {line}\n{gutter} | {indent}{carets}"
    ))
}

/// The place of what is wrong: where Serde itself finds fault with a value, the parser only knows
/// its key, and the value is what follows it on the line.
pub(super) fn offence(error: &Error, text: &str, place: Place) -> Place {
    let beside = match error {
        Error::WithSnippet { error, .. } => return offence(error, text, place),
        Error::SerdeUnknownVariant { variant, .. } => cut(text, place) != Some(variant),
        Error::SerdeInvalidType { .. } | Error::SerdeInvalidValue { .. } => true,
        // The parser names the key that it read last, wherever in the map that is.
        Error::SerdeMissingField { .. } => return first_key(text, place).unwrap_or(place),
        _ => false,
    };
    let value = beside.then(|| value_after(text, place)).flatten();
    value.unwrap_or(place)
}

/// The line of a number, counted from 1, as YAML parts lines; what marks a file as Unicode is none of
/// it.
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
pub(super) fn top(text: &str) -> Option<Place> {
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

/// The first key of the map of a key, where the map is written in lines of its own.
fn first_key(text: &str, last: Place) -> Option<Place> {
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
        // The first key of an item stands behind its dash.
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

/// The place of a key that begins at a column.
fn key(line: &str, number: usize, column: usize) -> Place {
    let written = line.chars().skip(column - 1);
    Place {
        line: number,
        column,
        length: written.take_while(|letter| *letter != ':').count(),
    }
}

/// The value on the line of a key, if it begins there.
fn value_after(text: &str, key: Place) -> Option<Place> {
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
    Some(Place {
        line: key.line,
        column: key.column + key.length + skipped,
        length: value[..end].trim_end().chars().count(),
    })
}

/// The text at `place`, as far as it stands on one line.
pub(super) fn cut(text: &str, place: Place) -> Option<&str> {
    let line = line(text, place.line)?;
    let offset = |characters: usize| {
        line.char_indices()
            .nth(characters)
            .map_or(line.len(), |(offset, _)| offset)
    };
    let start = place.column.checked_sub(1)?;
    let found = line.get(offset(start)..offset(start.saturating_add(place.length)))?;
    Some(found).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_stretch_ends_with_its_line() {
        let place = Place {
            line: 2,
            column: 4,
            length: 100,
        };
        insta::assert_snapshot!(render("a: 1\nbé: [1,\n 2]", place).unwrap_or_default(), @r"
          |
        2 | bé: [1,
          |    ^^^^
        ");
    }

    #[test]
    fn what_is_wide_is_underlined_as_wide_and_a_mark_in_front_is_no_column() {
        let place = Place {
            line: 1,
            column: 4,
            length: 2,
        };
        insta::assert_snapshot!(render("\u{feff}a: 名前 x", place).unwrap_or_default(), @r"
          |
        1 | a: 名前 x
          |    ^^^^
        ");
        let place = Place {
            line: 1,
            column: 4,
            length: 1,
        };
        insta::assert_snapshot!(render("名: x", place).unwrap_or_default(), @r"
          |
        1 | 名: x
          |     ^
        ");
    }

    #[test]
    fn a_line_ends_as_yaml_has_it() {
        for text in ["a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r", "a: 1\nb: 2"] {
            assert_eq!(line(text, 2), Some("b: 2"), "{text:?}");
            assert_eq!(line(text, 3), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_place_of_any_text_is_survived(
            text in "[a\té\n ]{0,20}",
            line in 0..6_usize,
            column in 0..9_usize,
            length in 0..9_usize,
        ) {
            let place = Place { line, column, length };
            prop_assert_eq!(render(&text, place).is_some(), line > 0 && line <= text.lines().count());
            if let Some(found) = cut(&text, place) {
                prop_assert!(text.contains(found));
            }
        }
    }
}
