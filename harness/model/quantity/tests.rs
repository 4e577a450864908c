//! Properties of all quantities: the published schemas and the parser accept the same strings.

use std::fmt::Debug;
use std::str::FromStr;

use proptest::prelude::*;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{Count, Duration, ParseError, Percent, Rate, Threshold, Throughput};

struct Judge {
    schema: jsonschema::Validator,
    parses: fn(&str) -> bool,
}

impl Judge {
    fn of<T: FromStr<Err = ParseError> + JsonSchema + Debug>() -> Self {
        let schema: Value = schemars::schema_for!(T).to_value();
        let schema = jsonschema::draft7::new(&schema).expect("a valid schema");
        let parses = |text: &str| text.parse::<T>().is_ok();
        Self { schema, parses }
    }

    fn agree(&self, text: &str) -> bool {
        self.schema.is_valid(&json!(text)) == (self.parses)(text)
    }
}

fn all() -> Vec<Judge> {
    vec![
        Judge::of::<Count>(),
        Judge::of::<Duration>(),
        Judge::of::<Percent>(),
        Judge::of::<Rate>(),
        Judge::of::<Throughput>(),
        Judge::of::<Threshold<Count>>(),
        Judge::of::<Threshold<Duration>>(),
        Judge::of::<Threshold<Percent>>(),
        Judge::of::<Threshold<Throughput>>(),
    ]
}

thread_local! {
    static JUDGES: Vec<Judge> = all();
}

fn agreed(text: &str) -> bool {
    JUDGES.with(|judges| judges.iter().all(|judge| judge.agree(text)))
}

#[test]
fn the_schema_and_the_parser_agree_on_strings_that_only_one_accepted_before() {
    for text in [
        "1 day",
        "P1D",
        "PT1M",
        "1:30:00",
        "+5s",
        "5s ",
        " 5s",
        "90 s",
        "1w",
        "500µs",
        "1hour",
        "1d 2h",
        "1d2h",
        "2h1d",
        "30s2m",
        "1m1m",
        "1.5m30s",
        "0.5d",
        "0.5ns",
        "1.0000000001s",
        "5.s",
        ".5s",
        "1,5s",
        "0s",
        "5ms",
        "5m5ms",
        "1000000d",
        "100000000d",
        "99999999999999999999s",
        "",
        "s",
        "0/s",
        "0.0/s",
        "00.10/s",
        "1/s",
        " 1/s",
        "1 /s",
        "1e3/s",
        "1/ s",
        "inf/s",
        "٣/s",
        "1/min",
        "5%",
        "5 %",
        "+5%",
        ".5%",
        "5.%",
        "1e2%",
        "NaN%",
        "5",
        "+5",
        "1_000",
        "18446744073709551616",
        "< 5",
        "<  5",
        "<\t5",
        "<5 ",
        "< 5%",
        "<= 0%",
        "> 0/s",
        "=< 5",
        "<> 5",
        "< 5\n",
        "5\n",
        "5s\n",
        "1/s\n",
        "<",
        "< ",
        "95%/s",
        "99999999999999999999999999999999%",
    ] {
        assert!(agreed(text), "{text:?}");
    }
}

proptest! {
    #[test]
    fn the_schema_and_the_parser_accept_the_same_strings(
        text in r"([<>]=?)?[ \t]{0,2}([+-]?[0-9]{0,20}(\.[0-9]{0,12})?(d|h|m|s|ms|us|ns|%|/s|/min|/h|/day|e3)?){0,3}[ \n]?",
    ) {
        prop_assert!(agreed(&text), "{:?}", text);
    }
}
