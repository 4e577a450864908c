//! Strategies for the values of profiles.

use std::str::FromStr;

use proptest::prelude::*;
use serde_saphyr::{Location, Spanned};

use crate::quantity::Duration;

pub(super) fn duration() -> impl Strategy<Value = Duration> {
    (1000_u64..10_000_000).prop_map(Duration::from_millis)
}

pub(super) fn scalar<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse()
        .expect("the strategy follows the rule of the type")
}

pub(super) fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
}
