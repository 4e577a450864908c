//! Translates errors of the YAML parser into messages for authors of profiles and scenarios.

use std::borrow::Cow;

use serde_saphyr::{Error, MessageFormatter as _, UserMessageFormatter};

use super::suggestion;

/// The message for an error. `found` is the text at the position of the error.
pub(super) fn of(error: &Error, found: Option<&str>) -> String {
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => of(error, found),
        Error::SerdeUnknownField {
            field, expected, ..
        } => format!("unknown key `{field}`{}", suggestion(field, expected)),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => format!(
            "unknown choice `{variant}`{}",
            suggestion(variant, expected)
        ),
        Error::SerdeMissingField { field, .. } => format!("key `{field}` is missing"),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("key `{key}` is given more than once")
        }
        Error::NullIntoString { .. } => {
            "expected a string, found nothing; write `''` for an empty string".to_owned()
        }
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => wanted(found, "a string"),
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            "expected one choice, found 2".to_owned()
        }
        Error::InvalidBooleanStrict { .. } => wanted(found, "`true` or `false`"),
        Error::Eof { .. } => "the document is empty".to_owned(),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            "the document is nested too deeply, or its aliases make it too large".to_owned()
        }
        Error::MultipleDocuments { .. } => "expected one document, found several".to_owned(),
        Error::Unexpected { expected, .. } => wanted(found, &shape(expected)),
        Error::InvalidScalar { ty, .. } => wanted(found, &scalar(ty)),
        Error::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => format!("expected {}, found {unexpected}", scalar(expected)),
        Error::SerdeInvalidType { unexpected, .. } if unexpected == "unit variant" => match found {
            Some(found) => format!("`{found}` needs a value: `{found}: ...`"),
            None => "this choice needs a value".to_owned(),
        },
        Error::SerdeInvalidType {
            unexpected,
            expected,
            ..
        } => format!("expected {}, found {unexpected}", shape(expected)),
        Error::SerdeInvalidLength { len, expected, .. } => {
            format!("expected {expected}, found {len}")
        }
        other => UserMessageFormatter.format_message(other).into_owned(),
    }
}

fn wanted(found: Option<&str>, expected: &str) -> String {
    match found {
        Some(found) => format!("expected {expected}, found `{found}`"),
        None => format!("expected {expected}"),
    }
}

fn shape(expected: &str) -> Cow<'_, str> {
    match expected {
        "mapping start" => "a map (`key: value`)".into(),
        "sequence start" => "a list (`[first, second]`)".into(),
        "enum" => "a choice (`choice: ...`)".into(),
        "string scalar" => "a string".into(),
        other => other.into(),
    }
}

fn scalar(expected: &str) -> Cow<'_, str> {
    let (least, kind) = match expected.strip_prefix("a nonzero ") {
        Some(kind) => (1, kind),
        None => (0, expected),
    };
    let most = match kind {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        "u64" | "usize" => u64::MAX,
        "floating point" => return "a number".into(),
        "boolean" => return "`true` or `false`".into(),
        other => return other.to_owned().into(),
    };
    format!("a whole number from {least} to {most}").into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::num::NonZeroU16;

    use serde::{Deserialize, Serialize};

    use crate::document::parse;
    use crate::quantity::Duration;

    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Garden {
        trees: Option<NonZeroU16>,
        watering: Option<Duration>,
        beds: Option<Vec<String>>,
        #[serde(default, deserialize_with = "crate::document::choice")]
        soil: Option<Soil>,
        sizes: Option<BTreeMap<String, f64>>,
    }

    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    enum Soil {
        Sand(Sand),
        Clay,
    }

    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Sand {
        grain: u8,
    }

    fn wrong(text: &str) -> String {
        parse::<Garden>("garden.yaml", text)
            .err()
            .expect("the document is wrong")
            .to_string()
    }

    #[test]
    fn an_unknown_key_gets_a_suggestion() {
        insta::assert_snapshot!(wrong("watreing: 3d\n"), @r"
        garden.yaml:1:1: unknown key `watreing`; did you mean `watering`?
          |
        1 | watreing: 3d
          | ^^^^^^^^
        ");
    }

    #[test]
    fn a_key_without_a_similar_key_gets_the_list_of_all_keys() {
        insta::assert_snapshot!(wrong("trees: 1\ncolour: red\n"), @r"
        garden.yaml:2:1: unknown key `colour`; expected `trees`, `watering`, `beds`, `soil` or `sizes`
          |
        2 | colour: red
          | ^^^^^^
        ");
    }

    #[test]
    fn a_repeated_key_is_rejected() {
        insta::assert_snapshot!(wrong("sizes:\n  small: 1\n  small: 2\n"), @r"
        garden.yaml:3:3: key `small` is given more than once
          |
        3 |   small: 2
          |   ^^^^^
        ");
    }

    #[test]
    fn an_unknown_choice_gets_the_list_of_choices() {
        insta::assert_snapshot!(wrong("soil: peat\n"), @r"
        garden.yaml:1:7: unknown choice `peat`; expected `sand` or `clay`
          |
        1 | soil: peat
          |       ^^^^
        ");
        insta::assert_snapshot!(wrong("soil: {sannd: {grain: 1}}\n"), @r"
        garden.yaml:1:8: unknown choice `sannd`; did you mean `sand`?
          |
        1 | soil: {sannd: {grain: 1}}
          |        ^^^^^
        ");
    }

    #[test]
    fn a_choice_without_its_value_is_rejected() {
        insta::assert_snapshot!(wrong("soil: sand\ntrees: 1\n"), @r"
        garden.yaml:1:7: `sand` needs a value: `sand: ...`
          |
        1 | soil: sand
          |       ^^^^
        ");
        insta::assert_snapshot!(wrong("soil: {}\n"), @r"
        garden.yaml:1:7: expected a choice (`choice: ...`), found map
          |
        1 | soil: {}
          |       ^
        ");
        insta::assert_snapshot!(wrong("soil: [sand]\n"), @r"
        garden.yaml:1:7: expected a choice (`choice: ...`), found sequence
          |
        1 | soil: [sand]
          |       ^
        ");
        insta::assert_snapshot!(wrong("soil: {sand: }\n"), @r"
        garden.yaml:1:12: expected a map (`key: value`)
          |
        1 | soil: {sand: }
          |            ^
        ");
    }

    #[test]
    fn a_choice_without_a_value_may_be_a_bare_word() {
        for text in ["soil: clay\n", "soil: {clay: }\n"] {
            let garden: Garden = parse("garden.yaml", text).expect("a valid document");
            assert!(matches!(garden.soil, Some(Soil::Clay)), "{text}");
        }
    }

    #[test]
    fn a_second_choice_is_rejected() {
        insta::assert_snapshot!(wrong("soil:\n  sand:\n    grain: 1\n  clay:\n"), @r"
        garden.yaml:4:3: expected one choice, found 2
          |
        4 |   clay:
          |   ^^^^
        ");
    }

    #[test]
    fn a_missing_key_is_named() {
        insta::assert_snapshot!(wrong("soil:\n  sand: {}\n"), @r"
        garden.yaml:2:9: key `grain` is missing
          |
        2 |   sand: {}
          |         ^
        ");
    }

    #[test]
    fn a_missing_key_is_shown_at_the_top_of_its_map() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "the test only reads the values")]
        struct Park {
            name: String,
            trees: Option<u8>,
            gardens: Option<Vec<Bed>>,
        }
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "the test only reads the values")]
        struct Bed {
            plant: String,
            rows: u8,
            width: Option<u8>,
        }
        let wrong = |text: &str| {
            let error = parse::<Park>("park.yaml", text).err();
            error.expect("the document is wrong").to_string()
        };
        let text = "# a park\n---\ntrees: 3\ngardens:\n  - {plant: rose, rows: 2}\n";
        insta::assert_snapshot!(wrong(text), @r"
        park.yaml:3:1: key `name` is missing
          |
        3 | trees: 3
          | ^^^^^
        ");
        let text = "name: x\r\ngardens:\r\n  - plant: rose\r\n\r\n    width: 1\r\n";
        insta::assert_snapshot!(wrong(text), @r"
        park.yaml:3:5: key `rows` is missing
          |
        3 |   - plant: rose
          |     ^^^^^
        ");
    }

    #[test]
    fn a_boolean_of_yaml_1_1_is_rejected() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "the test only reads the values")]
        struct Gate {
            open: bool,
        }
        let error = parse::<Gate>("gate.yaml", "open: no\n").err();
        insta::assert_snapshot!(error.expect("`no` is a string").to_string(), @r"
        gate.yaml:1:7: expected `true` or `false`, found `no`
          |
        1 | open: no
          |       ^^
        ");
        let untyped = parse::<serde_json::Value>("any.yaml", "[no, 010, 1_000, on, 0x10]\n");
        let expected = serde_json::json!(["no", "010", "1_000", "on", 16]);
        assert_eq!(untyped, Ok(expected));
    }

    #[test]
    fn a_document_that_would_fill_the_memory_is_rejected() {
        let deep = format!("a: {}{}\n", "[".repeat(100), "]".repeat(100));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = format!("*a{}", level - 1);
            let items = vec![before; 10].join(", ");
            bomb.extend([format!("a{level}: &a{level} [{items}]\n")]);
        }
        for text in [deep, bomb] {
            let error = parse::<serde_json::Value>("any.yaml", &text).err();
            let message = error.map(|error| error.message().to_owned());
            let expected = "the document is nested too deeply, or its aliases make it too large";
            assert_eq!(message.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_shown() {
        insta::assert_snapshot!(wrong("beds: roses\n"), @r"
        garden.yaml:1:7: expected a list (`[first, second]`), found `roses`
          |
        1 | beds: roses
          |       ^^^^^
        ");
        insta::assert_snapshot!(wrong("sizes: [1, 2]\n"), @r"
        garden.yaml:1:8: expected a map (`key: value`), found `[`
          |
        1 | sizes: [1, 2]
          |        ^
        ");
        insta::assert_snapshot!(wrong("sizes: {small: tiny}\n"), @r"
        garden.yaml:1:16: expected a number, found `tiny`
          |
        1 | sizes: {small: tiny}
          |                ^^^^
        ");
    }

    #[test]
    fn a_number_out_of_range_gets_the_range() {
        insta::assert_snapshot!(wrong("trees: 0\n"), @r"
        garden.yaml:1:8: expected a whole number from 1 to 65535, found integer `0`
          |
        1 | trees: 0
          |        ^
        ");
        insta::assert_snapshot!(wrong("trees: -3\n"), @r"
        garden.yaml:1:8: expected a whole number from 0 to 65535, found `-3`
          |
        1 | trees: -3
          |        ^^
        ");
        insta::assert_snapshot!(wrong("soil: {sand: {grain: 256}}\n"), @r"
        garden.yaml:1:22: expected a whole number from 0 to 255, found `256`
          |
        1 | soil: {sand: {grain: 256}}
          |                      ^^^
        ");
    }

    #[test]
    fn an_invalid_quantity_gets_examples() {
        insta::assert_snapshot!(wrong("trees: 2\nwatering: 3 fortnights # or so\n"), @r"
        garden.yaml:2:11: `3 fortnights` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
          |
        2 | watering: 3 fortnights # or so
          |           ^^^^^^^^^^^^
        ");
    }

    #[test]
    fn invalid_yaml_has_a_position_too() {
        insta::assert_snapshot!(wrong("beds: [a\ntrees: 1\n"), @r"
        garden.yaml:2:6: illegal placement of ':' indicator
          |
        2 | trees: 1
          |      ^
        ");
        insta::assert_snapshot!(wrong("trees: 1\n---\ntrees: 2\n"), @r"
        garden.yaml:3:1: expected one document, found several
          |
        3 | trees: 2
          | ^
        ");
    }
}
