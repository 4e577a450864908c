//! Values that arbitrary profiles are made of.

use std::str::FromStr;

use proptest::prelude::*;
use serde_saphyr::{Location, Spanned};

use crate::quantity::Duration;

pub(super) fn duration() -> impl Strategy<Value = Duration> {
    (1000_u64..10_000_000).prop_map(Duration::from_millis)
}

pub(super) fn word<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the strategy follows the word's rule")
}

pub(super) fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
}
