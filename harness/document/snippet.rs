//! The offending line of a document, underlined.

use serde_saphyr::Error;

use super::Place;

/// Renders the line of `place` with carets under it; `None` if the document has no such line.
pub(super) fn render(text: &str, place: Place) -> Option<String> {
    let line = text.lines().nth(place.line.checked_sub(1)?)?;
    let before = place.column.saturating_sub(1);
    // A tab takes as much room under the line as in it.
    let indent: String = line
        .chars()
        .chain(std::iter::repeat(' '))
        .take(before)
        .map(|character| if character == '\t' { '\t' } else { ' ' })
        .collect();
    let room = line.trim_end().chars().count().saturating_sub(before);
    let carets = "^".repeat(place.length.min(room).max(1));
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
        _ => false,
    };
    let value = beside.then(|| value_after(text, place)).flatten();
    value.unwrap_or(place)
}

/// The value on the line of a key, if it begins there.
fn value_after(text: &str, key: Place) -> Option<Place> {
    let line = text.lines().nth(key.line.checked_sub(1)?)?;
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
    let line = text.lines().nth(place.line.checked_sub(1)?)?;
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
